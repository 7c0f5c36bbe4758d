# SPDX-License-Identifier: Apache-2.0
"""Runs the headwater binary for the command-line tests."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater"))


def headwater(*arguments, stdin="", cwd=None, timeout=30, env=None):
    """Returns the finished process: returncode, stdout and stderr as text."""
    return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=timeout, cwd=cwd, env={**os.environ, **(env or {})})


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_sql(self, sql, *arguments, **options):
        return headwater("run", "-e", sql, *arguments, **options)

    def rows(self, sql, *arguments):
        """The rows of a SELECT in batch mode, one JSON text each."""
        done = self.run_sql(sql, "--mode", "batch", "--output", "json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def assert_fails(self, done, code, *parts):
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        for part in parts:
            self.assertIn(part, done.stderr)
