-- What accounts send by mail: how much a plan allows, what staff decided about what was held, and of which accounts hosts hold mail now.

ALTER TABLE plans ADD COLUMN mails_hour BIGINT NOT NULL DEFAULT 200;
ALTER TABLE plans ADD COLUMN mails_day BIGINT NOT NULL DEFAULT 1000;
-- When somebody last said that what is held shall leave, or be thrown away; 0: never.
ALTER TABLE accounts ADD COLUMN mail_release BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN mail_discard BIGINT NOT NULL DEFAULT 0;

-- As hosts tell of it; what is decided is gone from here as soon as its host says so.
CREATE TABLE held_mails (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    mails BIGINT NOT NULL,
    since BIGINT NOT NULL,
    -- When the account's people were told.
    told_at BIGINT
);
