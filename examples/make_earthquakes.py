# SPDX-License-Identifier: Apache-2.0
"""Turns the week of seismic events in vega-datasets into examples/earthquakes.jsonl.

The input is data/earthquakes.json of the npm package vega-datasets 3.2.1 (`npm pack
vega-datasets@3.2.1`, then unpack): public data of the USGS, one GeoJSON collection. The output has one
JSON object a line, ordered by `updated`, the time at which the USGS last published the event. That is
the order in which a subscriber would have seen them, so that event time is out of order as in life.

  python3 examples/make_earthquakes.py package/data/earthquakes.json examples/earthquakes.jsonl
"""

import datetime
import json
import sys

EPOCH = datetime.datetime(1970, 1, 1)


def sql_timestamp(milliseconds):
    """Returns 'YYYY-MM-DD HH:MM:SS.mmm' in UTC, exact to the millisecond."""
    moment = EPOCH + datetime.timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def row(feature):
    properties = feature["properties"]
    longitude, latitude, depth = feature["geometry"]["coordinates"]
    return {
        "id": feature["id"],
        "event_time": sql_timestamp(properties["time"]),
        "updated": sql_timestamp(properties["updated"]),
        "mag": float(properties["mag"]),
        "place": properties["place"],
        "type": properties["type"],
        "magType": properties["magType"],
        "tsunami": properties["tsunami"],
        "sig": properties["sig"],
        "net": properties["net"],
        "status": properties["status"],
        "longitude": float(longitude),
        "latitude": float(latitude),
        "depth": float(depth),
    }


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: make_earthquakes.py INPUT.json OUTPUT.jsonl")
    with open(sys.argv[1], encoding="utf-8") as source:
        features = json.load(source)["features"]
    features.sort(key=lambda f: (f["properties"]["updated"], f["id"]))
    with open(sys.argv[2], "w", encoding="utf-8", newline="\n") as sink:
        for feature in features:
            sink.write(json.dumps(row(feature), ensure_ascii=False) + "\n")
    print(f"{len(features)} events", file=sys.stderr)


if __name__ == "__main__":
    main()
