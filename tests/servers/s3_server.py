# SPDX-License-Identifier: Apache-2.0
"""An S3 server for tests: moto, in memory, on a free port of 127.0.0.1, in a process of its own.

`./dev setup` makes the virtual environment that it runs in (build/s3-venv). It answers conditional
puts as S3 does and does not look at signatures; s3_proxy.py does.

    build/s3-venv/bin/python tests/servers/s3_server.py     until Ctrl-C; prints where it is
"""

import http.client
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build" / "s3-venv" / "bin" / "python"
HOST = "127.0.0.1"
# What moto wants to see in a request that makes a bucket.
UNSIGNED = "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/s3/aws4_request"


def installed():
    return PYTHON.exists()


class S3Server:
    """The process and where it listens."""

    def __init__(self):
        self.log = tempfile.TemporaryFile()
        # The server itself binds port 0 and says which one it got.
        self.process = subprocess.Popen(
            [str(PYTHON), "-u", "-m", "moto.server", "-H", HOST, "-p", "0"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            cwd=tempfile.gettempdir(), env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        try:
            self.port = self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def endpoint(self):
        return f"http://{HOST}:{self.port}"

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def wait_until_ready(self):
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            _, _, behind = self.said().partition(f"Running on http://{HOST}:")
            digits = behind.split()[0] if behind.split() else ""
            if digits.isdigit():
                url = f"http://{HOST}:{digits}/moto-api/data.json"
                with urllib.request.urlopen(url, timeout=30) as answer:
                    if answer.status == 200:
                        return int(digits)
            time.sleep(0.05)
        raise RuntimeError(f"the S3 server does not start:\n{self.said()[-2000:]}")

    def request(self, method, path, body=b"", headers=None):
        """(status, body) of a request that is not signed."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        connection.request(method, path, body, {"Authorization": UNSIGNED,
                                                "Content-Type": "application/octet-stream",
                                                **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def main():
    if not installed():
        sys.exit("there is no build/s3-venv: run ./dev setup")
    server = S3Server()
    try:
        print(f"S3_ENDPOINT={server.endpoint}", flush=True)
        server.process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


if __name__ == "__main__":
    main()
