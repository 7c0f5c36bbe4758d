// SPDX-License-Identifier: Apache-2.0
//
// Tumbling and hopping COUNT(*) by key: the operator alone against a plain loop with a flat hash
// map over the same columns. Keys are uniform, 1,000 rows a millisecond of event time, a watermark
// per batch. `window_count_bench [rows]`.

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/env/env.h"
#include "base/memory.h"
#include "columnar/column_builder.h"
#include "expr/function_catalogue.h"
#include "interleaved.h"
#include "operators/window_aggregate.h"
#include "runtime/operator.h"
#include "state/state_store.h"

namespace hw::bench {
namespace {

constexpr int64_t kRowsPerMs = 1000;

class Counted final : public Counter {
 public:
  void add(int64_t n) override {}
};

class Context final : public OperatorContext {
 public:
  StateStore& state() override { return store_; }
  Env& env() override { return real_env(); }
  arrow::MemoryPool* memory_pool() override { return recycling_pool(); }
  int subtask() const override { return 0; }
  int parallelism() const override { return 1; }
  int64_t now_ms() const override { return 0; }
  int64_t watermark_ms() const override { return watermark_ms_; }
  void set_timer(Timer timer) override {}
  Counter& counter(std::string_view name) override { return counter_; }
  bool batch_mode() const override { return false; }
  void set_watermark(int64_t ms) { watermark_ms_ = ms; }

 private:
  StateStore store_{StateStoreOptions{.memory_pool = recycling_pool()}};
  Counted counter_;
  int64_t watermark_ms_ = Watermark::kNone;
};

class RowCount final : public Output {
 public:
  void emit(Batch batch, int port) override { rows += batch.num_rows(); }
  int64_t rows = 0;
};

SchemaPtr input_schema() {
  return make_schema({{"k", SqlType::bigint()}, {"ts", SqlType::timestamp(3)}});
}

std::vector<Batch> make_batches(int64_t num_rows, int64_t num_keys) {
  std::vector<Batch> batches;
  Random random(7);
  for (int64_t row = 0; row < num_rows;) {
    auto keys = *ColumnBuilder::make(SqlType::bigint());
    auto times = *ColumnBuilder::make(SqlType::timestamp(3));
    const int64_t count = std::min(kBatchRowsMax, num_rows - row);
    for (int64_t i = 0; i < count; ++i, ++row) {
      (void)keys->append_int(static_cast<int64_t>(random.below(static_cast<uint64_t>(num_keys))));
      (void)times->append_int(row / kRowsPerMs);
    }
    batches.emplace_back(input_schema(), std::vector<ColumnPtr>{*keys->finish(), *times->finish()},
                         count);
  }
  return batches;
}

int64_t run_operator(const std::vector<Batch>& batches, const WindowSpec& window,
                     const FunctionCatalogue& functions) {
  WindowAggregateSpec spec;
  spec.input = input_schema();
  spec.window = window;
  spec.keys = {0};
  AggregateCall count;
  count.function = functions.aggregate("COUNT");
  count.result_type = SqlType::bigint().not_null();
  spec.aggregates = {count};
  spec.properties = {WindowProperty::kStart, WindowProperty::kEnd};
  const SqlType wall = SqlType::timestamp(3).not_null();
  spec.output = make_schema({{"k", SqlType::bigint()},
                             {"n", SqlType::bigint().not_null()},
                             {"window_start", wall},
                             {"window_end", wall}});
  Context context;
  RowCount output;
  const std::unique_ptr<Operator> op = *make_window_aggregate(std::move(spec));
  if (!op->open(context).ok()) std::abort();
  const auto advance = [&](int64_t watermark_ms) {
    context.set_watermark(watermark_ms);
    while (*op->on_watermark({.ms = watermark_ms}, output) == Flow::kMoreOutput) {
    }
  };
  for (const Batch& batch : batches) {
    if (!op->on_batch(0, batch, output).ok()) std::abort();
    advance(batch.column(1)->value<int64_t>(batch.num_rows() - 1) - 1);
  }
  advance(Watermark::kMax);
  return output.rows;
}

using Counts = boost::unordered_flat_map<int64_t, int64_t>;

// One row of output, into a small ring.
class Ring {
 public:
  void emit(int64_t key, int64_t count, int64_t start, int64_t end) {
    Row& row = rows_[static_cast<size_t>(num_rows_++ % kRows)];
    row = {key, count, start, end};
  }
  int64_t num_rows() const { return num_rows_; }

