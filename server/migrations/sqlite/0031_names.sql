-- Tables and columns take the names of the glossary. No row changes.

ALTER TABLE replicas RENAME COLUMN told TO fingerprint;
ALTER TABLE tellings RENAME TO imported_events;
ALTER TABLE looks RENAME TO evaluations;
ALTER TABLE aliases RENAME COLUMN tied_day TO added_day;
ALTER TABLE identifiers RENAME COLUMN tied_day TO added_day;

DROP INDEX looks_due;
CREATE INDEX evaluations_due ON evaluations (site, at_s);
