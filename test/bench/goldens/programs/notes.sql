DROP TABLE IF EXISTS note;
CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, weight INTEGER);
CREATE INDEX by_weight ON note (weight);
BEGIN;
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 500)
  INSERT INTO note SELECT n, 'note ' || n, n % 17 FROM number;
COMMIT;
UPDATE note SET text = text || '!' WHERE weight = 3;
DELETE FROM note WHERE weight = 5;
SELECT count(*), sum(weight) FROM note;
