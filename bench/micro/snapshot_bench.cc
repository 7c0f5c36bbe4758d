// SPDX-License-Identifier: Apache-2.0
//
// Snapshots of one keyed table of about 1 GB: how long the instance stands still, what is written
// when 1 % of the rows have changed at random, and what the changes themselves cost with and
// without a snapshot under way. One thread; streams go to memory.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include "base/memory.h"
#include "columnar/column_builder.h"
#include "state/frozen_state.h"
#include "state/keyed_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr int64_t kBatchRows = 4096;
// key 16 and value 24 bytes
constexpr int64_t kRowBytes = 40;

double now_ms() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Counts bytes and forgets them, but for the index.
class CountingSink final : public SnapshotSink {
 public:
  Result<std::shared_ptr<arrow::io::OutputStream>> create(std::string_view name) override {
    if (name == kSnapshotIndexStream) return index.create(name);
    return std::make_shared<Stream>(num_bytes);
  }
  SnapshotIndex read_index() const {
    const auto bytes = *(*index.open(kSnapshotIndexStream))->ReadAt(0, int64_t{1} << 40);
    return *decode_snapshot_index(std::string_view(*bytes));
  }
  int64_t total_bytes() {
    return num_bytes + index.streams()[std::string(kSnapshotIndexStream)]->size();
  }

  int64_t num_bytes = 0;
  MemorySnapshot index;

 private:
  class Stream final : public arrow::io::OutputStream {
   public:
    explicit Stream(int64_t& num_bytes) : num_bytes_(num_bytes) {}
    Status Write(const void*, int64_t length) override {
      num_bytes_ += length;
      length_ += length;
      return Status::OK();
    }
    using arrow::io::OutputStream::Write;
    Status Close() override { return Status::OK(); }
    bool closed() const override { return false; }
    Result<int64_t> Tell() const override { return length_; }

   private:
    int64_t& num_bytes_;
    int64_t length_ = 0;
  };
};

class Bench {
 public:
  explicit Bench(int64_t num_rows)
      : num_rows_(num_rows),
        store_({.memory_pool = recycling_pool()}),
        table_(store_.keyed_table(
            "pairs", {.keys = {{"bidder", SqlType::bigint()}, {"auction", SqlType::bigint()}},
                      .values = {{"n", SqlType::bigint().not_null()},
                                 {"price", SqlType::bigint().not_null()},
                                 {"time", SqlType::bigint().not_null()}}})) {
    for (int64_t row = 0; row < num_rows; row += kBatchRows) {
      std::vector<int64_t> keys;
      for (int64_t i = row; i < std::min(row + kBatchRows, num_rows); ++i) keys.push_back(i);
      change(keys);
    }
  }

  int run() {
    std::printf("%lld rows, %.2f GB held\n", static_cast<long long>(num_rows_),
                static_cast<double>(store_.num_bytes()) / 1e9);
    changes("no snapshot yet");
    SnapshotIndex prior = snapshot(1, nullptr);
    for (int64_t number = 2; number <= 4; ++number) {
      store_.settle(number - 1);
      changes("changes tracked, nothing pinned");
      prior = snapshot(number, &prior);
    }
    return 0;
  }

 private:
  static ColumnPtr column(const std::vector<int64_t>& values) {
    auto builder = *ColumnBuilder::make(SqlType::bigint());
    for (const int64_t value : values) {
      if (!builder->append_int(value).ok()) std::abort();
    }
    return *builder->finish();
  }
  void change(const std::vector<int64_t>& numbers) {
    const ColumnPtr key = column(numbers);
    const std::vector<ColumnPtr> keys = {key, key};
    std::vector<uint32_t> rows;
    if (!table_
             .find_or_insert({.columns = keys, .num_rows = key->num_rows(), .hashes = nullptr},
                             rows, nullptr)
             .ok()) {
      std::abort();
    }
    for (int value = 0; value < 3; ++value) {
      const FixedColumn<int64_t> values = table_.fixed<int64_t>(value);
      for (const uint32_t row : rows) ++values[row];
    }
  }
  // 1 % of the rows, at random.
  void changes(const char* when) {
    std::vector<std::vector<int64_t>> batches;
    for (int64_t left = num_rows_ / 100; left > 0; left -= kBatchRows) {
      std::vector<int64_t>& keys = batches.emplace_back();
      for (int64_t i = 0; i < std::min(left, kBatchRows); ++i) {
        keys.push_back(static_cast<int64_t>(random_() % static_cast<uint64_t>(num_rows_)));
        changed_.push_back(keys.back());
      }
    }
    const double begin = now_ms();
    for (const std::vector<int64_t>& keys : batches) change(keys);
    std::printf("  1 %% of the rows changed in %.1f ms (%s)\n", now_ms() - begin, when);
  }

  SnapshotIndex snapshot(int64_t number, const SnapshotIndex* prior) {
    std::sort(changed_.begin(), changed_.end());
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    const auto num_changed = static_cast<double>(changed_.size());
    changed_.clear();
    const double begin = now_ms();
    const std::shared_ptr<const FrozenState> frozen = store_.freeze(number);
    const double frozen_at = now_ms();
    CountingSink sink;
    if (!frozen->write(sink, {.snapshot = number, .prior = prior}).ok()) std::abort();
    const double written_at = now_ms();
    const auto bytes = static_cast<double>(sink.total_bytes());
    std::printf("snapshot %lld: stands still %.3f ms, writes %.1f MB in %.0f ms",
                static_cast<long long>(number), frozen_at - begin, bytes / 1e6,
                written_at - frozen_at);
    if (prior != nullptr) {
      std::printf(" = %.3f x the changed rows", bytes / (num_changed * kRowBytes));
    }
    std::printf("\n");
    changes("while the snapshot is pinned");
    return sink.read_index();
  }

  const int64_t num_rows_;
  StateStore store_;
  KeyedTable& table_;
  std::mt19937_64 random_{1};
  std::vector<int64_t> changed_;
};

}  // namespace
}  // namespace hw

int main(int argc, char** argv) {
  const int64_t num_rows = argc > 1 ? std::atoll(argv[1]) : 25'000'000;
  return hw::Bench(num_rows).run();
}
