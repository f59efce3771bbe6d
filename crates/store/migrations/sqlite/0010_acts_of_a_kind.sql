-- How often pictures were unveiled, by whom and since when, is asked on every page that shows one.
CREATE INDEX audit_by_act ON audit (act, opened_at);
