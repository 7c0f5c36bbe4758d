// SPDX-License-Identifier: Apache-2.0
//
// The Nexmark generator alone, beside the fastest it could be on this machine: copying the bytes
// of its columns.

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "interleaved.h"
#include "nexmark_events.h"

namespace hw {
namespace {

constexpr int64_t kEvents = 4'000'000;
constexpr int kRounds = 5;

int64_t generate(std::optional<NexmarkEntity> only, const SchemaPtr& schema) {
  NexmarkBatches batches = bench::generator(only, schema);
  int64_t rows = 0;
  for (int64_t at = 0; at < kEvents; at += batches.block_positions()) {
    rows += batches.make(at, std::min(kEvents, at + batches.block_positions())).num_rows();
  }
  return rows;
}

int run() {
  NexmarkBatches batches = bench::generator(std::nullopt, bench::merged_schema());
  const Batch sample = batches.make(0, batches.block_positions());
  const auto bytes = static_cast<size_t>(sample.num_bytes());
  std::vector<char> from(bytes, 'x');
  std::vector<char> to(bytes);
  const auto copy = [&] {
    for (int64_t at = 0; at < kEvents; at += batches.block_positions()) {
      std::memcpy(to.data(), from.data(), bytes);
      asm volatile("" : : "r"(to.data()) : "memory");
    }
  };
  std::printf("%.0f bytes of columns per merged event; reference = copying them\n",
              static_cast<double>(bytes) / static_cast<double>(sample.num_rows()));
  bench::compare(
      {"nexmark generator, merged table", "M/s", kEvents}, kRounds,
      [&] { HW_CHECK(generate(std::nullopt, bench::merged_schema()) == kEvents); }, copy);
  bench::measure({"nexmark generator, bids only (all columns)", "M/s", kEvents}, kRounds,
                 [&] { HW_CHECK(generate(NexmarkEntity::kBid, bench::bid_schema()) > 0); });
  bench::measure({"nexmark generator, bids, auction and price", "M/s", kEvents}, kRounds, [&] {
    HW_CHECK(generate(NexmarkEntity::kBid, make_schema({{"auction", SqlType::bigint()},
                                                        {"price", SqlType::bigint()}})) > 0);
  });
  return 0;
}

}  // namespace
}  // namespace hw

int main() { return hw::run(); }
