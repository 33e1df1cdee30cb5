-- Tables and columns take the names of the glossary. No row changes.

ALTER TABLE replicas RENAME COLUMN told TO fingerprint;
ALTER TABLE tellings RENAME TO imported_events;
ALTER INDEX tellings_pkey RENAME TO imported_events_pkey;
ALTER TABLE looks RENAME TO evaluations;
ALTER INDEX looks_pkey RENAME TO evaluations_pkey;
ALTER INDEX looks_due RENAME TO evaluations_due;
ALTER TABLE aliases RENAME COLUMN tied_day TO added_day;
ALTER TABLE identifiers RENAME COLUMN tied_day TO added_day;
