-- Second factors of officers: a secret of their phone's app, sealed under the master key. `state` is `waiting` until a first code from
-- the app has shown that it holds the secret. A code is of a step of 30 seconds; one of `step_last` or before is not taken again.
CREATE TABLE second_factor (
    officer BYTEA NOT NULL REFERENCES officer (id),
    state TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    begun_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    step_last BIGINT NOT NULL,
    PRIMARY KEY (officer, state)
);
-- When the officer last showed who they are, at sign-in or since.
ALTER TABLE session ADD COLUMN checked_at BIGINT NOT NULL DEFAULT 0;
