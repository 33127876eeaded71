-- What the sequencer has not chained yet: a note per act, made in its own transaction. Found at once, however long history is.
CREATE TABLE change_queue (
    change_id TEXT PRIMARY KEY REFERENCES changes (id)
);

INSERT INTO change_queue (change_id)
SELECT c.id FROM changes c WHERE NOT EXISTS (SELECT 1 FROM change_chain x WHERE x.change_id = c.id);
