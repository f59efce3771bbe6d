-- The draw of a week: made once, by chance, and kept, so that anybody can draw again whom it named.
CREATE TABLE visit_draw (
    week TEXT NOT NULL PRIMARY KEY,
    seed BLOB NOT NULL,
    one_in INTEGER NOT NULL,
    drawn_at INTEGER NOT NULL
) STRICT;
CREATE INDEX visit_draw_by_time ON visit_draw (drawn_at);
