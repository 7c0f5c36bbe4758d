// SPDX-License-Identifier: Apache-2.0
//
// The engine against a plain program, query by query: `bench_nexmark QUERIES_FOLDER [--events N]
// [--rounds N] [--parallelism N] [--batch] [--only engine|plain] [--check] [q…]`. Both read the
// same batches in memory; turns are interleaved, CPU seconds of the process, medians. A line of
// JSON a query, for ./dev bench nexmark.
// `--floor` measures the machine instead.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <time.h>
#include <utility>
#include <vector>

#include "baseline/baseline.h"
#include "engine_side.h"
#include "floor.h"

namespace hw::bench {
namespace {

struct Contest {
  const char* name;
  const char* query;
  Baseline plain;  // null: there is none
  bool comparable = true;
};

// q10's rows are in files, q12's windows are the clock's.
const std::vector<Contest> kContests = {
    {"q0", "q0", plain_q0},    {"q1", "q1", plain_q1},           {"q2", "q2", plain_q2},
    {"q3", "q3", plain_q3},    {"q4", "q4", plain_q4},           {"q5", "q5", plain_q5},
    {"q6", "q6", nullptr},     {"q7", "q7", plain_q7},           {"q7top", "q7", plain_q7_top},
    {"q8", "q8", plain_q8},    {"q9", "q9", plain_q9},           {"q10", "q10", plain_q10, false},
    {"q11", "q11", plain_q11}, {"q12", "q12", plain_q12, false}, {"q13", "q13", plain_q13},
    {"q14", "q14", plain_q14}, {"q15", "q15", plain_q15},        {"q16", "q16", plain_q16},
    {"q17", "q17", plain_q17}, {"q18", "q18", plain_q18},        {"q19", "q19", plain_q19},
    {"q20", "q20", plain_q20}, {"q21", "q21", plain_q21},        {"q22", "q22", plain_q22},
};

struct Scope {
  std::string queries;
  int64_t events = 10'000'000;
  int rounds = 5;
  int parallelism = 1;
  bool batch = false;  // the engine's mode
  bool engine = true;
  bool plain = true;
  bool check = false;
  bool floor = false;
  std::vector<std::string> names;
};

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Kilobytes by name from /proc/self/status.
int64_t memory_kb(const char* name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return std::strtoll(line.c_str() + std::strlen(name), nullptr, 10);
  }
  return 0;
}

/// The largest resident set of a stretch of code above what there was before.
int64_t peak_kb_of(const std::function<void()>& code) {
  std::ofstream("/proc/self/clear_refs") << "5";
  const int64_t before = memory_kb("VmRSS:");
  code();
  return memory_kb("VmHWM:") - before;
}

/// All events, and the half of them for the slope.
class Field {
 public:
  Field(const Scope& scope, const std::string& folder)
      : scope_(scope),
        folder_(folder),
        batches_(make_events(scope.events)),
        log_(batches_),
        half_log_(half_of(batches_)),
        engine_(table_of(batches_), scope.queries, folder, way_of(scope)),
        half_engine_(table_of(half_of(batches_)), scope.queries, folder, way_of(scope)) {
    std::ofstream side(folder + "/side_input.csv");
    for (int64_t key = 0; key < 10'000; ++key) {
      around_.side_input.emplace_back(key, "side " + std::to_string(key));
      side << key << ",side " << key << "\n";
    }
    around_.folder = folder + "/plain";
  }

  void run(const Contest& contest);

 private:
  static std::vector<Batch> half_of(const std::vector<Batch>& batches) {
    const auto half = static_cast<std::ptrdiff_t>(batches.size() / 2);
    return {batches.begin(), batches.begin() + half};
  }
  static EngineWay way_of(const Scope& scope) {
    return {.parallelism = scope.parallelism, .batch = scope.batch};
  }
  static std::shared_ptr<const MemoryTable> table_of(const std::vector<Batch>& batches) {
    return require(MemoryTable::make(batches.front().schema(), batches));
  }
  double timed_engine(const Contest& contest, bool half);
  double timed_plain(const Contest& contest, bool half);
  void compare(const Contest& contest);

