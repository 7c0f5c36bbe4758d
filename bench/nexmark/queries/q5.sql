-- SPDX-License-Identifier: Apache-2.0
--
-- Hot items: the auctions with most bids of the last 10 seconds, every 2 seconds.
CREATE TABLE q5 (
  auction BIGINT, num BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO q5
WITH counts AS (
  SELECT auction, window_start, window_end, COUNT(*) AS num
  FROM TABLE(HOP(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
  GROUP BY auction, window_start, window_end
)
SELECT each_one.auction, each_one.num
FROM counts AS each_one
JOIN (
  SELECT window_start, window_end, MAX(num) AS num FROM counts GROUP BY window_start, window_end
) AS best
ON each_one.window_start = best.window_start AND each_one.window_end = best.window_end
   AND each_one.num >= best.num;
