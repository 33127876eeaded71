-- What the ledger of a frozen host holds, as its agent told it: kept here so that an admin can compare on any panel process, and
-- also while the host is away. Removed when the host is adopted.
CREATE TABLE ledger_copies (
    host_id TEXT NOT NULL REFERENCES hosts (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    generation BIGINT NOT NULL,
    -- NULL: the host knows that it shall be gone.
    body TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (host_id, kind, key)
);

-- When that copy was read; NULL while nothing is known of the host's side.
ALTER TABLE hosts ADD COLUMN ledger_at BIGINT;
