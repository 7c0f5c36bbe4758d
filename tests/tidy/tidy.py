# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that a machine can hold (STYLE.md), over the text of the tree.

Each rule is a function that yields findings (rule, path, line, message). tests/tidy/tidy_allow.txt
holds the exceptions with their reasons. Comments and string literals are blanked before a rule that
looks for code does so. The whole runs in a second or two.
"""

import collections
import pathlib
import re
import sys

# The tree that is checked; tidy_rules_test.py gives another one.
ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
ROOT = ROOT if ROOT.is_dir() else ROOT.parents[2]
ALLOW = ROOT / "tests" / "tidy" / "tidy_allow.txt"

Finding = collections.namedtuple("Finding", "rule path line message")

HEADER_LINES_MAX, BODY_LINES_MAX, FUNCTION_LINES_MAX, COLUMNS_MAX = 400, 600, 70, 100
BUDGET_SECONDS_MAX = 52 * 60

BANNED_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler",
                "impl", "data", "info"}

# Where threads and locks may live (STYLE.md).
THREADS_ALLOWED = ("src/base/env", "src/runtime/channel", "src/runtime/worker", "src/server/")
ENV_ALLOWED = ("src/base/env",)

# pattern, what to say instead, where it is allowed.
BANNED_CODE = [
    (r"std::(thread|jthread|mutex|shared_mutex|recursive_mutex|condition_variable\w*|atomic\w*|"
     r"future|promise|async|lock_guard|unique_lock|scoped_lock|counting_semaphore|latch|barrier)\b",
     "threads and locks live in base/env, runtime/channel* and runtime/worker*; use a channel or a "
     "mailbox", THREADS_ALLOWED),
    (r"#include <(thread|mutex|shared_mutex|atomic|condition_variable|future|semaphore|latch|barrier"
     r"|stop_token)>",
     "threads and locks live in base/env, runtime/channel* and runtime/worker*; use a channel or a "
     "mailbox", THREADS_ALLOWED),
    (r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock)\b|\bclock_gettime\b|"
     r"\bgettimeofday\b|(?<![\w.>:])(::|std::)?time\s*\(\s*(nullptr|NULL|0|&)",
     "clocks are read through Env", ENV_ALLOWED),
    (r"\bstd::(random_device|mt19937\w*|default_random_engine|minstd_rand0?)\b|"
     r"(?<![\w.>:])(std::|::)?s?rand\s*\(|\b[dlm]rand48\b|\bgetrandom\b",
     "randomness comes from Env's named streams", ENV_ALLOWED),
    (r"\b(secure_)?getenv\s*\(|\bsetenv\s*\(|\benviron\b", "environment variables are read through Env",
     ENV_ALLOWED),
    (r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>:])(::|std::)?sleep\s*\(",
     "nothing sleeps: use a timer or Env", ENV_ALLOWED),
    (r"std::[io]?fstream\b|#include <fstream>|\bf(re)?open\s*\(|(?<![\w:])::(open|openat|read|write|"
     r"pread|pwrite|fsync|fdatasync|rename|unlink|mkdir|rmdir|ftruncate|mmap)\s*\(|\bmkstemp\s*\(|"
     r"std::filesystem::|#include <filesystem>",
     "files are touched through Env", ENV_ALLOWED),
    (r"(?<![\w:])::(socket|connect|bind|listen|accept4?|recv|send|recvfrom|sendto|poll|select|"
     r"epoll_\w+|getaddrinfo)\s*\(|#include <(sys/socket|netdb|arpa/inet|netinet/\w+|sys/epoll|poll)"
     r"\.h>", "sockets are touched through Env", ENV_ALLOWED),
    (r"\b(default_memory_pool|system_memory_pool|jemalloc_memory_pool)\s*\(",
     "the memory pool comes from the operator's or evaluator's context", ENV_ALLOWED),
    (r"\busing namespace\b(?!.*literals)", "names say where they come from: no using namespace", ()),
    (r"^\s*friend\b", "no friends: make the seam public or a type of its own", ()),
    (r"\bthrow\b(?!\s*\()", "errors are values (base/status.h)", ()),
    (r"std::cout|std::cerr|#include <iostream>",
     "output goes through the command line's printer, logging through base/log.h",
     ("src/cli/", "src/base/log", "src/sqltest/main.cc")),
    (r"std::(s|v?sn?)?printf\b", "formatting is fmt", ("src/sqltest/main.cc",)),
]

# Heavy headers: pattern, where any file may name it, and what to do instead. A .cc may always name
# the first group; a header only where listed.
HEAVY_IN_HEADERS = (
    r'[<"](arrow/(?!(?:\w+/)*type_fwd\.h|result\.h|status\.h)[\w/]+\.h|parquet/|simdjson\.h|re2/|fmt/format\.h|'
    r"regex>|iostream>|nlohmann/|spdlog/|CLI/|yaml-cpp/|date/)")
HEAVY_HEADERS_ALLOWED = ("src/columnar/", "src/testkit/", "src/base/status.h")
HEAVY_ANYWHERE = [
    (r"[<\"]simdjson\.h", ("src/formats/", "src/functions/")),
    (r"[<\"]re2/", ("src/functions/", "src/connectors/files/", "src/connectors/log/", "src/expr/", "src/formats/")),
    (r"[<\"]parquet/", ("src/formats/",)),
    (r"[<\"]arrow/csv/", ("src/formats/",)),
    (r"[<\"]CLI/", ("src/cli/",)),
    (r"[<\"]yaml-cpp/", ("src/cli/",)),
    (r"[<\"]spdlog/", ("src/base/log",)),
    (r"<regex>", ()),
]

CATALOGUES = ("functions", "formats", "connectors")

# Outside references; put together from parts so that this file does not match itself.
OUTSIDE = re.compile("|".join([
    r"\.\./" + "shared", r"(?<![\w.~$}])/" + r"(work|root|home/\w+)/", "pypi" + r"\.org",
    "deb" + r"ian\.org", "registry" + r"\.npmjs", "repo1?" + r"\.maven", "crates" + r"\.io",
    "files.python" + "hosted"]))


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def relative(path):
    return str(path.relative_to(ROOT))


def files(*patterns):
    found = []
    for pattern in patterns:
        found += [p for p in ROOT.glob(pattern) if p.is_file()]
    return sorted(p for p in found if not relative(p).startswith("build/"))


_BLANK = re.compile(
    r'R"(?P<d>[^(\s]{0,16})\((?:.|\n)*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\''
    r"|//[^\n]*|/\*(?:.|\n)*?\*/")


def blanked(text, keep_includes=True):
    """Returns text with comments and literals as spaces; line breaks and #include lines stay."""
    def blank(match):
        whole = match.group(0)
        if whole[0] == '"' and keep_includes:
            begin = text.rfind("\n", 0, match.start()) + 1
            if text[begin:match.start()].lstrip().startswith("#"):
                return whole
        return re.sub(r"[^\n]", " ", whole)

    return _BLANK.sub(blank, text)


