# SPDX-License-Identifier: Apache-2.0
"""What every Nexmark query has to give, computed by DuckDB from the same events.

The SQL here was written from the meaning of the queries and not from bench/nexmark/queries: windows
are arithmetic on milliseconds, sessions a running sum over gaps, places a count of better bids.
"""

import dataclasses

EVENTS = """
CREATE TABLE events AS
  SELECT *, file_row_number AS seq FROM read_parquet('{path}', file_row_number = true);
CREATE TABLE person AS
  SELECT seq, person.*, epoch_ms(person.dateTime) AS t FROM events WHERE event_type = 0;
CREATE TABLE auction AS
  SELECT seq, auction.*, epoch_ms(auction.dateTime) AS t, epoch_ms(auction.expires) AS till
  FROM events WHERE event_type = 1;
CREATE TABLE bid AS
  SELECT seq, bid.*, epoch_ms(bid.dateTime) AS t FROM events WHERE event_type = 2;
DROP TABLE events;
CREATE TABLE side AS SELECT range AS key, 'side ' || range AS value FROM range(10000);
-- Each bid while its auction was open.
CREATE VIEW valid AS
  SELECT a.id, a.seller, a.category, b.price, b.t, b.seq AS bid_seq, a.seq AS auction_seq
  FROM bid b, auction a WHERE b.auction = a.id AND b.t >= a.t AND b.t <= a.till;
CREATE TABLE winner AS
  SELECT id, unnest(arg_min(struct_pack(seller, category, price, t, bid_seq, auction_seq),
                            (-price, t, bid_seq)))
  FROM valid GROUP BY id;
"""

TIME = "make_timestamp(({0}) * 1000)"
DAY = "strftime(b.dateTime, '%Y-%m-%d')"
COUNTS = ", ".join(
    f"count({what}) FILTER ({price})"
    for what in ("*", "DISTINCT bidder", "DISTINCT auction")
    for price in ("true", "price < 10000", "price BETWEEN 10000 AND 999999", "price > 999999"))
HOPS = """
  SELECT auction, s, count(*) AS n
  FROM (SELECT auction, t // 2000 * 2000 - 2000 * k AS s FROM bid, range(5) pane(k)) GROUP BY ALL
"""
CHANNEL_ID = r"CASE WHEN url LIKE '%&channel_id=%' THEN split_part(split_part(url, '&channel_id=', 2), '&', 1) END"
KNOWN = "MAP {'apple': '0', 'google': '1', 'facebook': '2', 'baidu': '3'}[lower(channel)]"


@dataclasses.dataclass(frozen=True)
class Query:
    """`sql` gives the rows. Where bids of equal rank or time come in no order any of them may be in the
    result: then only the columns of `select` are compared, and each row has to be one of `among`."""
    sql: str
    select: str = ""
    among: str = ""


