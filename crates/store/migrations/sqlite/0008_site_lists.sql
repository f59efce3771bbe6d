-- A force's own lists of sites. Their bytes lie in the blob folder, sealed in parts under the master key: they are large, never
-- change, and a device fetches them part by part. What the force says of a list is sealed here, with the pack key's signature.
CREATE TABLE site_list (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    category TEXT NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    imported_at INTEGER NOT NULL,
    retired_at INTEGER,
    signature BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

-- One version of a list is in use, or none.
CREATE UNIQUE INDEX site_list_in_use ON site_list (name) WHERE retired_at IS NULL;
