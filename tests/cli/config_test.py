# SPDX-License-Identifier: Apache-2.0
"""`headwater config show` and `headwater completion`."""

import shutil
import subprocess
import unittest

from binary import BINARY, Case, headwater


class ConfigShow(Case):
    def effective(self, *arguments, **options):
        done = headwater("config", "show", "--effective", "--origin", *arguments, cwd=self.folder, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def test_every_key_with_value_default_and_meaning(self):
        shown = headwater("config", "show").stdout
        self.assertIn("execution.runtime-mode\n  value:   STREAMING (default)\n", shown)
        self.assertGreater(shown.count("  default: "), 60)
        self.assertIn("environment: HEADWATER_TABLE_DML_SYNC", shown)

    def test_the_strongest_origin_wins(self):
        key = "table.dml-sync"
        self.write("c.yaml", "table:\n  dml-sync: true\n")
        self.assertEqual(self.effective()[key], "false  # default")
        file = ["--config", "c.yaml"]
        self.assertEqual(self.effective(*file)[key], "true  # c.yaml")
        environment = {"HEADWATER_TABLE_DML_SYNC": "false"}
        self.assertEqual(self.effective(*file, env=environment)[key], "false  # HEADWATER_TABLE_DML_SYNC")
        self.assertEqual(self.effective(*file, "-D", key + "=true", env=environment)[key], "true  # command line")

    def test_one_key_secrets_and_errors(self):
        self.assertIn("savepoint", headwater("config", "show", "execution.savepoint.path").stdout)
        done = headwater("config", "show", "table.dml-sink")
        self.assert_fails(done, 2, "did you mean 'table.dml-sync'?")
        shown = headwater("config", "show", "s3.secret-key", env={"HEADWATER_S3_SECRET_KEY": "hush"}).stdout
        self.assertNotIn("hush", shown)
        self.assertIn("******", shown)
        self.assert_fails(headwater("config", "show", "-D", "table.dml-sync=maybe"), 2, "table.dml-sync")


class Completion(Case):
    def bash(self, *words):
        """What bash would offer for the last of `words`."""
        script = ('source <("$0" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  'compopt() { :; }; _headwater; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, BINARY, *words], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_options_and_values_in_bash(self):
        self.assertEqual(self.bash("headwater", "expl"), ["explain"])
        self.assertEqual(self.bash("headwater", "run", "--outp"), ["--output"])
        self.assertEqual(self.bash("headwater", "run", "--output", "ch"), ["changelog"])
        self.assertEqual(self.bash("headwater", "log", "des"), ["describe"])
        self.assertEqual(self.bash("headwater", "functions", "SUBSTRIN"), ["SUBSTRING"])
        self.assertEqual(self.bash("headwater", "connectors", "black"), ["blackhole"])
        self.assertEqual(self.bash("headwater", "completion", "z"), ["zsh"])
        self.assertEqual(self.bash("headwater", "run", "-D", "table.dml"), ["table.dml-sync="])
        self.write("job.sql", "")
        self.assertEqual(self.bash("headwater", "run", "job"), ["job.sql"])

    def test_the_other_shells_take_their_scripts(self):
        for shell in ("zsh", "fish"):
            done = headwater("completion", shell)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("explain", done.stdout)
            if shutil.which(shell):
                check = subprocess.run([shell, "-n", "/dev/stdin"], input=done.stdout, capture_output=True, text=True)
                self.assertEqual((check.returncode, check.stderr), (0, ""))
        self.assert_fails(headwater("completion", "cmd"), 2, "bash")


if __name__ == "__main__":
    unittest.main()
