-- A force's own lists of words. The text of a pack is sealed under the master key; the signature is the pack key's over that text.
CREATE TABLE pack (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    category TEXT NOT NULL,
    terms INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    imported_at INTEGER NOT NULL,
    retired_at INTEGER,
    signature BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

-- One version of a pack is in use, or none.
CREATE UNIQUE INDEX pack_in_use ON pack (name) WHERE retired_at IS NULL;
