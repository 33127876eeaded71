-- When somebody was last told by mail that the job fails: a job that fails and works by turns writes to nobody every minute.

ALTER TABLE cron_jobs ADD COLUMN told_at BIGINT;
