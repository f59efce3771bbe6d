-- Pictures of windows in which findings were raised, or why there is none. `finding` is the hash of the finding's record; `sealed` is
-- what the device said, with the picture's bytes where there are any.
CREATE TABLE context_picture (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    finding BLOB NOT NULL,
    observed_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX context_picture_by_finding ON context_picture (finding);
CREATE INDEX context_picture_by_case ON context_picture (case_id);
