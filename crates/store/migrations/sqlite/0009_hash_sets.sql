-- Sets of hashes of known pictures. The indexed file lies in the blob folder under its SHA-256 and never changes; what the force
-- says of a set is sealed here, with the pack key's signature, and so is the key that devices' questions are made with.
CREATE TABLE hash_set (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    imported_at INTEGER NOT NULL,
    retired_at INTEGER,
    signature BLOB NOT NULL,
    sealed BLOB NOT NULL,
    sealed_key BLOB NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

-- One version of a set is in use, or none.
CREATE UNIQUE INDEX hash_set_in_use ON hash_set (name) WHERE retired_at IS NULL;
