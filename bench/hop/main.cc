// SPDX-License-Identifier: Apache-2.0
//
// A long hopping window beside a short one, both over the same rows, both full: two jobs in one
// process that take turns of some seconds of event time, so that what slows the machine down slows
// both. `bench_hop [rows a second] [seconds of the long window] [turns]` prints a line of JSON:
// nanoseconds of CPU a row, medians, and the median of the pairs' ratios.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <time.h>
#include <vector>

#include "base/env/env.h"
#include "engine/session.h"
#include "sql/parser.h"

namespace hw::bench {
namespace {

constexpr int64_t kShortSeconds = 5;
constexpr int64_t kTurnSeconds = 40;
/// Of rows before the first turn, at least.
constexpr int64_t kFillSeconds = 100;

struct Scope {
  int64_t rate = 50'000;
  int64_t long_seconds = 3600;
  int turns = 21;
};

[[noreturn]] void die(const Status& status) {
  std::fprintf(stderr, "bench_hop: %s\n", status.ToString().c_str());
  std::exit(1);
}

/// CPU of all threads of the process; all but one of them wait.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Lets the job go on until its windows end at a time, and holds its only worker there.
class Gate final : public RowReceiver {
 public:
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch& batch) override {
    const Column& ends = *batch.column(batch.num_columns() - 1);
    const int64_t row = batch.selection() != nullptr ? batch.selection()->front() : 0;
    const int64_t seconds = ends.value<int64_t>(row) / 1000;
    std::unique_lock lock(mutex_);
    if (seconds < open_until_) return Status::OK();
    arrived_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return seconds < open_until_; });
    return Status::OK();
  }
  Status end() override { return Status::Invalid("the rows ran out before the turns"); }

  void open_until(int64_t seconds) {
    std::unique_lock lock(mutex_);
    open_until_ = seconds;
    arrived_ = false;
    changed_.notify_all();
  }
  /// False when that takes longer than a second.
  bool await_arrival() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(1), [&] { return arrived_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t open_until_ = 0;
  bool arrived_ = false;
};

class Job {
 public:
  /// Comes back when the window is full.
  Job(const Scope& scope, int64_t window_seconds)
      : session_(real_env()), seconds_(std::max(window_seconds, kFillSeconds)) {
    if (!session_.config().set_base("parallelism.default", "1").ok()) std::exit(1);
    const std::string rate = std::to_string(scope.rate);
    // A turn more than there are.
    const int64_t rows = (seconds_ + (scope.turns + 1) * kTurnSeconds) * scope.rate;
    execute("CREATE TABLE ids (id BIGINT, t AS TO_TIMESTAMP_LTZ(id / " + rate +
            ", 0), WATERMARK FOR t AS t) WITH ('connector' = 'datagen', 'rows-per-second' = "
            "'1000000000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '0', "
            "'fields.id.end' = '" +
            std::to_string(rows) + "')");
    execute("CREATE VIEW keyed AS SELECT MOD(id * 7919, 10000) AS k, id, t FROM ids");
    gate_->open_until(seconds_);
    execute(
        "SELECT k, COUNT(*), SUM(id), window_end FROM TABLE(HOP(TABLE keyed, DESCRIPTOR(t), "
        "INTERVAL '1' SECOND, INTERVAL '" +
        std::to_string(window_seconds) + "' SECOND)) GROUP BY k, window_start, window_end");
    await_arrival();
  }

  /// CPU seconds of the next rows.
  double turn() {
    const double start = cpu_seconds();
    seconds_ += kTurnSeconds;
    gate_->open_until(seconds_);
    await_arrival();
    return cpu_seconds() - start;
  }

 private:
  void await_arrival() {
    JobRun& job = *std::get<Outcome::Started>(outcomes_.back().what).job;
    while (!gate_->await_arrival()) {
      if (job.done()) die(job.wait());
    }
  }
  void execute(const std::string& sql) {
    auto statement = parse_statement(sql);
    if (!statement.ok()) die(statement.status());
    auto outcome = session_.execute(**statement, gate_);
    if (!outcome.ok()) die(outcome.status());
    outcomes_.push_back(std::move(*outcome));
  }

  Session session_;
  int64_t seconds_;  // where its windows end
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::vector<Outcome> outcomes_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

[[noreturn]] void run(const Scope& scope) {
  Job long_job(scope, scope.long_seconds);
  Job short_job(scope, kShortSeconds);
  std::vector<double> long_turns;
  std::vector<double> short_turns;
  std::vector<double> shares;
  for (int turn = 0; turn < scope.turns; ++turn) {
    long_turns.push_back(long_job.turn());
    short_turns.push_back(short_job.turn());
    shares.push_back(short_turns.back() / long_turns.back());
  }
  const double scale = 1e9 / static_cast<double>(kTurnSeconds * scope.rate);
  std::printf("{\"long\": %.3f, \"short\": %.3f, \"share\": %.4f}\n", median(long_turns) * scale,
              median(short_turns) * scale, median(shares));
  std::fflush(stdout);
  // Both jobs stand in the middle of their rows.
  std::_Exit(0);
}

}  // namespace
}  // namespace hw::bench

int main(int argc, char** argv) {
  hw::bench::Scope scope;
  if (argc > 1) scope.rate = std::strtoll(argv[1], nullptr, 10);
  if (argc > 2) scope.long_seconds = std::strtoll(argv[2], nullptr, 10);
  if (argc > 3) scope.turns = std::atoi(argv[3]);
  hw::bench::run(scope);
}
