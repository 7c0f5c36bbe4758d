-- SPDX-License-Identifier: Apache-2.0
--
-- Calculation: dear bids in euros, the time of day in words, how many c are in `extra`.
CREATE TABLE q14 (
  auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), time_of_day STRING, dateTime TIMESTAMP(3),
  extra STRING, c_count INT
) WITH ('connector' = 'blackhole');

INSERT INTO q14
SELECT auction, bidder, 0.908 * price, CASE
         WHEN HOUR(dateTime) BETWEEN 8 AND 18 THEN 'dayTime'
         WHEN HOUR(dateTime) <= 6 OR HOUR(dateTime) >= 20 THEN 'nightTime'
         ELSE 'otherTime' END,
       dateTime, extra, REGEXP_COUNT(extra, 'c')
FROM bid
WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000;