 private:
  static constexpr int64_t kRows = 4096;
  struct Row {
    int64_t key, count, start, end;
  };
  std::vector<Row> rows_ = std::vector<Row>(kRows);
  int64_t num_rows_ = 0;
};

int64_t run_plain(const std::vector<Batch>& batches, int64_t size_ms, int64_t slide_ms) {
  Ring ring;
  std::map<int64_t, Counts> panes;
  Counts running;
  Counts* pane = nullptr;
  int64_t pane_start = 0;
  const auto close = [&] {
    const int64_t end = pane_start + slide_ms;
    if (size_ms == slide_ms) {
      for (const auto& [key, count] : *pane) ring.emit(key, count, pane_start, end);
      panes.clear();
      return;
    }
    for (const auto& [key, count] : *pane) running[key] += count;
    for (const auto& [key, count] : running) ring.emit(key, count, end - size_ms, end);
    const auto oldest = panes.find(end - size_ms);
    if (oldest == panes.end()) return;
    for (const auto& [key, count] : oldest->second) {
      const auto entry = running.find(key);
      entry->second -= count;
      if (entry->second == 0) running.erase(entry);
    }
    panes.erase(oldest);
  };
  for (const Batch& batch : batches) {
    const int64_t* keys = batch.column(0)->data<int64_t>();
    const int64_t* times = batch.column(1)->data<int64_t>();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      if (pane == nullptr || times[i] >= pane_start + slide_ms) {
        if (pane != nullptr) close();
        pane_start = times[i] - times[i] % slide_ms;
        pane = &panes[pane_start];
      }
      ++(*pane)[keys[i]];
    }
  }
  for (int64_t end = pane_start + size_ms; pane_start < end; pane_start += slide_ms) {
    close();
    pane = &panes[pane_start + slide_ms];
  }
  return ring.num_rows();
}

int run(int64_t num_rows) {
  FunctionCatalogue functions;
  register_all_functions(functions);
  std::printf("%-46s %17s %17s %10s\n", "", "operator", "plain loop", "share");
  for (const int64_t num_keys : {10'000, 1'000'000}) {
    const std::vector<Batch> batches = make_batches(num_rows, num_keys);
    const std::string keys = num_keys == 10'000 ? "10 k keys" : "1 M keys";
    const auto contest = [&](const std::string& name, const WindowSpec& window, int64_t slide_ms) {
      int64_t ours = 0;
      int64_t theirs = 0;
      const std::string label = name + ", " + keys;
      compare(
          {.what = label.c_str(), .unit = "M rows/s", .work = static_cast<double>(num_rows)}, 5,
          [&] { ours = run_operator(batches, window, functions); },
          [&] { theirs = run_plain(batches, window.size_ms, slide_ms); });
      if (ours != theirs) {
        std::fprintf(stderr, "%s: %lld rows, but the plain loop has %lld\n", label.c_str(),
                     static_cast<long long>(ours), static_cast<long long>(theirs));
        std::exit(1);
      }
    };
    contest("tumble 2 s", {.kind = WindowKind::kTumble, .size_ms = 2000, .time_column = 1}, 2000);
    contest("hop 10 s / 2 s",
            {.kind = WindowKind::kHop, .size_ms = 10'000, .step_ms = 2000, .time_column = 1}, 2000);
  }
  return 0;
}

}  // namespace
}  // namespace hw::bench

int main(int argc, char** argv) {
  return hw::bench::run(argc > 1 ? std::strtoll(argv[1], nullptr, 10) : 20'000'000);
}
