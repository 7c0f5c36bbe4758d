// SPDX-License-Identifier: Apache-2.0
//
// Engine against plain loops over the same batches, in one process, interleaved, medians of CPU
// time: Nexmark q1 and q2, tumbling and hopping counts. `bench_core [events] [rounds] [part of a
// contest's name]`.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <time.h>
#include <vector>

#include "base/env/env.h"
#include "batch_source.h"
#include "columnar/column_builder.h"
#include "engine/session.h"
#include "plain_loops.h"
#include "sql/parser.h"

namespace hw::bench {
namespace {

using Batches = std::shared_ptr<std::vector<Batch>>;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

[[noreturn]] void die(const Status& status) {
  std::fprintf(stderr, "bench_core: %s\n", status.ToString().c_str());
  std::exit(1);
}

/// Counts rows; keeps the batches if asked.
class Counting final : public RowReceiver {
 public:
  explicit Counting(std::vector<Batch>* kept = nullptr) : kept_(kept) {}
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch& batch) override {
    rows_ += batch.num_rows();
    if (kept_ != nullptr) kept_->push_back(batch);
    return Status::OK();
  }
  Status end() override { return Status::OK(); }
  int64_t rows() const { return rows_; }

 private:
  int64_t rows_ = 0;
  std::vector<Batch>* kept_;
};

int64_t run_sql(Session& session, const std::string& sql, std::vector<Batch>* kept = nullptr) {
  auto statement = parse_statement(sql);
  if (!statement.ok()) die(statement.status());
  const auto receiver = std::make_shared<Counting>(kept);
  auto outcome = session.execute(**statement, receiver);
  if (!outcome.ok()) die(outcome.status());
  if (auto* started = std::get_if<Outcome::Started>(&outcome->what)) {
    if (const Status status = started->job->wait(); !status.ok()) die(status);
  }
  return receiver->rows();
}

constexpr const char* kNexmarkColumns =
    "(event_type INT, "
    "person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, "
    "state STRING, dateTime TIMESTAMP(3), extra STRING>, "
    "auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve "
    "BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra "
    "STRING>, "
    "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime "
    "TIMESTAMP(3), extra STRING>)";

Batches nexmark_batches(Session& session, int64_t events) {
  run_sql(session, std::string("CREATE TABLE generated ") + kNexmarkColumns +
                       " WITH ('connector' = 'nexmark', 'events.num' = '" + std::to_string(events) +
                       "', 'next-event.rate' = '100000')");
  auto batches = std::make_shared<std::vector<Batch>>();
  run_sql(session, "SELECT * FROM generated", batches.get());
  return batches;
}

// Keys of a fixed scrambled sequence, 1,000 rows a millisecond of event time.
Batches keyed_batches(int64_t rows, int64_t num_keys, int64_t rows_per_ms) {
  auto batches = std::make_shared<std::vector<Batch>>();
  const SchemaPtr schema = make_schema({{"k", SqlType::bigint()}, {"ts", SqlType::timestamp(3)}});
  Random random(7);
  for (int64_t row = 0; row < rows;) {
    auto keys = ColumnBuilder::make(schema->type(0)).ValueOrDie();
    auto times = ColumnBuilder::make(schema->type(1)).ValueOrDie();
    const int64_t count = std::min(kBatchRowsMax, rows - row);
    for (int64_t i = 0; i < count; ++i, ++row) {
      (void)keys->append_int(static_cast<int64_t>(random.below(static_cast<uint64_t>(num_keys))));
      (void)times->append_int(row / rows_per_ms);
    }
    batches->emplace_back(
        schema, std::vector<ColumnPtr>{keys->finish().ValueOrDie(), times->finish().ValueOrDie()},
        count);
  }
  return batches;
}

struct Contest {
  std::string name;
  int64_t rows_in;
  std::function<int64_t()> engine;
  std::function<int64_t()> plain;
};

/// What the command line asks for.
struct Scope {
  int64_t events = 5'000'000;
  int rounds = 5;
  std::string name_part;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run_contest(const Contest& contest, const Scope& scope) {
  if (contest.name.find(scope.name_part) == std::string::npos) return;
  std::vector<double> engine;
  std::vector<double> plain;
  int64_t engine_rows = 0;
  int64_t plain_rows = 0;
  for (int round = 0; round < scope.rounds; ++round) {
    double start = cpu_seconds();
    engine_rows = contest.engine();
    engine.push_back(cpu_seconds() - start);
    start = cpu_seconds();
    plain_rows = contest.plain();
    plain.push_back(cpu_seconds() - start);
  }
  if (engine_rows != plain_rows) {
    std::fprintf(stderr, "%s: the engine gave %lld rows, the plain loop %lld\n",
                 contest.name.c_str(), static_cast<long long>(engine_rows),
                 static_cast<long long>(plain_rows));
    std::exit(1);
  }
  const double rows = static_cast<double>(contest.rows_in) / 1e6;
  std::printf("%-28s %10.1f M/s %10.1f M/s %7.0f %%\n", contest.name.c_str(), rows / median(engine),
              rows / median(plain), 100 * median(plain) / median(engine));
  std::fflush(stdout);
}

void register_batches(Session& session, const std::string& declaration, const Batches& batches) {
  const Status status = session.register_table(
      declaration, [batches](const ScanRequest& request) -> Result<std::unique_ptr<Source>> {
        return make_batch_source(batches, request);
      });
  if (!status.ok()) die(status);
}

std::string window_query(const std::string& table, const std::string& window) {
  return "SELECT k, COUNT(*), window_start, window_end FROM TABLE(" + window +
         ") GROUP BY k, "
         "window_start, window_end";
}

int run(const Scope& scope) {
  const int64_t events = scope.events;
  Session session(real_env());
  if (!session.config().set_base("parallelism.default", "1").ok()) return 1;
  std::printf("%-28s %14s %14s %9s\n", "", "engine", "plain loop", "share");
  const Batches nexmark = nexmark_batches(session, events);
  register_batches(session, std::string("nexmark ") + kNexmarkColumns, nexmark);
  run_contest({"nexmark q1 from memory", events,
               [&] {
                 return run_sql(session,
                                "SELECT bid.auction, bid.bidder, 0.908 * bid.price AS price, "
                                "bid.dateTime, bid.extra FROM nexmark WHERE event_type = 2");
               },
               [&] { return plain_q1(*nexmark).rows_out; }},
              scope);
  run_contest({"nexmark q2 from memory", events,
               [&] {
                 return run_sql(session,
                                "SELECT bid.auction, bid.price FROM nexmark WHERE event_type = 2 "
                                "AND MOD(bid.auction, 123) = 0");
               },
               [&] { return plain_q2(*nexmark).rows_out; }},
              scope);
  for (const int64_t keys : {10'000, 1'000'000}) {
    const std::string name = keys == 10'000 ? "t10k" : "t1m";
    const Batches batches = keyed_batches(events, keys, 1000);
    // Times repeat, and a row at the watermark is late: one millisecond is waited for.
    register_batches(session,
                     name +
                         " (k BIGINT, ts TIMESTAMP(3), "
                         "WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND)",
                     batches);
    const std::string label = keys == 10'000 ? ", 10 k keys" : ", 1 M keys";
    run_contest({"tumble 2 s count" + label, events,
                 [&, name] {
                   return run_sql(session, window_query(name, "TUMBLE(TABLE " + name +
                                                                  ", DESCRIPTOR(ts), INTERVAL "
                                                                  "'2' SECOND)"));
                 },
                 [&] { return plain_tumble_count(*batches, 2000).rows_out; }},
                scope);
    run_contest({"hop 2 s / 10 s count" + label, events,
                 [&, name] {
                   return run_sql(session, window_query(name, "HOP(TABLE " + name +
                                                                  ", DESCRIPTOR(ts), INTERVAL '2' "
                                                                  "SECOND, INTERVAL '10' SECOND)"));
                 },
                 [&] { return plain_hop_count(*batches, 10'000, 2000).rows_out; }},
                scope);
  }
  return 0;
}

}  // namespace
}  // namespace hw::bench

int main(int argc, char** argv) {
  hw::bench::Scope scope;
  if (argc > 1) scope.events = std::strtoll(argv[1], nullptr, 10);
  if (argc > 2) scope.rounds = std::atoi(argv[2]);
  if (argc > 3) scope.name_part = argv[3];
  return hw::bench::run(scope);
}
