-- SPDX-License-Identifier: Apache-2.0
--
-- Half a year of flights within the United States: three million rows of a Parquet file, joined with
-- a CSV file of airports. How late do flights leave the large airports, hour by hour of the day? And
-- which routes have most flights?
--
-- `./dev data` fetches both files of the npm package vega-datasets 3.2.1; run it from the
-- repository's root.

CREATE TABLE flights (
  `date` TIMESTAMP(3),
  delay BIGINT,
  distance BIGINT,
  origin STRING,
  destination STRING
) WITH (
  'connector' = 'filesystem',
  'path' = 'build/data/flights-3m.parquet',
  'format' = 'parquet'
);

CREATE TABLE airports (
  iata STRING,
  name STRING,
  city STRING,
  state STRING
) WITH (
  'connector' = 'filesystem',
  'path' = 'build/data/airports.csv',
  'format' = 'csv',
  'csv.header' = 'by-name'
);

-- Where and when more than 10,000 flights left within the same hour of the day: minutes of delay on
-- average, and the share of those that left a quarter of an hour late or more.
SELECT airports.city, HOUR(flights.`date`) AS `hour`, COUNT(*) AS flights,
       AVG(CAST(delay AS DOUBLE)) AS average_delay,
       AVG(CASE WHEN delay >= 15 THEN 100E0 ELSE 0E0 END) AS percent_late
FROM flights
JOIN airports ON flights.origin = airports.iata
GROUP BY airports.city, HOUR(flights.`date`)
HAVING COUNT(*) > 10000
ORDER BY city, `hour`;

-- The ten busiest routes.
SELECT departure.city AS departure, arrival.city AS arrival, COUNT(*) AS flights,
       MIN(distance) AS miles, AVG(CAST(delay AS DOUBLE)) AS average_delay
FROM flights
JOIN airports AS departure ON flights.origin = departure.iata
JOIN airports AS arrival ON flights.destination = arrival.iata
GROUP BY departure.city, arrival.city, flights.origin, flights.destination
ORDER BY flights DESC, departure, arrival
LIMIT 10;
