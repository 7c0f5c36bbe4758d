# SPDX-License-Identifier: Apache-2.0
"""Topics of messages with keys: what lies in key and value, upserts and tombstones, what is refused."""

import base64
import json
import unittest

from binary import Case, headwater


class Messages(Case):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "log"

    def table(self, columns, options="", name="t", topic="t"):
        return (f"CREATE TABLE {name} ({columns}) WITH ('connector' = 'log', 'path' = '{self.log}', "
                f"'topic' = '{topic}'{options});\n")

    def run_all(self, sql, *arguments):
        done = self.run_sql(sql, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def bytes_in(self, topic="t"):
        """Key and value of each message in order, as text."""
        rows = self.rows(self.table("`key` BYTES, `value` BYTES", ", 'changelog-mode' = 'all'", topic=topic)
                         + "SELECT * FROM t")
        text = lambda value: None if value is None else base64.b64decode(value).decode()
        return [(text(row["key"]), text(row["value"])) for row in map(json.loads, rows)]

    KEYED = ", 'key.format' = 'json', 'key.fields' = 'id', 'value.format' = 'json'"

    def test_rows_go_into_key_and_value_and_come_back(self):
        table = self.table("id INT, name STRING", self.KEYED)
        self.run_all(table + "INSERT INTO t VALUES (1, 'a'), (NULL, 'b');")
        self.assertEqual(sorted(self.bytes_in()), [('{"id":1}', '{"id":1,"name":"a"}'),
                                                   ('{"id":null}', '{"id":null,"name":"b"}')])
        self.assertEqual(sorted(self.rows(table + "SELECT * FROM t")),
                         ['{"id":1,"name":"a"}', '{"id":null,"name":"b"}'])
        self.assertEqual(self.rows(table + "SELECT name FROM t WHERE id = 1"), ['{"name":"a"}'])
        self.assertEqual(self.rows(table + "SELECT COUNT(*) AS n FROM t"), ['{"n":2}'])

    def test_columns_of_the_key_only_lie_there_without_their_prefix(self):
        table = self.table("k_id INT, k_region STRING, id INT, name STRING",
                           ", 'key.format' = 'csv', 'key.fields' = 'k_region;k_id', 'key.fields-prefix' = 'k_', "
                           "'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY'")
        self.run_all(table + "INSERT INTO t VALUES (1, 'north', 10, 'a'), (2, 'south', 20, 'b');")
        self.assertEqual(sorted(self.bytes_in()), [("north,1", '{"id":10,"name":"a"}'),
                                                   ("south,2", '{"id":20,"name":"b"}')])
        self.assertEqual(sorted(self.rows(table + "SELECT id, k_id, name, k_region FROM t")),
                         ['{"id":10,"k_id":1,"name":"a","k_region":"north"}',
                          '{"id":20,"k_id":2,"name":"b","k_region":"south"}'])
        self.assertEqual(sorted(self.rows(table + "SELECT k_id FROM t")), ['{"k_id":1}', '{"k_id":2}'])
        self.assertEqual(sorted(self.rows(table + "SELECT name FROM t")), ['{"name":"a"}', '{"name":"b"}'])

    def test_metadata_stands_beside_key_and_value(self):
        table = self.table("id INT, name STRING, o BIGINT METADATA FROM 'offset' VIRTUAL, "
                           "at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', "
                           "headers MAP<STRING, BYTES> METADATA",
                           self.KEYED + ", 'value.fields-include' = 'EXCEPT_KEY'")
        self.run_all(table + "INSERT INTO t SELECT 7, 'x', TO_TIMESTAMP_LTZ(5000, 3), MAP['h', CAST('v' AS BYTES)];")
        self.assertEqual(self.rows(table + "SELECT o, id, EXTRACT(SECOND FROM at) AS s, headers['h'] = x'76' AS h FROM t"),
                         ['{"o":0,"id":7,"s":5,"h":true}'])

    def test_with_a_primary_key_messages_are_upserts_and_a_null_value_deletes(self):
        source = ("CREATE VIEW changes AS SELECT id, MAX(v) AS v FROM (VALUES (1, 10), (2, 20), (1, 30)) AS x (id, v) "
                  "GROUP BY id HAVING MAX(v) < 25;")
        for include in ("ALL", "EXCEPT_KEY"):
            topic = include.lower()
            table = self.table("id INT NOT NULL, v INT, PRIMARY KEY (id) NOT ENFORCED",
                               f", 'key.format' = 'json', 'value.format' = 'json', 'value.fields-include' = '{include}'",
                               topic=topic)
            self.run_all(table + source + "INSERT INTO t SELECT * FROM changes;", "--mode", "streaming")
            messages = self.bytes_in(topic)
            value = '{"id":2,"v":20}' if include == "ALL" else '{"v":20}'
            self.assertIn(('{"id":2}', value), messages)
            # Whatever was shown of 1 meanwhile, the last word is that it is gone.
            self.assertIn([value for key, value in messages if key == '{"id":1}'][-1:], ([], [None]))
            self.assertEqual(self.rows(table + "SELECT * FROM t"), ['{"id":2,"v":20}'])

    def put(self, rows, topic="t", key="`key` BYTES NOT NULL, `value` BYTES, PRIMARY KEY (`key`) NOT ENFORCED"):
        """Messages as others write them; a text of JSON or None."""
        cell = lambda text: "CAST(NULL AS BYTES)" if text is None else f"CAST('{text}' AS BYTES)"
        for k, v in rows:
            self.run_all(self.table(key, topic=topic) + f"INSERT INTO t SELECT {cell(k)}, {cell(v)};")

    UPSERT = ("id INT NOT NULL, v INT NOT NULL, PRIMARY KEY (id) NOT ENFORCED",
              ", 'key.format' = 'json', 'value.format' = 'json'")

    def test_tombstones_take_rows_away_in_streams_and_batches(self):
        self.put([('{"id":1}', '{"id":1,"v":1}'), ('{"id":2}', '{"id":2,"v":2}'), ('{"id":1}', None),
                  ('{"id":3}', None), ('{"id":2}', '{"id":2,"v":5}')])
        table = self.table(*self.UPSERT)
        self.assertEqual(self.rows(table + "SELECT * FROM t"), ['{"id":2,"v":5}'])
        self.assertEqual(self.rows(table + "SELECT SUM(v) AS s, COUNT(*) AS n FROM t"), ['{"s":5,"n":1}'])
        bounded = self.table(self.UPSERT[0], self.UPSERT[1] + ", 'scan.bounded.mode' = 'latest-offset'")
        done = self.run_all(bounded + "SELECT id, v FROM t", "--mode", "streaming", "--output", "changelog")
        changes = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(c["op"], c["data"]["id"], c["data"]["v"]) for c in changes],
                         [("+I", 1, 1), ("+I", 2, 2), ("-D", 1, 1), ("-U", 2, 2), ("+U", 2, 5)])

    def test_messages_are_compacted_by_key(self):
        table = self.table(self.UPSERT[0], self.UPSERT[1] + ", 'segment.bytes' = '4 kb', 'compaction.min-dirty-ratio' = "
                           "'0', 'compaction.delete-retention' = '0 s'")
        numbers = ("CREATE TABLE n (id INT NOT NULL) WITH ('connector' = 'datagen', 'number-of-rows' = '100', "
                   "'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '99');")
        for turn in range(5):
            self.run_all(table + numbers + f"INSERT INTO t SELECT id, id + {turn} FROM n;")
        self.put([(f'{{"id":{n}}}', None) for n in range(2)])
        self.run_all(table + numbers + "INSERT INTO t SELECT id, id + 9 FROM n WHERE id > 10;")
        self.run_all(table + numbers + "INSERT INTO t SELECT id, id + 9 FROM n WHERE id > 10;")
        self.assertEqual(self.rows(table + "SELECT COUNT(*) AS n, SUM(v) AS s FROM t"),
                         [json.dumps({"n": 98, "s": sum(n + 9 for n in range(11, 100)) + sum(n + 4 for n in range(2, 11))},
                                     separators=(",", ":"))])
        self.assertLess(len(self.bytes_in()), 400)

    def test_a_message_without_a_key_has_null_columns_or_is_named(self):
        self.put([(None, '{"name":"a"}')], key="`key` BYTES, `value` BYTES")
        options = self.KEYED + ", 'value.fields-include' = 'EXCEPT_KEY'"
        self.assertEqual(self.rows(self.table("id INT, name STRING", options) + "SELECT * FROM t"),
                         ['{"id":null,"name":"a"}'])
        self.assert_fails(self.run_sql(self.table("id INT NOT NULL, name STRING", options) + "SELECT * FROM t",
                                       "--mode", "batch"), 4,
                          "column 'id' is in the key and declared NOT NULL",
                          "the message at offset 0 of partition 0 of topic 't' has no key")
        self.assert_fails(self.run_sql(self.table("id INT NOT NULL, name STRING, PRIMARY KEY (id) NOT ENFORCED",
                                                  ", 'key.format' = 'json', 'value.format' = 'json'")
                                       + "SELECT * FROM t", "--mode", "batch"), 4, "has no key")

    def test_what_cannot_be_decoded_is_named_or_left_out(self):
        self.put([('{"id":1}', '{"name":"a"}'), ('{"id":', '{"name":"b"}'), ('{"id":3}', '{"name":'),
                  ('{"id":4}', '{"name":"d"}')], key="`key` BYTES, `value` BYTES")
        options = self.KEYED + ", 'value.fields-include' = 'EXCEPT_KEY'"
        table = self.table("id INT, name STRING", options)
        self.assert_fails(self.run_sql(table + "SELECT * FROM t", "--mode", "batch"), 4,
                          "decoding the key of the message at offset 1 of partition 0 of topic 't'")
        table = self.table("id INT, name STRING", options + ", 'key.json.ignore-parse-errors' = 'true'")
        self.assert_fails(self.run_sql(table + "SELECT * FROM t", "--mode", "batch"), 4,
                          "decoding the message at offset 2 of partition 0 of topic 't'")
        table = self.table("id INT, name STRING", options + ", 'key.json.ignore-parse-errors' = 'true', "
                           "'value.json.ignore-parse-errors' = 'true'")
        self.assertEqual(self.rows(table + "SELECT * FROM t"), ['{"id":1,"name":"a"}', '{"id":4,"name":"d"}'])

    def test_all_four_kinds_stay_beside_the_messages(self):
        table = self.table("id INT, n BIGINT", ", 'format' = 'json', 'changelog-mode' = 'all'")
        self.run_all(table + "INSERT INTO t SELECT id, COUNT(*) FROM (VALUES (1), (1), (2)) AS x (id) GROUP BY id;",
                     "--mode", "streaming")
        self.assertEqual(self.rows(table + "SELECT * FROM t ORDER BY id"), ['{"id":1,"n":2}', '{"id":2,"n":1}'])

    def test_a_key_goes_to_one_partition_whatever_its_declared_type(self):
        for type in ("INT", "BIGINT"):
            self.run_all(self.table(f"id {type} NOT NULL, v INT, PRIMARY KEY (id) NOT ENFORCED",
                                    ", 'key.format' = 'json', 'value.format' = 'json', 'partitions' = '7'")
                         + "INSERT INTO t VALUES " + ", ".join(f"({n}, {n})" for n in range(50)) + ";",
                         "--parallelism", "3")
        rows = self.rows(self.table("`key` BYTES, p INT METADATA FROM 'partition' VIRTUAL",
                                    ", 'changelog-mode' = 'all'")
                         + "SELECT COUNT(DISTINCT p) AS n, COUNT(*) AS m FROM t GROUP BY `key`")
        self.assertEqual(set(rows), {'{"n":1,"m":2}'})
        self.assertEqual(len(rows), 50)

    def test_what_does_not_fit_is_refused_with_what_to_write(self):
        def refused(columns, options, *parts):
            self.assert_fails(self.run_sql(self.table(columns, options) + "SELECT * FROM t", "--mode", "batch"), 3, *parts)

        columns = "id INT, name STRING"
        refused(columns, ", 'key.format' = 'json', 'value.format' = 'json'", "'key.format' needs 'key.fields'",
                "the table has id, name")
        refused(columns, ", 'key.format' = 'json', 'key.fields' = 'id'", "'key.format' is for messages", "'value.format'")
        refused(columns, ", 'key.fields' = 'id', 'value.format' = 'json'", "'key.fields' is about the key of a message",
                "'key.format'")
        refused(columns, ", 'key.format' = 'json', 'key.fields' = 'nam', 'value.format' = 'json'",
                "'nam' is none; it has id, name", "did you mean 'name'?")
        refused(columns, ", 'key.format' = 'json', 'key.fields' = 'id;id', 'value.format' = 'json'", "'id' twice")
        refused(columns, self.KEYED + ", 'key.fields-prefix' = 'k_'", "'value.fields-include' = 'EXCEPT_KEY'")
        refused(columns, self.KEYED + ", 'key.fields-prefix' = 'k_', 'value.fields-include' = 'EXCEPT_KEY'",
                "are called so at the front, but one is 'id'")
        refused(columns, ", 'key.format' = 'jsn', 'key.fields' = 'id', 'value.format' = 'json'", "did you mean 'json'?")
        refused(columns, ", 'key.format' = 'parquet', 'key.fields' = 'id', 'value.format' = 'json'", "is one of files")
        refused(columns, ", 'key.format' = 'raw', 'key.fields' = 'id;name', 'value.format' = 'json'",
                "checking the key's columns", "exactly one column")
        refused(columns, self.KEYED + ", 'json.ignore-parse-errors' = 'true'", "unknown option 'json.ignore-parse-errors'",
                "did you mean")
        refused(columns, self.KEYED + ", 'format' = 'json'", "'format' and 'value.format' are one")
        refused(columns, self.KEYED + ", 'value.fields-include' = 'SOME'", "must be one of ALL, EXCEPT_KEY")
        refused("id INT NOT NULL, name STRING, PRIMARY KEY (id) NOT ENFORCED",
                ", 'key.format' = 'json', 'key.fields' = 'name', 'value.format' = 'json'",
                "the key of a message is the table's PRIMARY KEY (id)")
        refused("id INT NOT NULL, name STRING, PRIMARY KEY (id) NOT ENFORCED", ", 'value.format' = 'json'",
                "give 'key.format'")
        refused("id INT", ", 'key.format' = 'json', 'key.fields' = 'id', 'value.format' = 'json', "
                "'value.fields-include' = 'EXCEPT_KEY'", "leaves no column for the value")
        self.run_all(self.table("id INT", ", 'format' = 'json'") + "INSERT INTO t VALUES (1);")
        refused(columns, self.KEYED, "'key.format' reads keys of messages, which topic 't' has not")

    def test_a_topic_without_keys_gets_them_with_the_first_writer_that_has_some(self):
        self.run_all(self.table("id INT, name STRING", ", 'format' = 'json'") + "INSERT INTO t VALUES (1, 'a');")
        self.run_all(self.table("id INT, name STRING", self.KEYED) + "INSERT INTO t VALUES (2, 'b');")
        self.assertEqual(self.bytes_in(), [(None, '{"id":1,"name":"a"}'), ('{"id":2}', '{"id":2,"name":"b"}')])

    def test_a_killed_and_restarted_job_shows_each_upsert_once(self):
        table = self.table(*self.UPSERT)
        sql = table + "INSERT INTO t SELECT id, v FROM (VALUES (1, 1), (2, 2)) AS x (id, v);"
        for _ in range(2):
            self.run_all("SET 'pipeline.name' = 'j';" + sql, "--state-dir", str(self.folder / "state"))
        self.assertEqual(self.rows(table + "SELECT * FROM t ORDER BY id"), ['{"id":1,"v":1}', '{"id":2,"v":2}'])
        self.assertEqual(len(self.bytes_in()), 2)

    def test_the_catalog_shows_key_and_value(self):
        self.run_all(self.table(*self.UPSERT) + "INSERT INTO t VALUES (1, 2);")
        catalog = f"CREATE CATALOG l WITH ('type' = 'log', 'path' = '{self.log}'); USE CATALOG l; "
        self.assertEqual(self.rows(catalog + "SELECT CAST(`key` AS STRING) AS k, CAST(`value` AS STRING) AS v FROM t"),
                         ['{"k":"{\\"id\\":1}","v":"{\\"id\\":1,\\"v\\":2}"}'])
        described = headwater("log", "describe", str(self.log), "t")
        self.assertEqual(described.returncode, 0, described.stderr)
        self.assertIn("key", described.stdout)


if __name__ == "__main__":
    unittest.main()
