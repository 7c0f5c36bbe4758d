# SPDX-License-Identifier: Apache-2.0
"""s3://, against a local S3 server: state directories, savepoints, sources, old log segments.

Runs in build/s3-venv, which ./dev setup makes; without it the suite is skipped (exit code 77). Every
request passes a proxy that checks its signature; every process's output is searched for the secret.
"""

import gzip
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "servers")]

import s3_server  # noqa: E402

if not s3_server.installed():
    print("there is no build/s3-venv: run ./dev setup", file=sys.stderr)
    sys.exit(77)
if pathlib.Path(sys.prefix) != s3_server.PYTHON.parents[1]:
    os.execv(s3_server.PYTHON, [str(s3_server.PYTHON), *sys.argv])

import s3_proxy  # noqa: E402

BINARY = os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater"))
BUCKET = "bucket"


def setUpModule():
    global SERVER, PROXY
    SERVER = s3_server.S3Server()
    unittest.addModuleCleanup(SERVER.stop)
    PROXY = s3_proxy.S3Proxy(SERVER.port)
    unittest.addModuleCleanup(PROXY.close)
    assert SERVER.request("PUT", f"/{BUCKET}")[0] == 200


class Case(unittest.TestCase):
    """A local folder and a prefix of the bucket for each test."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.prefix = self.id().rpartition(".")[2]
        self.url = f"s3://{BUCKET}/{self.prefix}"
        self.env = {"HEADWATER_S3_ENDPOINT": PROXY.endpoint,
                    "AWS_ACCESS_KEY_ID": s3_proxy.ACCESS_KEY,
                    "AWS_SECRET_ACCESS_KEY": s3_proxy.SECRET_KEY,
                    "HOME": str(self.folder), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        PROXY.rule = None
        self.addCleanup(setattr, PROXY, "rule", None)

    # ---- processes

    def start(self, *arguments, env=None):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        given = {**plain, **self.env, **(env or {})}
        process = subprocess.Popen([BINARY, *arguments], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   cwd=self.folder,
                                   env={name: value for name, value in given.items() if value})
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self, process, code=0, timeout=90):
        """What it said on stderr, and on stdout."""
        out, errors = process.communicate(timeout=timeout)
        self.assertEqual(process.returncode, code, errors + out)
        self.assertNotIn(s3_proxy.SECRET_KEY, errors + out)
        return errors, out

    def run_it(self, *arguments, code=0, env=None):
        return self.finish(self.start(*arguments, env=env), code)

    def kill(self, process):
        process.kill()
        process.communicate()

    def wait_until(self, condition, seconds=60):
        until = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), until, "nothing happens")
            time.sleep(0.05)

    # ---- objects

    def put(self, name, content):
        body = content if isinstance(content, bytes) else content.encode()
        status, said = SERVER.request("PUT", f"/{BUCKET}/{self.prefix}/{name}", body)
        self.assertEqual(status, 200, said)

    def get(self, name):
        status, body = SERVER.request("GET", f"/{BUCKET}/{self.prefix}/{name}")
        self.assertEqual(status, 200, body)
        return body

    def objects(self, below=""):
        """Names below the test's prefix."""
        prefix = f"{self.prefix}/{below}"
        status = None
        for _ in range(5):
            # The server answers 500 when an object vanishes while it lists them.
            status, body = SERVER.request("GET", f"/{BUCKET}?list-type=2&prefix={prefix}")
            if status != 500:
                break
        self.assertEqual(status, 200, body)
        return [part.split("</Key>")[0][len(self.prefix) + 1:]
                for part in body.decode().split("<Key>")[1:]]

    # ---- jobs

    def job(self, rows, rate=4_000, sink="filesystem"):
        """Numbers from 1, written to files of a local folder (or nowhere)."""
        target = (f"'connector' = 'filesystem', 'path' = 'out', 'format' = 'json', "
                  f"'sink.rolling-policy.rollover-interval' = '50 ms', "
                  f"'sink.rolling-policy.check-interval' = '10 ms'" if sink == "filesystem"
                  else f"'connector' = '{sink}'")
        return (f"CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', "
                f"'number-of-rows' = '{rows}', 'rows-per-second' = '{rate}', "
                f"'fields.n.kind' = 'sequence', 'fields.n.start' = '1', "
                f"'fields.n.end' = '{rows}');"
                f"CREATE TABLE sink (n BIGINT, c BIGINT) WITH ({target});"
                f"INSERT INTO sink SELECT n, 1 FROM numbers;")

    def start_job(self, sql, *arguments, interval="150 ms", parallelism=1, lease="1500 ms"):
        # A short lease is for jobs that nobody else waits for: a slow machine beats slowly.
        return self.start("run", "-e", sql, "--state-dir", f"{self.url}/state",
                          "-D", f"execution.checkpointing.interval={interval}",
                          "-D", f"execution.lease.timeout={lease}",
                          "--parallelism", str(parallelism), *arguments)

    def shown(self):
        """The numbers in all visible files, sorted."""
        numbers = []
        for path in sorted((self.folder / "out").glob("**/*")):
            if path.is_file() and not path.name.startswith((".", "_")):
                numbers += [json.loads(line)["n"] for line in path.read_text().splitlines()]
        return sorted(numbers)

    def manifests(self):
        return [name for name in self.objects("state/sink/checkpoint-")]

    def wait_for_checkpoint(self, process, number=1):
        def there():
            self.assertIsNone(process.poll(), "the job has ended")
            return any(int(name.rpartition("checkpoint-")[2].split("-")[0]) >= number
                       for name in self.manifests())
        self.wait_until(there)


