-- What members, accounts, sites, users and hosts are found by: words without case and accents, written in the transaction that writes the
-- thing. All of it is derived: a panel makes what is missing when it starts (emptying the table makes it anew). Words are octets, not
-- text: beginnings of words are a range in the order of octets, which PostgreSQL's text need not keep. (SQLite takes any name of a type.)
CREATE TABLE search_words (
    kind TEXT NOT NULL,
    word BYTEA NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, word, id)
);
CREATE INDEX search_words_by_thing ON search_words (kind, id, word);
