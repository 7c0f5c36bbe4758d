-- SPDX-License-Identifier: Apache-2.0
--
-- User sessions: how often does a user bid until he rests for 10 seconds?
CREATE TABLE q11 (
  bidder BIGINT, bids BIGINT, begins TIMESTAMP(3), ends TIMESTAMP(3)
) WITH ('connector' = 'blackhole');

INSERT INTO q11
SELECT bidder, COUNT(*), window_start, window_end
FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end;