class StateTest(Case):

    def test_a_killed_job_goes_on_and_shows_each_row_once(self):
        sql = self.job(rows=12_000)
        for kills in range(1, 4):
            process = self.start_job(sql, parallelism=kills)
            self.wait_for_checkpoint(process, number=3 * kills)
            self.kill(process)
            numbers = self.shown()
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)), "a prefix, each once")
        errors, _ = self.finish(self.start_job(sql))
        self.assertIn("goes on from checkpoint", errors)
        self.assertIn(f"({self.url}/state/sink/checkpoint-", errors)
        self.assertEqual(self.shown(), list(range(1, 12_001)))
        errors, _ = self.finish(self.start_job(sql))
        self.assertIn("already complete", errors)

    def test_a_stopped_job_hands_over_at_once(self):
        # Without an end, so that SIGTERM is a clean stop.
        sql = ("CREATE TABLE t (x BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');"
               "CREATE TABLE sink (x BIGINT) WITH ('connector' = 'blackhole');"
               "INSERT INTO sink SELECT x FROM t;")
        process = self.start_job(sql)
        self.wait_for_checkpoint(process)
        process.terminate()
        self.finish(process)
        self.assertEqual([name for name in self.objects("state/sink/lease/lock-")], [])

    def damaged_newest(self):
        """Spoils a byte of the newest checkpoint's manifest; its name."""
        newest = max(self.manifests())
        whole = self.get(newest)
        middle = len(whole) // 2
        self.put(newest, whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:])
        return newest

    def killed_with_two_checkpoints(self, sql):
        retained = ("-D", "execution.checkpointing.num-retained=2")
        process = self.start_job(sql, *retained)
        self.wait_for_checkpoint(process, number=3)
        self.kill(process)
        return retained

    def test_a_damaged_checkpoint_is_passed_over(self):
        sql = self.job(rows=3_000, rate=2_000, sink="blackhole")
        retained = self.killed_with_two_checkpoints(sql)
        self.damaged_newest()
        errors, _ = self.run_it("checkpoint", "verify", f"{self.url}/state", code=1)
        errors, _ = self.finish(self.start_job(sql, *retained))
        self.assertIn("is damaged and passed over", errors)
        self.assertIn("goes on from checkpoint", errors)

    def test_a_damaged_checkpoint_that_sinks_have_shown_stops_the_job(self):
        sql = self.job(rows=20_000, rate=4_000)
        retained = self.killed_with_two_checkpoints(sql)
        self.damaged_newest()
        errors, _ = self.finish(self.start_job(sql, *retained), code=4)
        self.assertIn("sink", errors)

    def test_old_checkpoints_go_and_nothing_else_piles_up(self):
        process = self.start_job(self.job(rows=4_000, rate=2_000), interval="100 ms")
        self.finish(process)
        self.assertEqual(len(self.manifests()), 1)


