-- Staff looks at the panel as a member's users see it: with a reason, for an hour at most, reading only unless an owner consents.
CREATE TABLE viewings (
    id TEXT PRIMARY KEY,
    -- It belongs to one session and ends with it.
    session_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    who TEXT NOT NULL,
    member_id TEXT REFERENCES members (id),
    account_id TEXT REFERENCES accounts (id),
    reason TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- Staff asked the owner to let it act, and what the owner said.
    asked_at BIGINT,
    consented_at BIGINT,
    CHECK ((member_id IS NULL) <> (account_id IS NULL))
);
CREATE INDEX viewings_by_session ON viewings (session_id);
CREATE INDEX viewings_by_member ON viewings (member_id, expires_at);
CREATE INDEX viewings_by_account ON viewings (account_id, expires_at);
