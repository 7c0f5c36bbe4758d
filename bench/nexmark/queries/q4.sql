-- SPDX-License-Identifier: Apache-2.0
--
-- Average closing price: per category the average over its auctions of their highest valid bid.
CREATE TABLE q4 (
  category BIGINT, average BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO q4
SELECT category, AVG(closing)
FROM (
  SELECT item.id, item.category, MAX(offer.price) AS closing
  FROM auction AS item
  JOIN bid AS offer ON item.id = offer.auction
  WHERE offer.dateTime BETWEEN item.dateTime AND item.expires
  GROUP BY item.id, item.category
)
GROUP BY category;
