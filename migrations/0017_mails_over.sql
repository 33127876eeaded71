-- A mail whose matter was over before it could leave: nothing failed, and nobody has to look into it.

ALTER TABLE mails ADD COLUMN over_at BIGINT;
