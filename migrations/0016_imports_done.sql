-- When a file of members was imported: asking for the same import again gives the same result, not a second one. Its text is emptied then.
ALTER TABLE member_imports ADD COLUMN applied_at BIGINT;
