-- What a replica told last of what is counted, as a number: as long as it stays the same, what was counted of the visitor
-- need be neither read nor written. 0: to be counted.

ALTER TABLE replicas ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