class TakeoverTest(Case):

    def test_a_second_process_is_refused_and_a_standby_takes_over(self):
        sql = self.job(rows=6_000, rate=1_000)
        holder = self.start_job(sql, lease="4 s")
        self.wait_for_checkpoint(holder)
        errors, _ = self.finish(self.start_job(sql, lease="4 s"), code=4)
        self.assertIn("one process at a time runs the job", errors)
        self.assertIn(f"process {holder.pid} on ", errors)
        standby = self.start_job(sql, "--standby", lease="4 s")
        time.sleep(1)
        self.assertIsNone(standby.poll())
        self.kill(holder)
        errors, _ = self.finish(standby)
        self.assertIn("goes on from checkpoint", errors)
        self.assertEqual(self.shown(), list(range(1, 6_001)))

    def test_a_sleeper_that_was_replaced_does_no_harm(self):
        sql = self.job(rows=8_000, rate=2_000)
        sleeper = self.start_job(sql, lease="4 s")
        self.wait_for_checkpoint(sleeper)
        sleeper.send_signal(signal.SIGSTOP)
        successor = self.start_job(sql, "--standby", lease="4 s")
        self.wait_until(lambda: any("lease/lock-2" in name for name in self.objects("state/")))
        sleeper.send_signal(signal.SIGCONT)
        errors, _ = self.finish(sleeper, code=4)
        self.assertIn("was taken over: attempt 2 runs it", errors)
        self.finish(successor)
        self.assertEqual(self.shown(), list(range(1, 8_001)))

    def test_of_racing_processes_one_wins(self):
        sql = self.job(rows=1_500, rate=500)
        racers = [self.start_job(sql, lease="4 s") for _ in range(4)]
        ends = []
        for racer in racers:
            out, errors = racer.communicate(timeout=90)
            ends.append((racer.returncode, errors))
        codes = sorted(code for code, _ in ends)
        # One runs the job; who comes when it is over finds it complete.
        self.assertIn(0, codes)
        self.assertLessEqual(set(codes), {0, 4}, ends)
        self.assertEqual(sum("already complete" not in said for code, said in ends if code == 0), 1)
        self.assertEqual(self.shown(), list(range(1, 1_501)))


class SavepointTest(Case):

    def test_a_savepoint_is_looked_at_read_and_started_from(self):
        for n in range(3):
            self.put(f"in/{n}.json", "".join(f'{{"k":{i % 7},"v":{i}}}\n'
                                             for i in range(100 * n, 100 * n + 100)))
        sql = (f"CREATE TABLE t (k INT, v BIGINT) WITH ('connector' = 'filesystem', "
               f"'path' = '{self.url}/in', 'format' = 'json');"
               f"CREATE TABLE sink (k INT, total BIGINT) WITH ('connector' = 'blackhole');"
               f"INSERT INTO sink SELECT k, SUM(v) FROM t GROUP BY k;")
        self.finish(self.start_job(sql, "--available-now"))
        errors, out = self.run_it("checkpoint", "verify", f"{self.url}/state")
        self.assertIn("1 checkpoint, 0 damaged", out)
        errors, out = self.run_it("checkpoint", "inspect", f"{self.url}/state")
        self.assertIn("state groups: 7 rows", out)
        (manifest,) = self.manifests()
        errors, out = self.run_it(
            "run", "--mode", "batch", "--output", "json", "-e",
            f"CREATE TABLE c (key_k INT) WITH ('connector' = 'checkpoint', "
            f"'path' = '{self.url}/{manifest}', 'operator' = 'GroupAggregate', "
            f"'state' = 'groups'); SELECT COUNT(*) AS n FROM c")
        self.assertEqual(json.loads(out), {"n": 7})
        # A job elsewhere starts from it.
        self.put("in/3.json", '{"k":0,"v":1}\n')
        errors, _ = self.run_it("run", "-e", sql, "--state-dir", str(self.folder / "local"),
                                "--available-now", "--restore", f"{self.url}/{manifest}")
        self.assertIn("goes on from checkpoint ", errors)

    def test_a_savepoint_is_written_there(self):
        sql = ("CREATE TABLE t (x BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');"
               "CREATE TABLE sink (x BIGINT) WITH ('connector' = 'blackhole');"
               "INSERT INTO sink SELECT x FROM t;")
        process = self.start_job(sql, "--savepoint-dir", f"{self.url}/kept")
        self.wait_for_checkpoint(process)
        process.terminate()
        errors, _ = self.finish(process)
        self.assertIn(f"savepoint: {self.url}/kept/savepoint-sink-", errors)
        _, out = self.run_it("checkpoint", "verify", f"{self.url}/kept")
        self.assertIn("1 checkpoint, 0 damaged", out)


