-- That another adult may use a device for a while without being watched. `code_hash` is of the one-time code with which that adult
-- sets a PIN at the device. `sealed` is the name with the reason, `withdrawn_sealed` the reason for withdrawing.
CREATE TABLE other_adult (
    id BLOB NOT NULL PRIMARY KEY,
    device BLOB NOT NULL REFERENCES device (id),
    case_id BLOB NOT NULL REFERENCES case_file (id),
    minutes_max INTEGER NOT NULL,
    sessions_per_day_max INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    code_hash BLOB NOT NULL,
    code_until_at INTEGER NOT NULL,
    approved_at INTEGER NOT NULL,
    approved_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    withdrawn_at INTEGER,
    withdrawn_by TEXT,
    withdrawn_sealed BLOB
) STRICT;
CREATE INDEX other_adult_by_case ON other_adult (case_id, approved_at);
-- What devices told of such use: sessions with counts of input, PINs set, wrong PINs.
CREATE TABLE other_adult_told (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX other_adult_told_by_device ON other_adult_told (device, from_at);
