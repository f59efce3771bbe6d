-- Pictures of windows in which findings were raised, or why there is none. `finding` is the hash of the finding's record; `sealed` is
-- what the device said, with the picture's bytes where there are any.
CREATE TABLE context_picture (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    finding BYTEA NOT NULL,
    observed_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX context_picture_by_finding ON context_picture (finding);
CREATE INDEX context_picture_by_case ON context_picture (case_id);
