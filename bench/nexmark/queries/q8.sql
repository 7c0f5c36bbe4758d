-- SPDX-License-Identifier: Apache-2.0
--
-- Monitor new users: who registered and opened an auction within the same 10 seconds?
CREATE TABLE q8 (
  id BIGINT, name STRING, registered TIMESTAMP(3)
) WITH ('connector' = 'blackhole');

INSERT INTO q8
SELECT newcomer.id, newcomer.name, newcomer.window_start
FROM (
  SELECT id, name, window_start, window_end
  FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
  GROUP BY id, name, window_start, window_end
) AS newcomer
JOIN (
  SELECT seller, window_start, window_end
  FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
  GROUP BY seller, window_start, window_end
) AS opened
ON newcomer.id = opened.seller AND newcomer.window_start = opened.window_start
   AND newcomer.window_end = opened.window_end;