class Source:
    """One C++ file: its text, and its text without comments and literals."""

    def __init__(self, path):
        self.path = relative(path)
        self.text = read(path)
        self.lines = self.text.split("\n")
        self.code = blanked(self.text)
        self.is_header = self.path.endswith(".h")
        self.is_test = self.path.endswith(("_test.cc", "_fuzz.cc", "_bench.cc"))
        parts = self.path.split("/")
        self.library = {"src": parts[1], "include": "public"}.get(parts[0])

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


# ------------------------------------------------------------------------------------------- rules


def layers():
    """Returns library -> every library it may include, itself too (the transitive closure)."""
    direct = {}
    for line in read(ROOT / "layers.txt").split("\n"):
        match = re.match(r"^([a-z]+) *: *(.*)$", line)
        if match:
            direct[match.group(1)] = [d for d in match.group(2).split() if d != "-"]
    closed = {}

    def close(name):
        if name not in closed:
            closed[name] = {name}
            for below in direct.get(name, []):
                closed[name] |= close(below)
        return closed[name]

    for name in direct:
        close(name)
    return closed


def check_arrows(sources):
    may = layers()
    for source in sources:
        if source.library is None:
            continue
        if source.library not in may:
            yield Finding("arrows", source.path, 1, f"{source.library} has no line in layers.txt")
            continue
        allowed = set(may[source.library])
        if source.path.endswith("_test.cc"):
            allowed |= may.get("testkit", set())
        for match in re.finditer(r'^\s*#\s*include\s+"([^"]+)"', source.code, re.M):
            target = match.group(1).split("/")[0]
            if target in ("headwater",):
                target = "public"
            if "/" not in match.group(1):
                yield Finding("arrows", source.path, source.line_of(match.start()),
                              f"{match.group(1)}: write the path relative to src/")
            elif target in may and target not in allowed:
                yield Finding("arrows", source.path, source.line_of(match.start()),
                              f"{source.library} may not include {target} (layers.txt)")


