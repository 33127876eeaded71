-- A member whose deletion two admins agreed on stays until this moment, as its accounts do, and as long as one of them is not erased;
-- NULL: it is not being deleted.
ALTER TABLE members ADD COLUMN erase_at BIGINT;
CREATE INDEX members_by_erasure ON members (erase_at);

-- What is left of the accounts of members that are gone: names and uids are not given again.
CREATE TABLE past_accounts (
    name TEXT PRIMARY KEY,
    uid BIGINT NOT NULL UNIQUE
);

-- What a mail is about, where it can be over before the mail is sent: an invitation, a grant, an approval. NULL in mails of before.
ALTER TABLE mails ADD COLUMN about TEXT;
