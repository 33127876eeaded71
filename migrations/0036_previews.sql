-- A site's preview address is a name of its own kind: when it was switched on; NULL for the names a member chose.

ALTER TABLE names ADD COLUMN preview_at BIGINT;
