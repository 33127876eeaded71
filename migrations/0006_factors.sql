-- Second factors: one row per factor of a user. A secret never leaves this table but to be shown once while it is being set up.
CREATE TABLE factors (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- totp; another kind (a passkey) would be another word here.
    kind TEXT NOT NULL,
    -- The secret shared with the app, in base 32.
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- NULL while it is being set up: it proves nothing yet.
    confirmed_at BIGINT,
    -- The last time step a code was accepted for; a code is good once.
    last_step BIGINT,
    used_at BIGINT
);
CREATE INDEX factors_by_user ON factors (user_id);

-- Recovery codes, single use; the id is the sha256 of user and code.
CREATE TABLE recovery_codes (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- Half signed in: the password was right, a factor is awaited. Of a table and a cookie of its own, so that no other door can take it
-- for a session.
CREATE TABLE halfway (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX halfway_by_user ON halfway (user_id);

-- Where and with what a session began, and when its user last proved to be there.
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN browser TEXT;
ALTER TABLE sessions ADD COLUMN proved_at BIGINT;

-- Of whom a second factor is asked: NULL nobody, staff, everybody.
ALTER TABLE panel ADD COLUMN second_factor TEXT;

-- A suspended user can do nothing; sessions ended, tokens rest.
ALTER TABLE users ADD COLUMN suspended_at BIGINT;

-- What a token may do, codes separated by spaces (NULL, of before: everything), and from where (NULL: from anywhere).
ALTER TABLE tokens ADD COLUMN scopes TEXT;
ALTER TABLE tokens ADD COLUMN networks TEXT;
