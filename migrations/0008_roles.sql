-- Roles are handed on by invitation: what somebody was asked to take, until they say yes or no, it is withdrawn, or its time is over.
-- An answered one stays, as grants do, so that it is seen who let whom in.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    -- The user asked.
    user_id TEXT NOT NULL REFERENCES users (id),
    member_id TEXT REFERENCES members (id),
    account_id TEXT REFERENCES accounts (id),
    role TEXT NOT NULL,
    -- Until when the grant holds that accepting makes; NULL for as long as nobody ends it.
    grant_until BIGINT,
    -- Accepting ends this grant, the giver's own: ownership is handed over.
    hands_over TEXT REFERENCES grants (id),
    by_user TEXT NOT NULL REFERENCES users (id),
    by_who TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT,
    answer TEXT CHECK (answer IN ('accepted', 'declined', 'withdrawn')),
    CHECK ((member_id IS NULL) <> (account_id IS NULL))
);
CREATE INDEX invitations_by_user ON invitations (user_id, answered_at);
CREATE INDEX invitations_by_member ON invitations (member_id);
CREATE INDEX invitations_by_account ON invitations (account_id);

-- Grants that run out: who waits for news of what they no longer see is told so when it happens.
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

-- What two admins do together: asked by one, done when another says yes.
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    -- What is asked for (JSON), and what it is about, in words.
    ask TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    -- The same act is asked for once at a time.
    open_key TEXT UNIQUE,
    by_user TEXT NOT NULL REFERENCES users (id),
    by_who TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT,
    answered_who TEXT,
    answer TEXT CHECK (answer IN ('approved', 'refused', 'withdrawn'))
);
CREATE INDEX approvals_by_answer ON approvals (answered_at, expires_at);
