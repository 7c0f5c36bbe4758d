// SPDX-License-Identifier: Apache-2.0
//
// How long a windowed count takes to come out: 200,000 rows a second with 10,000 keys, windows of
// a second that step by 20 ms, parallelism 1. A row of the result is as old as the first row that
// closed its window was due to be there. Beside it the machine's floor, measured in the same
// seconds: how late a thread wakes up that sleeps for a millisecond. `bench_latency [seconds]
// [rows a second]`.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/env/env.h"
#include "columnar/column_builder.h"
#include "engine/session.h"
#include "histogram.h"
#include "sql/parser.h"

namespace hw::bench {
namespace {

constexpr int64_t kKeys = 10'000;
constexpr int64_t kWarmUpMs = 3'000;
constexpr int64_t kNsPerMs = 1'000'000;

[[noreturn]] void die(const Status& status) {
  std::fprintf(stderr, "bench_latency: %s\n", status.ToString().c_str());
  std::exit(1);
}

/// When the first row was due; rows follow at an even rate, whoever is late.
struct Schedule {
  int64_t rows_per_ms = 200;
  int64_t total_ms = 0;
  int64_t begin_ns = 0;
};

class PacedReader final : public SplitReader {
 public:
  PacedReader(std::shared_ptr<const Schedule> schedule, SchemaPtr schema)
      : schedule_(std::move(schedule)), schema_(std::move(schema)) {}

  Result<Flow> poll(Output& output) override {
    const int64_t all = schedule_->total_ms * schedule_->rows_per_ms;
    if (next_ == all) return Flow::kFinished;
    const int64_t passed_ns = real_env().monotonic_ns() - schedule_->begin_ns;
    const int64_t due = std::min(all, passed_ns * schedule_->rows_per_ms / kNsPerMs);
    if (due <= next_) return Flow::kWaiting;
    const int64_t count = std::min(kBatchRowsMax, due - next_);
    std::vector<ColumnPtr> columns;
    for (int i = 0; i < schema_->num_fields(); ++i) {
      HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(schema_->type(i)));
      const bool key = schema_->name(i) == "k";
      for (int64_t row = next_; row < next_ + count; ++row) {
        HW_TRY(builder->append_int(key ? scrambled(row) % kKeys : row / schedule_->rows_per_ms));
      }
      HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
      columns.push_back(std::move(column));
    }
    next_ += count;
    output.emit(Batch(schema_, std::move(columns), count));
    return Flow::kNeedInput;
  }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string&) override { return Status::Invalid("a benchmark goes on"); }

 private:
  static int64_t scrambled(int64_t row) {
    uint64_t x = static_cast<uint64_t>(row) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9u;
    return static_cast<int64_t>((x ^ (x >> 29)) >> 1);
  }

  const std::shared_ptr<const Schedule> schedule_;
  const SchemaPtr schema_;
  int64_t next_ = 0;
};

class OneSplit final : public SplitEnumerator {
 public:
  Result<std::vector<Split>> discover() override {
    if (std::exchange(done_, true)) return std::vector<Split>{};
    return std::vector<Split>{{.id = "paced", .descriptor = ""}};
  }
  bool finished() const override { return done_; }

 private:
  bool done_ = false;
};

class PacedSource final : public Source {
 public:
  PacedSource(std::shared_ptr<const Schedule> schedule, SchemaPtr schema)
      : schedule_(std::move(schedule)), schema_(std::move(schema)) {}
  bool bounded() const override { return true; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<OneSplit>();
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split&, const SourceContext&) override {
    return std::make_unique<PacedReader>(schedule_, schema_);
  }
  Description describe() const override { return {.name = "Paced", .details = {}}; }

 private:
  const std::shared_ptr<const Schedule> schedule_;
  const SchemaPtr schema_;
};

