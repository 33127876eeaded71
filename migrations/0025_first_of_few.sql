-- An admin's home page asks for the newest applicants and the unpaid accounts, of whom there are few or none. Without these, SQLite walks all
-- members by id and all accounts by name until it has enough of them, that is to the end.

CREATE INDEX members_by_status_id ON members (status, id);
CREATE INDEX accounts_by_reason ON accounts (reason_code, name) WHERE reason_code IS NOT NULL;