class BadDaysTest(Case):

    def test_a_job_outlives_requests_that_are_refused_lost_or_not_answered(self):
        fates = ["503", "lost", "unheard"]
        PROXY.rule = lambda *_: (fates[PROXY.num_requests // 4 % 3]
                                 if PROXY.num_requests % 4 == 0 else None)
        before = PROXY.num_spoiled
        sql = self.job(rows=3_000, rate=1_500)
        errors, _ = self.finish(self.start_job(sql, interval="300 ms"))
        self.assertGreater(PROXY.num_spoiled - before, 10)
        self.assertNotIn("starts again", errors)
        self.assertEqual(self.shown(), list(range(1, 3_001)))
        _, out = self.run_it("checkpoint", "verify", f"{self.url}/state")
        self.assertIn("0 damaged", out)

    def test_a_record_whose_answer_never_comes_is_found_by_the_next_attempt(self):
        # Every put of one record is carried out, and none is answered.
        PROXY.rule = lambda method, path: ("unheard" if method == "PUT" and
                                           path.endswith("lease/000000000003") else None)
        sql = self.job(rows=2_000, rate=1_000)
        errors, _ = self.finish(self.start_job(
            sql, "-D", "restart-strategy.type=fixed-delay",
            "-D", "restart-strategy.fixed-delay.attempts=5",
            "-D", "restart-strategy.fixed-delay.delay=100 ms"))
        self.assertEqual(self.shown(), list(range(1, 2_001)))

    def fails(self, *parts, env=None, code=4, url=None):
        errors, _ = self.run_it("run", "-e", self.job(rows=10), "--state-dir",
                                f"{url or self.url}/state", code=code, env=env)
        for part in parts:
            self.assertIn(part, errors)

    def test_a_wrong_secret_is_named_and_not_shown(self):
        self.fails("SignatureDoesNotMatch", "check the access key",
                   env={"AWS_SECRET_ACCESS_KEY": s3_proxy.SECRET_KEY + "x"})

    def test_missing_keys_are_asked_for(self):
        self.fails("AWS_SECRET_ACCESS_KEY", env={"AWS_SECRET_ACCESS_KEY": ""}, code=3)

    def test_a_missing_bucket_is_named(self):
        self.fails("there is no bucket 'nowhere'", url="s3://nowhere/x")

    def test_a_store_that_is_down_is_named(self):
        self.fails("the object store at http://127.0.0.1:1 does not answer", "tried",
                   env={"HEADWATER_S3_ENDPOINT": "http://127.0.0.1:1"})

    def test_https_is_spoken_and_a_certificate_looked_at(self):
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                               key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1"],
                              capture_output=True)
        self.assertEqual(made.returncode, 0, made.stderr)
        import http.server, ssl, threading  # noqa: E401
        listener = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
        listener.handle_error = lambda *_: None
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.addCleanup(listener.server_close)
        self.addCleanup(listener.shutdown)
        self.fails("certificate", env={"HEADWATER_S3_ENDPOINT":
                                       f"https://127.0.0.1:{listener.server_port}"})

    def test_secrets_are_not_taken_from_the_command_line_nor_from_a_script(self):
        errors, _ = self.run_it("run", "-e", "SELECT 1", "-D",
                                f"s3.secret-key={s3_proxy.SECRET_KEY}", code=2)
        self.assertIn("secrets are not taken from the command line", errors)
        errors, _ = self.run_it("run", "-e", "SET 's3.endpoint' = 'http://x'", code=3)
        self.assertIn("a setting of the process", errors)

    def test_keys_of_a_file_are_used_and_masked(self):
        config = self.folder / "config.yaml"
        config.write_text(f"s3:\n  endpoint: {PROXY.endpoint}\n"
                          f"  access-key: {s3_proxy.ACCESS_KEY}\n"
                          f"  secret-key: {s3_proxy.SECRET_KEY}\n")
        self.put("x.json", '{"a":1}\n')
        _, out = self.run_it(
            "run", "--config", str(config), "--output", "json", "--mode", "batch", "-e",
            f"CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'format' = 'json', "
            f"'path' = '{self.url}/x.json'); SELECT * FROM t; SET;",
            env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HEADWATER_S3_ENDPOINT": ""})
        self.assertIn('{"a":1}', out)
        self.assertIn("******", out)

    def test_keys_of_the_shared_file_are_used(self):
        (self.folder / ".aws").mkdir()
        (self.folder / ".aws" / "credentials").write_text(
            "[default]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n"
            f"[mine]\naws_access_key_id = {s3_proxy.ACCESS_KEY}\n"
            f"aws_secret_access_key={s3_proxy.SECRET_KEY}\n")
        self.put("x.json", '{"a":1}\n')
        _, out = self.run_it(
            "run", "--output", "json", "--mode", "batch", "-e",
            f"CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'format' = 'json', "
            f"'path' = '{self.url}/x.json'); SELECT * FROM t",
            env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "mine"})
        self.assertEqual(out, '{"a":1}\n')


