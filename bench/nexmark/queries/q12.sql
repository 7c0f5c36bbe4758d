-- SPDX-License-Identifier: Apache-2.0
--
-- Bids per user and 10 seconds of processing time.
CREATE VIEW clocked AS SELECT *, PROCTIME() AS p_time FROM bid;

CREATE TABLE q12 (
  bidder BIGINT, bids BIGINT, begins TIMESTAMP(3), ends TIMESTAMP(3)
) WITH ('connector' = 'blackhole');

INSERT INTO q12
SELECT bidder, COUNT(*), window_start, window_end
FROM TABLE(TUMBLE(TABLE clocked, DESCRIPTOR(p_time), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end;
