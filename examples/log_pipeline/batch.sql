-- The same query over the same topic as a batch: what the stream has to show in the end.
CREATE TABLE bids (
  auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3)
) WITH ('connector' = 'log', 'topic' = 'bids', 'path' = 'scratch/log');

SELECT window_start, COUNT(*) AS bids, MAX(price) AS highest
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;
