-- Why an officer opened cases that are not theirs, for as long as the session lasts: a line for each, case id and reason.
ALTER TABLE session ADD COLUMN case_reasons TEXT NOT NULL DEFAULT '';