/// Ages of the rows of windows that ended while it counted.
class Timing final : public RowReceiver {
 public:
  explicit Timing(std::shared_ptr<const Schedule> schedule) : schedule_(std::move(schedule)) {}
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch& batch) override {
    const int64_t now_ns = real_env().monotonic_ns();
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    HW_ASSIGN_OR_RETURN(const ColumnPtr ends, dense.column(0)->flattened());
    for (int64_t row = 0; row < dense.num_rows(); ++row) {
      const auto end_ms = ends->value<int64_t>(row);
      if (end_ms < kWarmUpMs || end_ms >= schedule_->total_ms) continue;
      ages_.add(now_ns - schedule_->begin_ns - end_ms * kNsPerMs);
    }
    return Status::OK();
  }
  Status end() override { return Status::OK(); }
  const Histogram& ages() const { return ages_; }

 private:
  const std::shared_ptr<const Schedule> schedule_;
  Histogram ages_;
};

void execute(Session& session, const std::string& sql, const std::shared_ptr<RowReceiver>& rows) {
  auto statement = parse_statement(sql);
  if (!statement.ok()) die(statement.status());
  auto outcome = session.execute(**statement, rows);
  if (!outcome.ok()) die(outcome.status());
  if (auto* started = std::get_if<Outcome::Started>(&outcome->what)) {
    if (const Status status = started->job->wait(); !status.ok()) die(status);
  }
}

Histogram sleep_until(int64_t until_ns) {
  Histogram late;
  while (real_env().monotonic_ns() < until_ns) {
    const int64_t due_ns = real_env().monotonic_ns() + kNsPerMs;
    real_env().sleep_ns(kNsPerMs);
    late.add(real_env().monotonic_ns() - due_ns);
  }
  return late;
}

void print(const char* what, const Histogram& found) {
  std::printf("%-28s", what);
  for (const double share : {0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    std::printf(" %8.2f", static_cast<double>(found.at(share)) / 1e6);
  }
  std::printf("  %lld\n", static_cast<long long>(found.count()));
}

void run(int64_t seconds, int64_t rows_per_second) {
  const auto schedule = std::make_shared<Schedule>();
  schedule->rows_per_ms = std::max<int64_t>(1, rows_per_second / 1000);
  schedule->total_ms = kWarmUpMs + seconds * 1000;
  Session session(real_env());
  if (const auto set = session.config().set_base("parallelism.default", "1"); !set.ok())
    die(set.status());
  const Status registered = session.register_table(
      "events (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND)",
      [schedule](const ScanRequest& request) -> Result<std::unique_ptr<Source>> {
        std::vector<SqlField> fields;
        for (const ScanRequest::Column& column : request.columns) {
          fields.push_back({column.name, column.type});
        }
        return std::make_unique<PacedSource>(schedule, make_schema(std::move(fields)));
      });
  if (!registered.ok()) die(registered);
  const auto timing = std::make_shared<Timing>(schedule);
  Histogram late;
  schedule->begin_ns = real_env().monotonic_ns();
  {
    const int64_t until_ns = schedule->begin_ns + schedule->total_ms * kNsPerMs;
    const auto sleeping = real_env().start_thread("floor", [&] { late = sleep_until(until_ns); });
    execute(session,
            "SELECT window_end, k, COUNT(*) FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), "
            "INTERVAL '0.020' SECOND, INTERVAL '1' SECOND)) GROUP BY window_start, window_end, k",
            timing);
  }
  std::printf("%-28s %8s %8s %8s %8s %8s %8s  %s\n", "ms", "p50", "p90", "p99", "p99.9", "p99.99",
              "max", "values");
  print("windowed count", timing->ages());
  print("floor: a sleeper wakes up", late);
  for (const double share : {0.99, 0.9999}) {
    std::printf("p%g: floor %+.2f ms\n", share * 100,
                static_cast<double>(timing->ages().at(share) - late.at(share)) / 1e6);
  }
}

}  // namespace
}  // namespace hw::bench

int main(int argc, char** argv) {
  hw::bench::run(argc > 1 ? std::atoll(argv[1]) : 30, argc > 2 ? std::atoll(argv[2]) : 200'000);
  return 0;
}
