-- Certificates that members bring: the private key, sealed to the host, and its number (JSON); NULL where the host made the key itself.

ALTER TABLE certificates ADD COLUMN given TEXT;
CREATE INDEX certificates_brought ON certificates (not_after) WHERE given IS NOT NULL;
