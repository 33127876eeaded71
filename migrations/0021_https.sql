-- Visitors over HTTP are sent to HTTPS, and browsers are told to keep to it (RFC 6797).

-- 'auto': once every name has a certificate, the panel makes it 'on'. 'on', 'off': as a member chose, or the panel.
ALTER TABLE sites ADD COLUMN redirect TEXT NOT NULL DEFAULT 'auto';
-- 'off', 'names' or 'subdomains'; when it was last turned on (so 'off' with a time is told to browsers), and when it was made to last.
ALTER TABLE sites ADD COLUMN hsts TEXT NOT NULL DEFAULT 'off';
ALTER TABLE sites ADD COLUMN hsts_at BIGINT;
ALTER TABLE sites ADD COLUMN hsts_long_at BIGINT;
CREATE INDEX sites_by_hsts ON sites (hsts, hsts_at);

-- When the panel saw from outside that the name shows it; NULL: nobody is sent there.
ALTER TABLE certificates ADD COLUMN proven_at BIGINT;
CREATE INDEX certificates_by_proof ON certificates (proven_at, not_after);
-- Of which number of days before its end people were warned last.
ALTER TABLE certificates ADD COLUMN warned_days BIGINT;