class SourceTest(Case):

    def rows(self, table, query="SELECT * FROM t", columns="a INT, b STRING"):
        _, out = self.run_it("run", "--mode", "batch", "--output", "json", "-e",
                             f"CREATE TABLE t ({columns}) WITH ('connector' = 'filesystem', {table});"
                             f"{query}")
        return [json.loads(line) for line in out.splitlines()]

    def test_reads_text_plain_and_packed_from_a_folder(self):
        self.put("in/1.json", '{"a":1,"b":"x y"}\n{"a":2,"b":"z"}\n')
        self.put("in/2.json.gz", gzip.compress(b'{"a":3,"b":null}\n'))
        self.put("in/_hidden.json", '{"a":9}\n')
        self.put("in/deeper/4.json", '{"a":4,"b":"deep"}\n')
        table = f"'path' = '{self.url}/in', 'format' = 'json'"
        # A batch reads files side by side.
        self.assertEqual(sorted(row["a"] for row in self.rows(table)), [1, 2, 3])
        every = self.rows(table + ", 'source.path.regex-pattern' = '.*/in/.*json'",
                          "SELECT a, b FROM t ORDER BY a")
        self.assertEqual([row["a"] for row in every], [1, 2, 4])
        named = self.rows(table, "SELECT p, n, s FROM t WHERE a = 1",
                          "a INT, p STRING METADATA FROM 'file.path', n STRING METADATA FROM "
                          "'file.name', s BIGINT METADATA FROM 'file.size'")
        self.assertEqual(named, [{"p": f"{self.url}/in/1.json", "n": "1.json", "s": 34}])

    def test_reads_csv_of_a_key_that_needs_encoding(self):
        self.put("in/a%20b%2Bc=%C3%A4.csv", "1,x\n2,y\n")
        self.assertEqual(self.rows(f"'path' = '{self.url}/in/a b+c=\u00e4.csv', 'format' = 'csv'"),
                         [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])

    def test_reads_parquet_and_more_than_one_block_of_text(self):
        self.run_it("run", "--mode", "batch", "-e",
                    "CREATE TABLE g (a INT, b STRING) WITH ('connector' = 'datagen', "
                    "'number-of-rows' = '50000', 'fields.a.kind' = 'sequence', "
                    "'fields.a.start' = '1', 'fields.a.end' = '50000', 'fields.b.length' = '50');"
                    "CREATE TABLE p WITH ('connector' = 'filesystem', 'path' = 'p', "
                    "'format' = 'parquet') LIKE g (EXCLUDING OPTIONS);"
                    "CREATE TABLE j WITH ('connector' = 'filesystem', 'path' = 'j', "
                    "'format' = 'json') LIKE g (EXCLUDING OPTIONS);"
                    "SET 'table.dml-sync' = 'true'; INSERT INTO p SELECT * FROM g;"
                    "INSERT INTO j SELECT * FROM g")
        for name, form in (("p", "parquet"), ("j", "json")):
            (part,) = [path for path in (self.folder / name).iterdir() if path.name[0] not in "._"]
            self.put(f"{name}/part", part.read_bytes())
            self.assertEqual(self.rows(f"'path' = '{self.url}/{name}', 'format' = '{form}'",
                                       "SELECT COUNT(*) AS n, SUM(CAST(a AS BIGINT)) AS s FROM t"),
                             [{"n": 50_000, "s": 50_000 * 50_001 // 2}])

    def test_what_appears_is_read_and_what_was_read_is_not_again(self):
        self.put("in/1.json", '{"n":1}\n')
        sql = (f"CREATE TABLE t (n BIGINT) WITH ('connector' = 'filesystem', "
               f"'path' = '{self.url}/in', 'format' = 'json', 'source.monitor-interval' = '200 ms');"
               f"CREATE TABLE sink (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', "
               f"'format' = 'json', 'sink.rolling-policy.rollover-interval' = '50 ms', "
               f"'sink.rolling-policy.check-interval' = '10 ms'); INSERT INTO sink SELECT n FROM t")
        process = self.start_job(sql)
        self.wait_until(lambda: self.shown() == [1])
        self.put("in/2.json", '{"n":2}\n')
        self.wait_until(lambda: self.shown() == [1, 2])
        self.kill(process)
        self.put("in/3.json", '{"n":3}\n')
        process = self.start_job(sql)
        self.wait_until(lambda: self.shown() == [1, 2, 3])
        process.terminate()
        self.finish(process)
        self.assertEqual(self.shown(), [1, 2, 3])

    def test_says_what_is_missing_or_not_built(self):
        table = "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'format' = 'json', "
        errors, _ = self.run_it("run", "-e", f"{table} 'path' = '{self.url}/none'); SELECT * FROM t",
                                code=4)
        self.assertIn(f"there is no file or directory '{self.url}/none'", errors)
        errors, _ = self.run_it("run", "-e", f"{table} 'path' = '{self.url}/o');"
                                "INSERT INTO t VALUES (1)", code=3)
        self.assertIn(f"not supported yet: writing to '{self.url}/o'", errors)
        errors, _ = self.run_it("run", "-e", "CREATE TABLE l (a INT) WITH ('connector' = 'log', "
                                f"'topic' = 'x', 'path' = '{self.url}/log'); SELECT * FROM l",
                                code=3)
        self.assertIn("not supported yet: a log at", errors)


class LogTest(Case):

    def test_old_segments_lie_there_and_are_read_as_before(self):
        table = (f"CREATE TABLE l (n BIGINT, t STRING) WITH ('connector' = 'log', 'topic' = 'l', "
                 f"'path' = 'log', 'segment.bytes' = '64kb', 'offload.after' = '1 ms', "
                 f"'offload.path' = '{self.url}/old');")
        source = ("CREATE TABLE g (n BIGINT, t STRING) WITH ('connector' = 'datagen', "
                  "'number-of-rows' = '{rows}', 'fields.n.kind' = 'sequence', "
                  "'fields.n.start' = '{first}', 'fields.n.end' = '{last}', "
                  "'fields.t.length' = '100');")
        for first in (1, 5_001, 10_001):
            self.run_it("run", "-e", table + source.format(rows=5_000, first=first, last=first + 4_999)
                        + "INSERT INTO l SELECT * FROM g")
        self.wait_until(lambda: self.objects("old/"), seconds=1)
        _, out = self.run_it("run", "--mode", "batch", "--output", "json", "-e",
                             table + "SELECT COUNT(*) AS n, SUM(n) AS s FROM l")
        self.assertEqual(json.loads(out), {"n": 15_000, "s": 15_000 * 15_001 // 2})
        _, out = self.run_it("log", "verify", "log", "l")


if __name__ == "__main__":
    unittest.main()
