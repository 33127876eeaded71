-- Databases of accounts, and their users. A deleted one keeps its row, its users and its data until it is erased.

ALTER TABLE plans ADD COLUMN databases_max BIGINT NOT NULL DEFAULT 10;

CREATE TABLE databases (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- Where it lives: the account's own host, as long as no host has the database role.
    host_id TEXT NOT NULL REFERENCES hosts (id),
    engine TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    deleted_at BIGINT,
    erase_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX databases_by_account ON databases (account_id, name);
CREATE INDEX databases_by_host ON databases (host_id);
CREATE INDEX databases_by_end ON databases (erase_at);

CREATE TABLE database_users (
    id TEXT PRIMARY KEY,
    database_id TEXT NOT NULL REFERENCES databases (id),
    name TEXT NOT NULL UNIQUE,
    -- What MariaDB keeps: SHA1(SHA1(password)) after a *; the password has 190 random bits.
    password TEXT NOT NULL,
    rights TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX database_users_by_database ON database_users (database_id, name);
