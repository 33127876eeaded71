-- What the round that keeps certificates looks for every few seconds: few of many.

CREATE INDEX certificates_by_end ON certificates (not_after) WHERE proven_at IS NOT NULL;
CREATE INDEX certificates_lost ON certificates (id) WHERE proven_at IS NOT NULL AND chain_key IS NULL;
CREATE INDEX certificates_failing ON certificates (not_after) WHERE chain_key < key_number;
