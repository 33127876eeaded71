-- When a deleted account is erased is promised at its deletion, and stays so whatever panel.toml says later.
ALTER TABLE accounts ADD COLUMN erase_at BIGINT;
UPDATE accounts SET erase_at = deleted_at + 2592000000 WHERE deleted_at IS NOT NULL;
DROP INDEX accounts_by_deletion;
CREATE INDEX accounts_by_erasure ON accounts (state, erase_at);
