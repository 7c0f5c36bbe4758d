-- SPDX-License-Identifier: Apache-2.0
--
-- Average selling price by seller: over the last ten of his auctions that found a buyer, by the
-- time of the winning bid. The winner of an auction changes while bids come in, so that OVER has
-- to follow retractions.
CREATE TABLE q6 (
  seller BIGINT, average BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO q6
SELECT seller, AVG(price) OVER (
         PARTITION BY seller ORDER BY dateTime, id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
FROM (
  SELECT item.id, item.seller, offer.price, offer.dateTime,
         ROW_NUMBER() OVER (
           PARTITION BY item.id ORDER BY offer.price DESC, offer.dateTime) AS place
  FROM auction AS item
  JOIN bid AS offer ON item.id = offer.auction
  WHERE offer.dateTime BETWEEN item.dateTime AND item.expires
)
WHERE place = 1;
