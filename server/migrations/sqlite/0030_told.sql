-- What a replica told last of what is counted, by whose token and on which day, and whether the visitor is alone (one replica,
-- no customer), as one number: as long as it stays the same, a hand-in is one statement. 0: to be looked at.

ALTER TABLE replicas ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
