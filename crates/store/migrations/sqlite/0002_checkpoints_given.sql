-- Sizes of the log whose signed checkpoint somebody was given, in a bundle or as a witness: later bundles prove that they
-- continue those. The latest time counts.
CREATE TABLE checkpoint_given (
    size INTEGER NOT NULL PRIMARY KEY,
    given_at INTEGER NOT NULL
) STRICT;
CREATE INDEX checkpoint_given_by_time ON checkpoint_given (given_at, size);
