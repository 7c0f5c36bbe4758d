-- Ten minutes of bids in event time, the same every time: 552,000 rows.
CREATE TABLE generated (
  auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3)
) WITH ('connector' = 'nexmark', 'event-type' = 'bid', 'events.num' = '600000',
        'first-event.rate' = '1000', 'next-event.rate' = '1000');

CREATE TABLE prepared (
  auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3)
) WITH ('connector' = 'filesystem', 'path' = 'scratch/prepared', 'format' = 'json',
        'sink.rolling-policy.file-size' = '500kb');

INSERT INTO prepared SELECT * FROM generated;
