-- From when a device's certificate runs, in microseconds since 1970. Of two certificates of one device the later is its certificate once it was
-- used. 0: one of before renewals.
ALTER TABLE device ADD COLUMN certificate_from BIGINT NOT NULL DEFAULT 0;
