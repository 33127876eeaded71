-- A grant is on an account, on a member, or of staff: most rows have no member. SQLite's statistics (ANALYZE) count the empty ones as one key
-- that is everywhere, and its planner then reads all grants rather than look a member's up. Empty ones are not looked up, so not indexed.

DROP INDEX grants_by_member;
CREATE INDEX grants_by_member ON grants (member_id) WHERE member_id IS NOT NULL;
DROP INDEX grants_by_account;
CREATE INDEX grants_by_account ON grants (account_id) WHERE account_id IS NOT NULL;