def check_form(sources):
    for source in sources:
        if not source.text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
            yield Finding("spdx", source.path, 1, "the first line is the SPDX line")
        if source.is_header and "#pragma once" not in source.text:
            yield Finding("pragma", source.path, 1, "a header needs #pragma once")
        limit = HEADER_LINES_MAX if source.is_header else BODY_LINES_MAX
        count = len(source.lines) - (source.lines[-1] == "")
        if count > limit:
            yield Finding("file-length", source.path, count,
                          f"{count} lines, at most {limit}: find the second idea in it")
        for number, line in enumerate(source.lines, 1):
            if len(line) > COLUMNS_MAX and "http" not in line and "#include" not in line:
                yield Finding("line-length", source.path, number,
                              f"{len(line)} columns, at most {COLUMNS_MAX}")


# What stands before the opening brace of a function: `…) const noexcept override -> T`.
_FUNCTION_TAIL = re.compile(
    r"\)\s*(const\b|noexcept\b(\([^()]*\))?|override\b|final\b|&{1,2}|mutable\b|"
    r"->\s*[\w:<>,&*\s\[\]]+|:\s[^;{}]*(\{[^{}]*\}[^;{}]*)*|requires\s[^;{}]*)*\s*$", re.S)
_CONTROL = re.compile(r"\b(if|for|while|switch|catch|constexpr)\s*$")
_NAME = re.compile(r"([~\w]+(?:::[~\w]+)*|operator[^\s(]+)\s*$")


def functions(code):
    """Yields (name, begin offset, end offset) of function bodies; a cheap scan over braces.

    A lambda is part of the function around it: a body is counted at its outermost braces, and
    namespaces and classes are looked into.
    """
    stack, begin_of_statement, depth_in_function = [], 0, 0
    for match in re.finditer(r"[{};]", code):
        at, sign = match.start(), match.group(0)
        if depth_in_function:
            depth_in_function += (sign == "{") - (sign == "}")
            if depth_in_function == 0:
                name, begin = stack.pop()
                yield name, begin, at
                begin_of_statement = at + 1
        elif sign == "{":
            head = code[begin_of_statement:at]
            name = function_name(head)
            stack.append((name, begin_of_statement + len(head) - len(head.lstrip())))
            if name:
                depth_in_function = 1
            else:
                begin_of_statement = at + 1
        elif sign == "}":
            if stack:
                stack.pop()
            begin_of_statement = at + 1
        else:
            begin_of_statement = at + 1


def function_name(head):
    """Returns the name of the function whose head this is, or None for class, namespace, value."""
    if re.match(r"\s*(inline\s+)?(namespace|enum|extern)\b", head) or "(" not in head:
        return None
    plain = re.sub(r"<[^<>()]*>", "", head)
    if re.search(r"\b(class|struct|union)\s+[\w:]+[^()]*$", plain) and ")" not in plain:
        return None
    if re.search(r"=\s*$", head) or not _FUNCTION_TAIL.search(head[-2000:]):
        return None
    before = head[:head.index("(")]
    name = _NAME.search(before)
    return name.group(1) if name and not _CONTROL.search(before) else "a function"


