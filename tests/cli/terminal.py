# SPDX-License-Identifier: Apache-2.0
"""Drives the headwater binary through a pseudo-terminal, as a person does."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from binary import BINARY

# Colours, cursor moves and the like; the text between them is what a person reads.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\r|\x07")
WAIT_SECONDS = 30


class Terminal:
    """A shell on a terminal of 80 columns. Everything it shows is kept in `shown`."""

    def __init__(self, *arguments, cwd, rows=40, columns=100):
        environment = {**os.environ, "TERM": "xterm", "HOME": str(cwd), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self.child, self.master = pty.fork()
        if self.child == 0:
            os.chdir(cwd)
            os.execve(BINARY, [BINARY, *arguments], environment)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.shown = ""
        self.read_up_to = 0

    def _read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return False
        self.shown += data.decode("utf-8", "replace")
        return bool(data)

    def wait_for(self, text, seconds=WAIT_SECONDS):
        """Waits until `text` is shown behind what was waited for before. Returns what stands in front of it."""
        deadline = time.monotonic() + seconds
        while True:
            plain = CONTROL.sub("", self.shown)
            found = plain.find(text, self.read_up_to)
            if found >= 0:
                before = plain[self.read_up_to:found]
                self.read_up_to = found + len(text)
                return before
            if time.monotonic() > deadline or not self._read(0.2):
                raise AssertionError(f"{text!r} is not shown; shown since: {plain[self.read_up_to:]!r}")

    def prompt(self):
        return self.wait_for("headwater> ")

    def type(self, text):
        os.write(self.master, text.encode())

    def line(self, text):
        self.type(text + "\r")

    def run(self, text):
        """Types a line and returns what is shown until the next prompt."""
        self.line(text)
        return self.prompt()

    def end(self):
        """Closes and returns the exit code."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                os.close(self.master)
                self.child = 0
                return os.waitstatus_to_exitcode(status)
            self._read(0.1)
        raise AssertionError("the shell does not end")

    def kill(self):
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            os.close(self.master)
