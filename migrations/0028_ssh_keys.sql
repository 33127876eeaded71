-- Public keys by which people reach an account's files over SFTP.
CREATE TABLE ssh_keys (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    label TEXT NOT NULL,
    -- As authorized_keys has it: algorithm and key, nothing else.
    public_key TEXT NOT NULL,
    -- SHA-256, as ssh-keygen shows it.
    fingerprint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, fingerprint)
);
