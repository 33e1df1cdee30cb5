-- The receipt of a visitor's consent: when, to which words, where, to which purposes, as JSON. It goes with the visitor.

ALTER TABLE visitors ADD COLUMN consent TEXT;
