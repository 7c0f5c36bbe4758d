-- One week of real seismic events, in the order in which the USGS published them: the hourly number
-- of events and the strongest magnitude per region, by the time at which the earth shook.
--
--   ./dev run examples/earthquakes.sql                   as a stream: hours close as event time passes
--   ./dev run examples/earthquakes.sql --mode batch      the same query over the whole file at once
--
-- Publication lags: an event may appear days after it happened. The watermark waits two days for
-- stragglers; what comes later still is dropped by the stream, counted, and shown at the end. A batch
-- has no late rows, so it prints some region-hours more.

CREATE TABLE earthquakes (
  id         STRING,
  event_time TIMESTAMP(3),          -- when it happened, UTC
  updated    TIMESTAMP(3),          -- when it was last published, UTC: the order of the file
  mag        DOUBLE,
  place      STRING,                -- '4km W of Castaic, CA', or just 'Banda Sea'
  `type`     STRING,                -- earthquake, explosion, quarry blast
  magType    STRING,
  tsunami    INT,
  sig        INT,
  net        STRING,
  status     STRING,
  longitude  DOUBLE,
  latitude   DOUBLE,
  depth      DOUBLE,
  -- What stands after the last comma of the place, or the whole place when there is no comma.
  region     AS TRIM(COALESCE(REGEXP_EXTRACT(place, '([^,]*)$', 1), place)),
  WATERMARK FOR event_time AS event_time - INTERVAL '2' DAY
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/earthquakes.jsonl',
  'format' = 'json'
);

SELECT
  window_start AS `hour`,
  region,
  COUNT(*)     AS events,
  MAX(mag)     AS strongest
FROM TABLE(TUMBLE(TABLE earthquakes, DESCRIPTOR(event_time), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, region;
