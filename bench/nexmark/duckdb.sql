-- SPDX-License-Identifier: Apache-2.0
--
-- The queries as one would write them for DuckDB over a file a type: ./dev bench peers times them beside
-- ours in batch mode. A line `-- qN` begins each. q6, q10 and q12 have none: the first has no plain form,
-- the second writes files, the third counts by the clock.

-- q0
SELECT auction, bidder, price, dateTime, extra FROM bid;

-- q1
SELECT auction, bidder, 0.908 * CAST(price AS DECIMAL(19, 0)), dateTime, extra FROM bid;

-- q2
SELECT auction, price FROM bid WHERE auction % 123 = 0;

-- q3
SELECT p.name, p.city, p.state, a.id FROM auction a JOIN person p ON a.seller = p.id
WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA');

-- q4
SELECT category, avg(price) FROM (
  SELECT a.category, max(b.price) AS price FROM auction a JOIN bid b ON a.id = b.auction
  WHERE b.dateTime BETWEEN a.dateTime AND a.expires GROUP BY a.id, a.category)
GROUP BY category;

-- q5
WITH panes AS (
  SELECT auction, epoch_ms(dateTime) // 2000 * 2000 AS s, count(*) AS n FROM bid GROUP BY ALL),
counts AS (SELECT auction, s - 2000 * k AS s, sum(n) AS n FROM panes, range(5) AS past(k) GROUP BY ALL),
best AS (SELECT s, max(n) AS n FROM counts GROUP BY s)
SELECT c.auction, c.n FROM counts c JOIN best ON c.s = best.s AND c.n >= best.n;

-- q7
WITH best AS (SELECT epoch_ms(dateTime) // 10000 * 10000 AS s, max(price) AS price FROM bid GROUP BY s)
SELECT b.auction, b.price, b.bidder, b.dateTime, b.extra FROM best JOIN bid b
ON b.price = best.price AND epoch_ms(b.dateTime) BETWEEN best.s AND best.s + 10000;

-- q8
SELECT p.id, p.name, p.s FROM
  (SELECT DISTINCT id, name, epoch_ms(dateTime) // 10000 AS s FROM person) p JOIN
  (SELECT DISTINCT seller, epoch_ms(dateTime) // 10000 AS s FROM auction) a ON p.id = a.seller AND p.s = a.s;

-- q9
SELECT a.*, b.auction, b.bidder, b.price, b.dateTime AS bid_time, b.extra AS bid_extra
FROM auction a JOIN bid b ON a.id = b.auction
WHERE b.dateTime BETWEEN a.dateTime AND a.expires
QUALIFY row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) = 1;

-- q11
SELECT bidder, count(*), min(dateTime), max(dateTime) + INTERVAL 10 SECOND FROM (
  SELECT bidder, dateTime, sum(fresh) OVER (PARTITION BY bidder ORDER BY dateTime) AS number FROM (
    SELECT bidder, dateTime, CASE WHEN dateTime - lag(dateTime) OVER (PARTITION BY bidder ORDER BY dateTime)
      <= INTERVAL 10 SECOND THEN 0 ELSE 1 END AS fresh FROM bid))
GROUP BY bidder, number;

-- q13
SELECT auction, bidder, price, dateTime, value FROM bid JOIN side ON auction % 10000 = side.key;

-- q14
SELECT auction, bidder, 0.908 * CAST(price AS DECIMAL(19, 0)) AS price,
  CASE WHEN hour(dateTime) BETWEEN 8 AND 18 THEN 'dayTime'
       WHEN hour(dateTime) <= 6 OR hour(dateTime) >= 20 THEN 'nightTime' ELSE 'otherTime' END,
  dateTime, extra, length(extra) - length(replace(extra, 'c', ''))
FROM bid WHERE 0.908 * CAST(price AS DECIMAL(19, 0)) > 1000000
  AND 0.908 * CAST(price AS DECIMAL(19, 0)) < 50000000;

-- q15
SELECT strftime(dateTime, '%Y-%m-%d') AS day, count(*), count(*) FILTER (price < 10000),
  count(*) FILTER (price >= 10000 AND price < 1000000), count(*) FILTER (price >= 1000000),
  count(DISTINCT bidder), count(DISTINCT bidder) FILTER (price < 10000),
  count(DISTINCT bidder) FILTER (price >= 10000 AND price < 1000000),
  count(DISTINCT bidder) FILTER (price >= 1000000),
  count(DISTINCT auction), count(DISTINCT auction) FILTER (price < 10000),
  count(DISTINCT auction) FILTER (price >= 10000 AND price < 1000000),
  count(DISTINCT auction) FILTER (price >= 1000000)
FROM bid GROUP BY day;

-- q16
SELECT channel, strftime(dateTime, '%Y-%m-%d') AS day, max(strftime(dateTime, '%H:%M')), count(*),
  count(*) FILTER (price < 10000), count(*) FILTER (price >= 10000 AND price < 1000000),
  count(*) FILTER (price >= 1000000),
  count(DISTINCT bidder), count(DISTINCT bidder) FILTER (price < 10000),
  count(DISTINCT bidder) FILTER (price >= 10000 AND price < 1000000),
  count(DISTINCT bidder) FILTER (price >= 1000000),
  count(DISTINCT auction), count(DISTINCT auction) FILTER (price < 10000),
  count(DISTINCT auction) FILTER (price >= 10000 AND price < 1000000),
  count(DISTINCT auction) FILTER (price >= 1000000)
FROM bid GROUP BY channel, day;

-- q17
SELECT auction, strftime(dateTime, '%Y-%m-%d') AS day, count(*), count(*) FILTER (price < 10000),
  count(*) FILTER (price >= 10000 AND price < 1000000), count(*) FILTER (price >= 1000000),
  min(price), max(price), avg(price), sum(price)
FROM bid GROUP BY auction, day;

-- q18
SELECT * FROM bid QUALIFY row_number() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC) = 1;

-- q19
SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC) AS place FROM bid QUALIFY place <= 10;

-- q20
SELECT b.*, a.itemName, a.description, a.initialBid, a.reserve, a.dateTime AS opened, a.expires, a.seller,
  a.category, a.extra AS auction_extra
FROM bid b JOIN auction a ON b.auction = a.id WHERE a.category = 10;

-- q21
SELECT auction, bidder, price, channel, CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1'
  WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3' ELSE regexp_extract(url, '(&|^)channel_id=([^&]*)', 2) END
FROM bid WHERE regexp_extract(url, '(&|^)channel_id=([^&]*)', 2) <> ''
  OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu');

-- q22
SELECT auction, bidder, price, channel, split_part(url, '/', 4), split_part(url, '/', 5), split_part(url, '/', 6)
FROM bid;
