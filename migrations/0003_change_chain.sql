-- History as a chain: each change's hash covers its content and the hash before it, so that an act that was altered, taken out or put in
-- shows. Written by one sequencer after the fact, never altered.
CREATE TABLE change_chain (
    position BIGINT PRIMARY KEY,
    change_id TEXT NOT NULL UNIQUE REFERENCES changes (id),
    hash TEXT NOT NULL
);
