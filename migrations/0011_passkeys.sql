-- Passkeys stand among the factors, with the kind passkey. What stands in `secret` is then the public key as JSON, which is no secret.
ALTER TABLE factors ADD COLUMN name TEXT;
-- The credential's id in base64url: of one passkey at most.
ALTER TABLE factors ADD COLUMN credential_id TEXT;
-- How often the authenticator says it has signed; 0 from those that do not count.
ALTER TABLE factors ADD COLUMN counter BIGINT;
-- When it last counted backwards: there may be a copy of it.
ALTER TABLE factors ADD COLUMN suspect_at BIGINT;
CREATE UNIQUE INDEX factors_by_credential ON factors (credential_id);

-- Between the two halves of a passkey's ceremony: the challenge, for five minutes and one answer.
CREATE TABLE ceremonies (
    -- The sha256 of what it is for and whose it is: a session, a half-way state, or a cookie of its own. So each has one at a time.
    id TEXT PRIMARY KEY,
    -- NULL when nobody is known yet: a passkey alone.
    user_id TEXT REFERENCES users (id),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_by_user ON ceremonies (user_id);
