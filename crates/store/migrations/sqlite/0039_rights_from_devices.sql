-- The record in which a request was made on the device; absent for every other. `sealed` is then under that record's own key, and goes with
-- it.
ALTER TABLE rights_request ADD COLUMN record BLOB;
CREATE INDEX rights_request_by_record ON rights_request (record);
