-- What a decision says stands once, in the sealed body of its leaf, and goes with it when its time is over.

ALTER TABLE decision DROP COLUMN inputs;
ALTER TABLE decision DROP COLUMN record;
