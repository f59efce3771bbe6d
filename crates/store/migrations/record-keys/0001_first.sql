-- The keys of single records, apart from the database and its backups. A row whose key is gone stays: a device that sends
-- a destroyed record again must not bring its key back.
CREATE TABLE record_key (
    hash BLOB NOT NULL PRIMARY KEY,
    key BLOB,
    destroyed_at INTEGER
) STRICT;