def check_function_length(sources):
    for source in sources:
        for name, begin, end in functions(source.code):
            lines = source.code.count("\n", begin, end) + 1
            if lines > FUNCTION_LINES_MAX:
                yield Finding("function-length", f"{source.path}:{name}", source.line_of(begin),
                              f"{name} has {lines} lines, at most {FUNCTION_LINES_MAX}")


def check_names():
    for path in files("src/**/*", "include/**/*", "tests/**/*", "bench/**/*"):
        name = relative(path)
        if "__pycache__" in name:
            continue
        words = re.split(r"[._\-]", path.name.lower())
        bad = BANNED_WORDS & set(words[:-1] if len(words) > 1 else words)
        if bad:
            yield Finding("names", name, 0, f"'{sorted(bad)[0]}' says nothing: name what it shares")
        if path.suffix in (".h", ".cc") and not re.fullmatch(r"[a-z0-9_]+\.(h|cc)", path.name):
            yield Finding("names", name, 0, "file names are snake_case")


def check_banned_code(sources):
    rules = [(re.compile(p, re.M), why, where) for p, why, where in BANNED_CODE]
    for source in sources:
        if source.library is None or source.is_test:
            continue
        for pattern, why, where in rules:
            if source.path.startswith(where):
                continue
            for match in pattern.finditer(source.code):
                found = match.group(0).strip()
                yield Finding("banned", source.path, source.line_of(match.start() + 1),
                              f"{found} is banned here: {why}")


def check_heavy_headers(sources):
    in_headers = re.compile(r"^\s*#\s*include\s+" + HEAVY_IN_HEADERS, re.M)
    anywhere = [(re.compile(r"^\s*#\s*include\s+" + p, re.M), where) for p, where in HEAVY_ANYWHERE]
    for source in sources:
        if source.library is None or source.is_test:
            continue
        if source.is_header and not source.path.startswith(HEAVY_HEADERS_ALLOWED):
            for match in in_headers.finditer(source.code):
                yield Finding("heavy", source.path, source.line_of(match.end()),
                              f"{match.group(0).strip()}: heavy, name it in a .cc only")
        for pattern, where in anywhere:
            if not source.path.startswith(where):
                for match in pattern.finditer(source.code):
                    yield Finding("heavy", source.path, source.line_of(match.end()),
                                  f"{match.group(0).strip()}: fenced, only {', '.join(where) or 'nowhere'}"
                                  " may name it")


def check_catalogue_tests():
    """Every entry of a catalogue has a unit test beside it, or a golden file that is called like it,
    names it in a '# feature:' line, calls it (a function) or has it as an option's value."""
    golden = {p.stem for p in files("tests/sql/**/*.slt")}
    shown = "\n".join(read(p) for p in files("tests/sql/**/*.slt")).lower()
    named = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^# feature:(.*)$", shown, re.M))))
    named |= set(re.findall(r"\b(\w+)\s*\(", shown)) | set(re.findall(r"'([\w-]+)'", shown))
    for catalogue in CATALOGUES:
        top = ROOT / "src" / catalogue
        for path in sorted(list(top.glob("*.cc")) + list(top.glob("*/*.cc"))):
            entry = path.parent == top or path.stem == path.parent.name
            if path.name.endswith(("_test.cc", "_fuzz.cc")) or not entry:
                continue
            names = {path.stem, path.stem.replace("_", "-")}
            if not (path.with_name(path.stem + "_test.cc").exists() or names & (golden | named)):
                yield Finding("catalogue-test", relative(path), 1,
                              f"no {path.stem}_test.cc beside it and no golden file with "
                              f"'# feature: {path.stem}'")


