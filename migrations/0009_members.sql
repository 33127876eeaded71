-- What is known of a member besides its name. Those made before are organisations and members since the day they were entered, numbered in
-- that order; their French is a guess that they or an admin correct.
ALTER TABLE members ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
-- Lower case without accents, for order in lists.
ALTER TABLE members ADD COLUMN sort_key TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN kind TEXT NOT NULL DEFAULT 'organisation';
-- The newest of member_statuses, kept here too so that lists filter by an index.
ALTER TABLE members ADD COLUMN status TEXT NOT NULL DEFAULT 'member';
ALTER TABLE members ADD COLUMN status_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN lang TEXT NOT NULL DEFAULT 'fr';
ALTER TABLE members ADD COLUMN address TEXT;
-- What only the cooperative sees.
ALTER TABLE members ADD COLUMN notes TEXT;
-- When one of the member's own users last said that contacts and language are right, or corrected them.
ALTER TABLE members ADD COLUMN confirmed_at BIGINT;
-- Which way of taking words apart its words in member_words were made by; 0: none yet (the panel makes them when it starts).
ALTER TABLE members ADD COLUMN words_version BIGINT NOT NULL DEFAULT 0;

UPDATE members SET sort_key = name_key, status_since = created_at - created_at % 86400000;
UPDATE members SET number = r.place FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM members) r WHERE r.id = members.id;

DROP INDEX members_by_name;
CREATE UNIQUE INDEX members_by_number ON members (number);
CREATE INDEX members_by_sort ON members (sort_key, id);
CREATE INDEX members_by_status ON members (status, sort_key, id);
CREATE INDEX members_by_status_number ON members (status, number);
CREATE INDEX members_by_words_version ON members (words_version);

-- No deleted member's number is given again: the highest that was.
ALTER TABLE panel ADD COLUMN member_number_floor BIGINT NOT NULL DEFAULT 0;
-- How many imported owners are invited in an hour by themselves (NULL: only when an admin says so), and when that was last done.
ALTER TABLE panel ADD COLUMN invite_hourly BIGINT;
ALTER TABLE panel ADD COLUMN invited_at BIGINT;

-- The history of a member's statuses; the newest by day, then by id, is the present one.
CREATE TABLE member_statuses (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    status TEXT NOT NULL,
    -- The first millisecond, UTC, of the day it began.
    since BIGINT NOT NULL
);
CREATE INDEX member_statuses_by_member ON member_statuses (member_id, since, id);
-- (Their id may be the member's: it is the first of its table.)
INSERT INTO member_statuses (id, member_id, status, since) SELECT id, id, status, status_since FROM members;

CREATE TABLE member_contacts (
    member_id TEXT NOT NULL REFERENCES members (id),
    position BIGINT NOT NULL,
    -- technical, billing, legal
    purpose TEXT NOT NULL,
    name TEXT,
    email TEXT,
    -- Lower case: what makes two addresses the same.
    email_key TEXT,
    phone TEXT,
    PRIMARY KEY (member_id, position)
);
CREATE INDEX member_contacts_by_email ON member_contacts (email_key);

-- What a member is found by: its number and the words of its name and contacts, lower case without accents. The index by word is made by
-- the store: beginnings of words are found by the order of bytes, which the engines spell each in its own way.
CREATE TABLE member_words (
    member_id TEXT NOT NULL REFERENCES members (id),
    word TEXT NOT NULL,
    PRIMARY KEY (member_id, word)
);

-- A file of members between its dry run and its import, and what the dry run said (JSON): that is imported and nothing else.
CREATE TABLE member_imports (
    id TEXT PRIMARY KEY,
    user_id TEXT REFERENCES users (id),
    csv TEXT NOT NULL,
    -- When addresses may stand at several members; NULL: they may not.
    same_email_at BIGINT,
    report TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX member_imports_by_user ON member_imports (user_id);
CREATE INDEX member_imports_by_time ON member_imports (created_at);

-- Owners that came with an import: they are invited when the cooperative is ready for their questions.
CREATE TABLE imported_owners (
    member_id TEXT NOT NULL REFERENCES members (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    imported_at BIGINT NOT NULL,
    -- When the invitation was written.
    invited_at BIGINT,
    PRIMARY KEY (member_id, user_id)
);
CREATE INDEX imported_owners_by_user ON imported_owners (user_id);
CREATE INDEX imported_owners_by_invitation ON imported_owners (invited_at, user_id);
