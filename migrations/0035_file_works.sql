-- Archives being made and unpacked, and what became of the last of them: for whoever waits, on whichever panel process they ask.
CREATE TABLE file_works (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    who TEXT NOT NULL,
    -- pack, unpack
    does TEXT NOT NULL,
    -- What of, and where to, as pages show paths.
    path TEXT NOT NULL,
    goes_to TEXT NOT NULL,
    -- working, done, refused, unknown
    state TEXT NOT NULL,
    entries BIGINT NOT NULL,
    octets BIGINT NOT NULL,
    -- JSON: the first that were left out, and how many in all.
    left_out TEXT NOT NULL,
    left_count BIGINT NOT NULL,
    text_fr TEXT,
    text_en TEXT,
    began_at BIGINT NOT NULL,
    -- When its host last said how far it is.
    told_at BIGINT NOT NULL
);
CREATE INDEX file_works_of ON file_works (account_id, began_at);

-- Logins that reach one folder of an account over SFTP.
CREATE TABLE sftp_logins (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- Its name is the account's, an underscore, and this.
    word TEXT NOT NULL,
    folder TEXT NOT NULL,
    -- One of the two: a public key, or the SHA-256 of a password that was made and shown once.
    public_key TEXT,
    secret TEXT,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, word)
);

-- Who added a key, so that an owner sees what somebody left behind whose access has ended. Of keys of before, nobody knows.
ALTER TABLE ssh_keys ADD COLUMN made_by TEXT;
