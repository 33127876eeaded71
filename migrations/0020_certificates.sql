-- Certificates of names, and how the panel gets them (RFC 8555). A name has one row while it is a site's.

CREATE TABLE certificates (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    host_id TEXT NOT NULL REFERENCES hosts (id),
    -- The number of the key that is wanted; one above the chain's while a new certificate is being asked for.
    key_number BIGINT NOT NULL,
    -- What the host answers challenges with, as it was last told; NULL: the authority was not known yet.
    thumbprint TEXT,
    -- The host's request for that key: DER in base64.
    request TEXT,
    -- JSON array of DER in base64, the name's own first, and the number of the key it is for.
    chain TEXT,
    chain_key BIGINT,
    issuer TEXT,
    not_before BIGINT,
    not_after BIGINT,
    renew_at BIGINT,
    -- When the authority is asked next whether it wishes it renewed at another time (RFC 9773).
    advice_at BIGINT,
    -- What is missing before the authority is asked, or what it said.
    text_fr TEXT,
    text_en TEXT,
    tries BIGINT NOT NULL,
    -- How often the authority said no to this request.
    refusals BIGINT NOT NULL,
    -- When it is tried next; moved on by who takes it, so that one process has it.
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX certificates_by_account ON certificates (account_id, name);
CREATE INDEX certificates_by_turn ON certificates (next_at);
CREATE INDEX certificates_by_advice ON certificates (advice_at);
CREATE INDEX certificates_by_renewal ON certificates (renew_at);

-- What the authority was asked for: its patience is counted (per registrable domain) and ours is too (per member).
CREATE TABLE certificate_orders (
    id TEXT PRIMARY KEY,
    certificate_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    domain TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX certificate_orders_by_certificate ON certificate_orders (certificate_id, at);
CREATE INDEX certificate_orders_by_member ON certificate_orders (member_id, at);
CREATE INDEX certificate_orders_by_domain ON certificate_orders (domain, at);

-- The panel's account with an authority: its credentials hold its private key.
CREATE TABLE acme_accounts (
    directory TEXT PRIMARY KEY,
    credentials TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
