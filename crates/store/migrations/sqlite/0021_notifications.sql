-- What an officer set for notifications. The e-mail address is sealed under the master key; quiet hours are minutes of the civil day
-- in the force's time zone.
CREATE TABLE notification_setting (
    officer BLOB NOT NULL PRIMARY KEY REFERENCES officer (id),
    by_email INTEGER NOT NULL,
    daily INTEGER NOT NULL,
    quiet_from INTEGER,
    quiet_until INTEGER,
    supervisor BLOB REFERENCES officer (id),
    changed_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

-- One clock for each alert and priority at which it became known: who was told last, when the next is told, when somebody looked.
-- The priority is 2 (this week or later), 3 (today) or 4 (now).
CREATE TABLE alert_clock (
    alert BLOB NOT NULL,
    priority INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    step TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    next_at INTEGER,
    seen_at INTEGER,
    PRIMARY KEY (alert, priority)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_clock_next ON alert_clock (next_at);

-- Who is told of which alert, once for each step. `recipient` is an officer, a place of the 24-hour contact or the force's webhook.
CREATE TABLE telling (
    alert BLOB NOT NULL,
    priority INTEGER NOT NULL,
    step TEXT NOT NULL,
    recipient TEXT NOT NULL,
    channel TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    delivery BLOB,
    PRIMARY KEY (alert, priority, step, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX telling_by_delivery ON telling (delivery);

-- One e-mail or call. It takes in further alerts while it waits and surely was not taken by the other side yet (`joinable`).
CREATE TABLE delivery (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    priority INTEGER NOT NULL,
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    joinable INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    ended_at INTEGER,
    fault TEXT
) STRICT;
CREATE INDEX delivery_due ON delivery (state, due_at);
CREATE INDEX delivery_to_join ON delivery (recipient, state);
