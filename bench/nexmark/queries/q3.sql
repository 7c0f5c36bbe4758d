-- SPDX-License-Identifier: Apache-2.0
--
-- Local item suggestion: who sells in category 10 from Oregon, Idaho or California?
CREATE TABLE q3 (
  name STRING, city STRING, state STRING, id BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO q3
SELECT seller.name, seller.city, seller.state, item.id
FROM auction AS item
JOIN person AS seller ON item.seller = seller.id
WHERE item.category = 10 AND seller.state IN ('OR', 'ID', 'CA');
