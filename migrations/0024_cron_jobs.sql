-- What accounts do at set times, and what became of it.

CREATE TABLE cron_jobs (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The five fields of crontab(5), or @hourly and its like, and the time zone they mean.
    schedule TEXT NOT NULL,
    zone TEXT NOT NULL,
    -- 'php': a script below the home and its arguments (a JSON array); 'command': a line for the account's shell.
    does TEXT NOT NULL,
    line TEXT NOT NULL,
    arguments TEXT NOT NULL,
    -- After so many a run is ended.
    minutes BIGINT NOT NULL,
    -- 'failure' or 'never': when mail is sent.
    notify TEXT NOT NULL,
    paused_at BIGINT,
    -- When somebody last asked for a run at once; 0: never.
    run_now BIGINT NOT NULL,
    -- Since when its runs fail; NULL: the last one that says anything went well. And which run that was.
    failing_at BIGINT,
    judged_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX cron_jobs_by_account ON cron_jobs (account_id, id);

-- The last runs of each job, as hosts tell of them.
CREATE TABLE cron_runs (
    job_id TEXT NOT NULL REFERENCES cron_jobs (id),
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- How it ended, and with which code or signal.
    how TEXT NOT NULL,
    code BIGINT,
    -- 'time' or 'asked'.
    why TEXT NOT NULL,
    skipped BIGINT NOT NULL,
    -- The last of what it wrote; 'whole', or 'end' where there was more before.
    output TEXT NOT NULL,
    kept TEXT NOT NULL,
    PRIMARY KEY (job_id, started_at)
);
