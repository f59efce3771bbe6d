-- What an inbox asks for a whole caseload at once.
CREATE INDEX case_by_officer ON case_file (officer);
CREATE INDEX device_notice_open ON device_notice (case_id) WHERE state = 'open';
