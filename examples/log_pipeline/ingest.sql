-- Files to log: every bid file that appears in inbox/ becomes rows of the topic `bids`.
CREATE TABLE inbox (
  auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3)
) WITH ('connector' = 'filesystem', 'path' = 'scratch/inbox', 'format' = 'json',
        'source.monitor-interval' = '100 ms');

CREATE TABLE bids (
  auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3)
) WITH ('connector' = 'log', 'topic' = 'bids', 'path' = 'scratch/log');

INSERT INTO bids SELECT * FROM inbox;
