# SPDX-License-Identifier: Apache-2.0
"""Shows that every house rule fires: a small tree that breaks each once, and what tidy must say."""

import pathlib
import subprocess
import sys
import tempfile

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HEAD = SPDX + "#pragma once\n"

# path -> (text, rules that must fire there, and no others)
TREE = {
    "layers.txt": ("public : -\nbase : -\ncolumnar : base\nfunctions : columnar\ntestkit : columnar\n", ()),
    "tests/budget.txt": ("build 3000\nunit 200\n", ("budget",)),
    "src/base/ok.h": (HEAD + '#include <arrow/type_fwd.h>\n#include "base/status.h"\n', ()),
    "src/base/upward.cc": (SPDX + '#include "columnar/batch.h"\n', ("arrows",)),
    "src/base/comment_only.cc": (SPDX + '// #include "columnar/batch.h" and std::thread, getenv(x)\n'
                                 'const char* kText = "std::mutex";\n', ()),
    "src/columnar/down_test.cc": (SPDX + '#include "testkit/rows.h"\n#include "base/status.h"\n', ()),
    "src/columnar/no_folder.cc": (SPDX + '#include "batch.h"\n', ("arrows",)),
    "src/unknown/room.cc": (SPDX, ("arrows",)),
    "src/base/no_licence.cc": ("int x;\n", ("spdx",)),
    "src/base/no_pragma.h": (SPDX, ("pragma",)),
    "src/base/long_header.h": (HEAD + "\n" * 400, ("file-length",)),
    "src/base/long_body.cc": (SPDX + "\n" * 600, ("file-length",)),
    "src/base/long_line.cc": (SPDX + "// " + "x" * 98 + "\n", ("line-length",)),
    "src/base/long_link.cc": (SPDX + "// http://" + "x" * 98 + "\n", ()),
    "src/base/long_function.cc": (SPDX + "namespace hw {\nint f(int x) {\n" + "  x++;\n" * 69 + "}\n}\n",
                                  ("function-length",)),
    "src/base/just_fits.cc": (SPDX + "namespace hw {\nint f(int x) {\n" + "  x++;\n" * 68 + "}\n}\n", ()),
    "src/base/text_utils.cc": (SPDX, ("names",)),
    "src/base/CamelCase.cc": (SPDX, ("names",)),
    "src/base/threads.cc": (SPDX + "std::mutex m;\n", ("banned",)),
    "src/base/env/threads.cc": (SPDX + "#include <mutex>\nstd::mutex m;\n", ()),
    "src/base/clock.cc": (SPDX + "auto t = std::chrono::steady_clock::now();\n", ("banned",)),
    "src/base/old_clock.cc": (SPDX + "auto t = ::time(nullptr);\n", ("banned",)),
    "src/base/chance.cc": (SPDX + "std::random_device d;\n", ("banned",)),
    "src/base/surroundings.cc": (SPDX + 'auto h = std::getenv("HOME");\n', ("banned",)),
    "src/base/nap.cc": (SPDX + "void f() { std::this_thread::sleep_for(x); }\n", ("banned",)),
    "src/base/files.cc": (SPDX + "int f = ::open(path, 0);\n", ("banned",)),
    "src/base/sockets.cc": (SPDX + "int f = ::socket(1, 2, 3);\n", ("banned",)),
    "src/base/pool.cc": (SPDX + "auto p = arrow::default_memory_pool();\n", ("banned",)),
    "src/base/thrown.cc": (SPDX + "void f() { throw 1; }\n", ("banned",)),
    "src/base/open_names.cc": (SPDX + "using namespace std;\n", ("banned",)),
    "src/base/heavy.h": (HEAD + "#include <arrow/builder.h>\n", ("heavy",)),
    "src/base/heavy_body.cc": (SPDX + "#include <arrow/builder.h>\n", ()),
    "src/base/fenced.cc": (SPDX + "#include <simdjson.h>\n", ("heavy",)),
    "src/functions/tested.cc": (SPDX, ()),
    "src/functions/tested_test.cc": (SPDX, ()),
    "src/functions/golden.cc": (SPDX, ()),
    "src/functions/shown.cc": (SPDX, ()),
    "src/functions/forgotten.cc": (SPDX, ("catalogue-test",)),
    "tests/sql/golden.slt": ("# feature: something, SHOWN\n", ()),
    "README.md": ("# Title\n[dead](nowhere.md) [live](docs/a.md)\n", ("docs",)),
    "docs/a.md": ("# One\n# Two\n", ("docs",)),
    "docs/b.md": ("# One\nsee /" + "work/x and ../" + "shared\n", ("outside",)),
    "src/base/excused.cc": (SPDX + "std::mutex m;\n", ()),
    "tests/tidy/tidy_allow.txt": ("banned | src/base/excused.cc | shows the escape | 2026-01-01\n"
                                  "banned | src/base/gone.cc | not needed any more | 2026-01-01\n", ("allow",)),
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        for path, (text, _) in TREE.items():
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        script = pathlib.Path(__file__).with_name("tidy.py")
        done = subprocess.run([sys.executable, str(script), folder], capture_output=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        if "[" in line:
            found.setdefault(line.split(":")[0], set()).add(line.split("[")[1].split("]")[0])
    wrong = [f"{path}: expected {sorted(rules)}, found {sorted(found.get(path, ()))}"
             for path, (_, rules) in TREE.items() if set(rules) != found.get(path, set())]
    print(done.stderr[-2000:] + "\n".join(wrong))
    sys.exit(1 if wrong or done.returncode != 1 else 0)


if __name__ == "__main__":
    main()
