-- The draw of a week: made once, by chance, and kept, so that anybody can draw again whom it named.
CREATE TABLE visit_draw (
    week TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seed BYTEA NOT NULL,
    one_in BIGINT NOT NULL,
    drawn_at BIGINT NOT NULL
);
CREATE INDEX visit_draw_by_time ON visit_draw (drawn_at);
