-- SPDX-License-Identifier: Apache-2.0
--
-- Highest bid: the bids with the highest price of each 10 seconds. A bid exactly at the end of a
-- window is compared with two of them.
CREATE TABLE q7 (
  auction BIGINT, price BIGINT, bidder BIGINT, dateTime TIMESTAMP(3), extra STRING
) WITH ('connector' = 'blackhole');

INSERT INTO q7
SELECT offer.auction, offer.price, offer.bidder, offer.dateTime, offer.extra
FROM bid AS offer
JOIN (
  SELECT MAX(price) AS price, window_end AS ends
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end
) AS highest
ON offer.price = highest.price
WHERE offer.dateTime BETWEEN highest.ends - INTERVAL '10' SECOND AND highest.ends;
