-- Applications in sites: what a host put there once, from its Debian packages. The files, and the database's rows, are the account's own.

CREATE TABLE apps (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- A site shows one.
    site_id TEXT NOT NULL UNIQUE REFERENCES sites (id),
    application TEXT NOT NULL,
    -- Which version the host had when it was asked for.
    release TEXT NOT NULL,
    -- What it was given to begin with; the application may have changed it since.
    address TEXT NOT NULL,
    title TEXT NOT NULL,
    admin TEXT NOT NULL,
    -- Either may be gone by now.
    database_id TEXT,
    cron_job_id TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX apps_by_account ON apps (account_id, id);
