-- Mails to people: the queue, and afterwards who was told what, when, or why not. Written in the transaction of the act that causes them.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    address TEXT NOT NULL,
    -- Lower case, for search.
    address_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    lang TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    member_id TEXT,
    account_id TEXT,
    -- What it speaks of (JSON, no secret in it), so that one that failed can be written anew.
    facts TEXT NOT NULL,
    -- As rendered, one-time link included; NULL once it is sent or given up.
    body_text TEXT,
    body_html TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    tries BIGINT NOT NULL,
    tried_at BIGINT,
    -- When it is tried next; who claims it moves this on, so that no other process takes it meanwhile.
    next_at BIGINT NOT NULL,
    -- The one-time link in it works until then; later it is not worth sending.
    expires_at BIGINT,
    sent_at BIGINT,
    -- Why it was not sent.
    error_fr TEXT,
    error_en TEXT,
    -- The mail that was written in place of this one that failed.
    again_id TEXT
);
CREATE INDEX mails_by_state ON mails (state, next_at);
CREATE INDEX mails_by_try ON mails (tried_at);
CREATE INDEX mails_by_time ON mails (at);
CREATE INDEX mails_by_user ON mails (user_id);