BID_COLUMNS = "auction, bidder, price, channel, url, dateTime, extra"
QUERIES = {
    0: Query("SELECT auction, bidder, price, dateTime, extra FROM bid"),
    1: Query("SELECT auction, bidder, CAST(price AS DECIMAL(20, 0)) * 0.908, dateTime, extra FROM bid"),
    2: Query("SELECT auction, price FROM bid WHERE auction % 123 = 0"),
    3: Query("SELECT p.name, p.city, p.state, a.id FROM person p, auction a "
             "WHERE p.id = a.seller AND a.category = 10 AND list_contains(['OR', 'ID', 'CA'], p.state)"),
    4: Query("SELECT category, sum(price) // count(*) FROM winner GROUP BY category"),
    5: Query(f"WITH hops AS ({HOPS}) SELECT auction, n FROM hops h "
             "WHERE n = (SELECT max(n) FROM hops o WHERE o.s = h.s)"),
    # All that were won up to this one, newest first, cut to ten.
    6: Query("SELECT w.seller, (SELECT sum(price) // count(*) FROM (SELECT price FROM winner o WHERE "
             "o.seller = w.seller AND (o.t, o.id) <= (w.t, w.id) ORDER BY t DESC, id DESC LIMIT 10)) "
             "FROM winner w"),
    7: Query("WITH best AS (SELECT t // 10000 * 10000 AS s, max(price) AS price FROM bid GROUP BY s) "
             "SELECT b.auction, b.price, b.bidder, b.dateTime, b.extra FROM best "
             "JOIN bid b ON b.price = best.price AND b.t >= best.s AND b.t <= best.s + 10000"),
    8: Query(f"SELECT DISTINCT p.id, p.name, {TIME.format('p.t // 10000 * 10000')} FROM person p "
             "WHERE EXISTS (SELECT 1 FROM auction a WHERE a.seller = p.id AND a.t // 10000 = p.t // 10000)"),
    9: Query("SELECT a.id, itemName, description, initialBid, reserve, a.dateTime, expires, a.seller, "
             "a.category, a.extra, b.auction, b.bidder, b.price, b.dateTime, b.extra "
             "FROM winner w JOIN auction a ON a.seq = w.auction_seq JOIN bid b ON b.seq = w.bid_seq",
             select="id, price, bid_dateTime",
             among="SELECT a.id, itemName, description, initialBid, reserve, a.dateTime, expires, "
                   "a.seller, a.category, a.extra, b.auction, b.bidder, b.price, b.dateTime, b.extra "
                   "FROM valid v JOIN auction a ON a.seq = v.auction_seq JOIN bid b ON b.seq = v.bid_seq"),
    10: Query(f"SELECT auction, bidder, price, dateTime, extra, {DAY}, strftime(dateTime, '%H:%M') FROM bid b"),
    11: Query("WITH marked AS (SELECT bidder, t, coalesce(t - lag(t) OVER (PARTITION BY bidder ORDER BY "
              "t) > 10000, true) AS fresh FROM bid), numbered AS (SELECT bidder, t, sum(fresh::INT) "
              "OVER (PARTITION BY bidder ORDER BY t RANGE UNBOUNDED PRECEDING) AS number FROM marked) "
              f"SELECT bidder, count(*), {TIME.format('min(t)')}, {TIME.format('max(t) + 10000')} "
              "FROM numbered GROUP BY bidder, number"),
    # The clock decides about the windows: their counts are added up.
    12: Query("SELECT bidder, count(*) FROM bid GROUP BY bidder"),
    13: Query("SELECT auction, bidder, price, dateTime, value FROM bid JOIN side ON key = auction % 10000"),
    14: Query("SELECT auction, bidder, CAST(price AS DECIMAL(20, 0)) * 0.908, "
              "CASE hour(dateTime) WHEN 7 THEN 'otherTime' WHEN 19 THEN 'otherTime' ELSE "
              "CASE WHEN hour(dateTime) > 7 AND hour(dateTime) < 19 THEN 'dayTime' ELSE 'nightTime' END "
              "END, dateTime, extra, length(extra) - length(replace(extra, 'c', '')) FROM bid "
              "WHERE price * 908 > 1000000000 AND price * 908 < 50000000000"),
    15: Query(f"SELECT {DAY}, {COUNTS} FROM bid b GROUP BY ALL"),
    16: Query(f"SELECT channel, {DAY}, strftime(max(date_trunc('minute', dateTime)), '%H:%M'), {COUNTS} "
              "FROM bid b GROUP BY ALL"),
    17: Query(f"SELECT auction, {DAY}, {', '.join(COUNTS.split(', ')[:4])}, min(price), max(price), "
              "sum(price) // count(*), sum(price) FROM bid b GROUP BY ALL"),
    18: Query(f"SELECT {BID_COLUMNS} FROM bid WHERE seq IN (SELECT arg_max(seq, (t, seq)) FROM bid "
              "GROUP BY bidder, auction)", select="auction, bidder, dateTime",
              among=f"SELECT {BID_COLUMNS} FROM bid"),
    19: Query(f"SELECT {BID_COLUMNS}, place FROM (SELECT *, row_number() OVER (PARTITION BY auction "
              "ORDER BY price DESC, seq) AS place FROM bid) WHERE place < 11",
              select="auction, price, place",
              among=f"SELECT {BID_COLUMNS}, best + k FROM (SELECT *, rank() OVER (PARTITION BY auction "
                    "ORDER BY price DESC) AS best FROM bid), range(10) tied(k) WHERE best + k <= 10"),
    20: Query("SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.dateTime, b.extra, a.itemName, "
              "a.description, a.initialBid, a.reserve, a.dateTime, a.expires, a.seller, a.category, "
              "a.extra FROM auction a, bid b WHERE a.id = b.auction AND a.category = 10"),
    21: Query(f"SELECT auction, bidder, price, channel, coalesce({KNOWN}, {CHANNEL_ID}) AS id FROM bid "
              "WHERE id IS NOT NULL"),
    22: Query("SELECT auction, bidder, price, channel, split_part(url, '/', 4), split_part(url, '/', 5), "
              "split_part(url, '/', 6) FROM bid"),
}
