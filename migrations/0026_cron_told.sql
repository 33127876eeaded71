-- When somebody was last told by mail that the job fails, and of which failing_at: a job that fails and works by turns writes to nobody every
-- minute.

ALTER TABLE cron_jobs ADD COLUMN told_at BIGINT;
ALTER TABLE cron_jobs ADD COLUMN told_of BIGINT;
