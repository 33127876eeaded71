-- The first schema. One text for SQLite and PostgreSQL: TEXT ids (UUIDv7 with hyphens, so that their order is time), BIGINT
-- milliseconds since 1970, JSON in TEXT, and instead of yes/no a nullable "when". Names of tables are plural (user and grant are reserved words).

-- The panel's own identity, one row; agents refuse another's.
CREATE TABLE panel (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    next_uid BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    -- Lower case: what makes two addresses the same user.
    email_key TEXT NOT NULL UNIQUE,
    -- PHC string of Argon2id; NULL until the one-time link was used.
    password TEXT,
    lang TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE members (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Lower case, for search.
    name_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX members_by_name ON members (name_key, id);

CREATE TABLE plans (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    sites_max BIGINT NOT NULL,
    names_max BIGINT NOT NULL,
    php_workers BIGINT NOT NULL,
    disk_mb BIGINT NOT NULL,
    memory_mb BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE hosts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- Roles separated by spaces: web (later mail dns database).
    roles TEXT NOT NULL,
    ipv4 TEXT,
    ipv6 TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'active', 'draining', 'revoked', 'retired')),
    epoch BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    agent_version TEXT,
    facts TEXT,
    -- The agent's clock against ours at its last hello, milliseconds.
    clock_offset_ms BIGINT,
    last_seen_at BIGINT,
    -- Since when an agent is connected; NULL when none is.
    connected_at BIGINT,
    -- Which panel process holds the connection.
    connected_to TEXT,
    acked_generation BIGINT NOT NULL,
    -- The agent found our history to be older or other than its own: nothing is sent until an admin resolves it.
    frozen_at BIGINT,
    frozen_fr TEXT,
    frozen_en TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE enrolments (
    -- sha256 of the secret part, hexadecimal.
    id TEXT PRIMARY KEY,
    host_id TEXT NOT NULL REFERENCES hosts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX enrolments_by_host ON enrolments (host_id);

CREATE TABLE host_certificates (
    -- sha256 of the certificate's DER, hexadecimal.
    id TEXT PRIMARY KEY,
    host_id TEXT NOT NULL REFERENCES hosts (id),
    serial TEXT NOT NULL UNIQUE,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX host_certificates_by_host ON host_certificates (host_id);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    plan_id TEXT NOT NULL REFERENCES plans (id),
    host_id TEXT NOT NULL REFERENCES hosts (id),
    name TEXT NOT NULL UNIQUE,
    uid BIGINT NOT NULL UNIQUE,
    php TEXT NOT NULL,
    -- deleted: all comes back for 30 days; erased: nothing is left but this row, which keeps name and uid from being used again.
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'deleted', 'erased')),
    -- What was told to the member when it was suspended.
    reason TEXT,
    deleted_at BIGINT,
    -- The state a deleted account comes back to.
    deleted_from TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX accounts_by_member ON accounts (member_id, id);
CREATE INDEX accounts_by_host ON accounts (host_id, state);
CREATE INDEX accounts_by_plan ON accounts (plan_id);
CREATE INDEX accounts_by_deletion ON accounts (state, deleted_at);

-- A user's role: on a member, on an account, or (both NULL) on the whole panel.
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    member_id TEXT REFERENCES members (id),
    account_id TEXT REFERENCES accounts (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    CHECK (member_id IS NULL OR account_id IS NULL)
);
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_member ON grants (member_id);
CREATE INDEX grants_by_account ON grants (account_id);

-- Which account holds a registrable domain: no other account can use a name at or below it.
CREATE TABLE domains (
    name TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX domains_by_account ON domains (account_id);

CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    folder TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (account_id, folder)
);

CREATE TABLE names (
    name TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    position BIGINT NOT NULL,
    domain TEXT NOT NULL REFERENCES domains (name)
);
CREATE INDEX names_by_site ON names (site_id, position);
CREATE INDEX names_by_domain ON names (domain);

-- Acts, never altered. Subjects are kept as text too, so that history outlives what it speaks of.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    -- NULL: the panel itself (a job) or its command line.
    user_id TEXT REFERENCES users (id),
    who TEXT NOT NULL,
    via TEXT NOT NULL,
    verb TEXT NOT NULL,
    member_id TEXT,
    account_id TEXT,
    host_id TEXT,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_label TEXT NOT NULL,
    before_json TEXT,
    after_json TEXT,
    undoes TEXT REFERENCES changes (id)
);
CREATE INDEX changes_by_account ON changes (account_id, id);
CREATE INDEX changes_by_host ON changes (host_id, id);
CREATE INDEX changes_by_subject ON changes (subject_id, id);
-- An act is undone once at most.
CREATE UNIQUE INDEX changes_by_undone ON changes (undoes);

-- Where each act stands, resource by resource; also each host's history of generations.
CREATE TABLE change_states (
    change_id TEXT NOT NULL REFERENCES changes (id),
    host_id TEXT NOT NULL REFERENCES hosts (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Whose page shows it.
    account_id TEXT,
    epoch BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    state TEXT NOT NULL,
    text_fr TEXT,
    text_en TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (change_id, host_id, kind, key)
);
CREATE INDEX change_states_by_generation ON change_states (host_id, generation);
CREATE INDEX change_states_by_account_time ON change_states (account_id, at);
CREATE INDEX change_states_by_account_state ON change_states (account_id, state);
CREATE INDEX change_states_by_resource ON change_states (host_id, kind, key, generation);

-- Each host's desired state and what its agent said of it.
CREATE TABLE resources (
    host_id TEXT NOT NULL REFERENCES hosts (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Whose page shows it.
    account_id TEXT,
    generation BIGINT NOT NULL,
    change_id TEXT NOT NULL REFERENCES changes (id),
    -- NULL once it shall be gone.
    body TEXT,
    deleted_at BIGINT,
    consent TEXT,
    -- As change_states.state, for this generation.
    state TEXT NOT NULL,
    text_fr TEXT,
    text_en TEXT,
    drift TEXT,
    applied_generation BIGINT,
    reported_at BIGINT,
    PRIMARY KEY (host_id, kind, key)
);
CREATE INDEX resources_by_generation ON resources (host_id, generation);
CREATE INDEX resources_by_key ON resources (key);
CREATE INDEX resources_by_state ON resources (host_id, state);

CREATE TABLE sessions (
    -- sha256 of the cookie's secret, hexadecimal; the same for tokens, links and devices.
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Browsers a user has signed in from: their tries are counted apart, so that strangers' tries cannot lock the owner out.
CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX devices_by_user ON devices (user_id);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_user ON tokens (user_id);

-- One-time links that let a user set a password.
CREATE TABLE links (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX links_by_user ON links (user_id);

-- Failed tries at signing in, by user, device and address, within the window.
CREATE TABLE attempts (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX attempts_by_bucket ON attempts (bucket, at);
CREATE INDEX attempts_by_time ON attempts (at);

-- Idempotency-Key: what a creation with this key has made, written in the creation's own transaction.
CREATE TABLE idempotency (
    user_id TEXT NOT NULL REFERENCES users (id),
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at);
