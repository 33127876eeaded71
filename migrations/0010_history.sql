-- What the panel's jobs have done with history: up to which position of the chain its words are in the index of the search (the index
-- itself is made by the store, each engine in its own way, and is nothing but derived: decision 8), and when the head was last mailed.
CREATE TABLE change_log (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    indexed BIGINT NOT NULL,
    head_mailed_at BIGINT
);
INSERT INTO change_log (one, indexed) VALUES (1, 0);
-- Suspensions have a code and, by a legal order, its reference; those of before have neither.
ALTER TABLE accounts ADD COLUMN reason_code TEXT;
ALTER TABLE accounts ADD COLUMN reason_reference TEXT;