def check_docs():
    for path in files("*.md", "docs/**/*.md", "src/**/README.md", "examples/**/*.md",
                      "tests/**/*.md", "bench/**/*.md"):
        text = re.sub(r"```.*?```", lambda m: re.sub(r"[^\n]", " ", m.group(0)), read(path), flags=re.S)
        titles = re.findall(r"^# .+$", text, re.M)
        if len(titles) != 1:
            yield Finding("docs", relative(path), 1, f"{len(titles)} '#' titles; a page has one")
        for match in re.finditer(r"\[[^\]]*\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
            target = match.group(1).split("#")[0]
            if target and not target.startswith(("http:", "https:", "mailto:")):
                if not (path.parent / target).exists():
                    yield Finding("docs", relative(path), 0, f"the link to {target} leads nowhere")


def check_outside_references():
    suffixes = {".h", ".cc", ".md", ".py", ".txt", ".cmake", ".slt", ".sql", ".json", ".sh", ""}
    for path in files("*", "src/**/*", "include/**/*", "tests/**/*", "bench/**/*", "docs/**/*",
                      "examples/**/*", "cmake/**/*", ".ci/*", "tools/**/*"):
        if path.suffix not in suffixes or path.name == "LICENSE" or not path.is_file():
            continue  # what other suites write may be gone again
        if path.stat().st_size > 1_000_000:
            continue
        if "__pycache__" in str(path):
            continue
        for number, line in enumerate(read(path).split("\n"), 1):
            match = OUTSIDE.search(line)
            if match:
                yield Finding("outside", relative(path), number,
                              f"'{match.group(0)}': the project names no machine, registry or folder "
                              "outside of itself")


def check_budget():
    total = 0
    for line in read(ROOT / "tests" / "budget.txt").split("\n"):
        if line and not line.startswith("#"):
            total += int(line.split()[1])
    if total > BUDGET_SECONDS_MAX:
        yield Finding("budget", "tests/budget.txt", 1,
                      f"the boxes add up to {total} s, at most {BUDGET_SECONDS_MAX}")


# ------------------------------------------------------------------------------------------ report


def read_allowed():
    allowed = {}
    for line in read(ALLOW).split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [f.strip() for f in line.split("|")]
        if len(fields) != 4 or not all(fields) or not re.fullmatch(r"\d{4}-\d\d-\d\d", fields[3]):
            sys.exit(f"tidy_allow.txt: 'rule | path | reason | date' is needed: {line}")
        allowed[(fields[0], fields[1])] = False
    return allowed


def main():
    sources = [Source(p) for p in files("src/**/*.h", "src/**/*.cc", "include/**/*.h", "tests/**/*.h",
                                        "tests/**/*.cc", "bench/**/*.h", "bench/**/*.cc",
                                        "examples/**/*.cc")]
    findings = []
    for checked in (check_arrows(sources), check_form(sources), check_function_length(sources),
                    check_names(), check_banned_code(sources), check_heavy_headers(sources),
                    check_catalogue_tests(), check_docs(), check_outside_references(), check_budget()):
        findings += checked
    allowed = read_allowed()
    remaining = []
    for finding in findings:
        keys = [(finding.rule, finding.path), (finding.rule, f"{finding.path}:{finding.line}")]
        hit = [key for key in keys if key in allowed]
        for key in hit:
            allowed[key] = True
        if not hit:
            remaining.append(finding)
    for (rule, path), used in allowed.items():
        if not used:
            remaining.append(Finding("allow", "tests/tidy/tidy_allow.txt", 0,
                                     f"'{rule} | {path}' is not needed any more: delete it"))
    for finding in sorted(remaining, key=lambda f: (f.path, f.line)):
        place = finding.path.split(":")[0]
        print(f"{place}:{finding.line}: [{finding.rule}] {finding.message}")
    print(f"tidy: {len(sources)} C++ files, {len(remaining)} findings")
    sys.exit(1 if remaining else 0)


if __name__ == "__main__":
    main()
