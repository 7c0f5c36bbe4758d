-- Log to files: bids and the highest price of every ten seconds. Files are read side by side, so that
-- bids come out of order; nobody is later than five minutes.
CREATE TABLE bids (
  auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3),
  WATERMARK FOR dateTime AS dateTime - INTERVAL '5' MINUTE
) WITH ('connector' = 'log', 'topic' = 'bids', 'path' = 'scratch/log');

CREATE TABLE counts (
  window_start TIMESTAMP(3), bids BIGINT, highest BIGINT
) WITH ('connector' = 'filesystem', 'path' = 'scratch/counts', 'format' = 'csv',
        'sink.rolling-policy.rollover-interval' = '500 ms',
        'sink.rolling-policy.check-interval' = '100 ms');

INSERT INTO counts
SELECT window_start, COUNT(*) AS bids, MAX(price) AS highest
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;
