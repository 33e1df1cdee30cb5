-- The day a state was taken: what a clock in the future has written is read as of that day, at every later hand-in.

ALTER TABLE replicas ADD COLUMN taken_day INTEGER NOT NULL DEFAULT 0;

UPDATE replicas SET taken_day = coalesce(
  (SELECT synced_day FROM visitors v
   WHERE v.site = replicas.site AND v.bucket = replicas.bucket AND v.visitor = replicas.visitor), 0);
