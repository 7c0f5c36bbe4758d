-- SPDX-License-Identifier: Apache-2.0
--
-- Side input: each bid with the value that a file has for its auction modulo 10,000.
CREATE TABLE side_input (`key` BIGINT, `value` STRING)
WITH ('connector' = 'filesystem', 'path' = 'side_input.csv', 'format' = 'csv');

CREATE TABLE q13 (
  auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), `value` STRING
) WITH ('connector' = 'blackhole');

INSERT INTO q13
SELECT offer.auction, offer.bidder, offer.price, offer.dateTime, side.`value`
FROM (SELECT *, MOD(auction, 10000) AS slot, PROCTIME() AS p_time FROM bid) AS offer
JOIN side_input FOR SYSTEM_TIME AS OF offer.p_time AS side ON offer.slot = side.`key`;