  const Scope scope_;
  const std::string folder_;
  const std::vector<Batch> batches_;
  const EventLog log_;
  const EventLog half_log_;
  const EngineSide engine_;
  const EngineSide half_engine_;
  Surroundings around_;
};

double Field::timed_engine(const Contest& contest, bool half) {
  const std::string out = folder_ + "/engine";
  std::filesystem::remove_all(out);
  const double start = cpu_seconds();
  (half ? half_engine_ : engine_).run(contest.query, out);
  return cpu_seconds() - start;
}

double Field::timed_plain(const Contest& contest, bool half) {
  std::filesystem::remove_all(around_.folder);
  const double start = cpu_seconds();
  Output output(false);
  contest.plain(half ? half_log_ : log_, around_, output);
  return cpu_seconds() - start;
}

void Field::compare(const Contest& contest) {
  if (contest.plain == nullptr || !contest.comparable) return;
  Output output(true);
  contest.plain(log_, around_, output);
  const RowSum ours = engine_.rows(contest.query);
  if (ours == output.sum()) return;
  std::fprintf(stderr, "%s: the engine gave %lld rows, the plain program %lld%s\n", contest.name,
               static_cast<long long>(ours.rows), static_cast<long long>(output.sum().rows),
               ours.rows == output.sum().rows ? ", of other content" : "");
  std::exit(1);
}

void Field::run(const Contest& contest) {
  if (scope_.check) compare(contest);
  std::vector<double> engine, half_engine, plain, half_plain, walls;
  int64_t peak_kb = 0;
  for (int round = 0; round < scope_.rounds; ++round) {
    if (scope_.engine) {
      half_engine.push_back(timed_engine(contest, true));
      const double begin = wall_seconds();
      const int64_t kb = peak_kb_of([&] { engine.push_back(timed_engine(contest, false)); });
      walls.push_back(wall_seconds() - begin);
      peak_kb = std::max(peak_kb, kb);
    }
    if (scope_.plain && contest.plain != nullptr) {
      half_plain.push_back(timed_plain(contest, true));
      plain.push_back(timed_plain(contest, false));
    }
  }
  std::printf(
      "{\"query\": \"%s\", \"events\": %lld, \"engine\": %.6f, \"engine_half\": %.6f, "
      "\"engine_wall\": %.6f, \"plain\": %.6f, \"plain_half\": %.6f, \"peak_kb\": %lld}\n",
      contest.name, static_cast<long long>(scope_.events), median(engine), median(half_engine),
      median(walls), median(plain), median(half_plain), static_cast<long long>(peak_kb));
  std::fflush(stdout);
}

Scope parse(int argc, char** argv) {
  Scope scope;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (word == "--events") {
      scope.events = std::stoll(value());
    } else if (word == "--rounds") {
      scope.rounds = std::stoi(value());
    } else if (word == "--parallelism") {
      scope.parallelism = std::stoi(value());
    } else if (word == "--batch") {
      scope.batch = true;
    } else if (word == "--only") {
      const std::string side = value();
      scope.engine = side == "engine";
      scope.plain = !scope.engine;
    } else if (word == "--check") {
      scope.check = true;
    } else if (word == "--floor") {
      scope.floor = true;
    } else if (scope.queries.empty()) {
      scope.queries = word;
    } else {
      scope.names.push_back(word);
    }
  }
  return scope;
}

/// On a tmpfs where there is one: q10 is about text, not about a disk.
std::string make_folder() {
  const char* parent = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
  std::string folder = std::string(parent) + "/headwater-nexmark-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) require(Status::IOError("no folder can be made"));
  return folder;
}

int run(const Scope& scope) {
  if (scope.floor) {
    print_floor();
    return 0;
  }
  const std::string folder = make_folder();
  Field field(scope, folder);
  for (const Contest& contest : kContests) {
    const auto& names = scope.names;
    if (names.empty() || std::find(names.begin(), names.end(), contest.name) != names.end()) {
      field.run(contest);
    }
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace hw::bench

int main(int argc, char** argv) { return hw::bench::run(hw::bench::parse(argc, argv)); }
