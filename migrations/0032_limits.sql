-- What an account may take of its host besides space and memory, what it takes over time, and when a limit bites.

ALTER TABLE plans ADD COLUMN files_max BIGINT NOT NULL DEFAULT 1000000;
-- Hundredths of one processor.
ALTER TABLE plans ADD COLUMN cpu_percent BIGINT NOT NULL DEFAULT 200;
ALTER TABLE plans ADD COLUMN processes_max BIGINT NOT NULL DEFAULT 400;

-- Up to when a host told of use, by its own clock.
ALTER TABLE hosts ADD COLUMN uses_at BIGINT NOT NULL DEFAULT 0;

-- The most of it in a span, as its host sampled it: 'hour' for the last days, 'day' for the last year.
CREATE TABLE account_uses (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    span TEXT NOT NULL,
    -- When the span begins.
    start_at BIGINT NOT NULL,
    -- The last sample.
    at BIGINT NOT NULL,
    octets BIGINT,
    files BIGINT,
    -- None while it slept, or where the kernel does not count.
    memory BIGINT,
    cpu_ms BIGINT NOT NULL,
    processes BIGINT,
    PRIMARY KEY (account_id, span, start_at)
);
CREATE INDEX account_uses_by_age ON account_uses (span, start_at);

-- When a limit held an account back, hour by hour, and who of it asked for more.
CREATE TABLE limit_bites (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    what TEXT NOT NULL,
    unit TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (account_id, what, unit, start_at)
);
CREATE INDEX limit_bites_by_age ON limit_bites (start_at);

-- How near to a limit people were last told that an account is: 80 or 100 hundredths of it. No row: less.
CREATE TABLE limit_warnings (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    what TEXT NOT NULL,
    level BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, what)
);
