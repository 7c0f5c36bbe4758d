// SPDX-License-Identifier: Apache-2.0
//
// The embedded log on a disk: rows of 100 bytes, committed and synced every 100 ms, beside a plain
// file that is written in large blocks and synced as often. Both by wall clock, in turns: what the
// disk does on its own. The directory is the first argument.

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "interleaved.h"
#include "log/topic.h"
#include "log/topic_writer.h"
#include "log_rows.h"

namespace hw {
namespace {

constexpr int kRounds = 5;
constexpr int64_t kRoundNs = 2'000'000'000;
constexpr int64_t kSyncNs = 100'000'000;
constexpr size_t kBlockBytes = 4 << 20;

/// Writes until the round is over, syncs when it is due and at the end. Returns MB a second;
/// `write` returns bytes.
double rate_of(const std::function<int64_t()>& write, const std::function<void()>& sync) {
  const int64_t begin_ns = real_env().monotonic_ns();
  int64_t synced_ns = begin_ns;
  int64_t now_ns = begin_ns;
  int64_t num_bytes = 0;
  while (now_ns - begin_ns < kRoundNs) {
    num_bytes += write();
    now_ns = real_env().monotonic_ns();
    if (now_ns - synced_ns < kSyncNs) continue;
    sync();
    synced_ns = now_ns = real_env().monotonic_ns();
  }
  sync();
  const auto seconds = static_cast<double>(real_env().monotonic_ns() - begin_ns) / 1e9;
  return static_cast<double>(num_bytes) / seconds / 1e6;
}

double append_rate(const std::string& directory, const Batch& rows) {
  bench::remove(directory);
  HW_CHECK(create_topic(real_env(), directory, {.name = "t", .schema = rows.schema()}).ok());
  TopicWriterOptions options;
  options.directory = directory;
  options.topic = "t";
  options.identity = {.job = "bench", .generation = 1, .sink = "sink"};
  options.partitions = {0};
  const auto writer = *TopicWriter::open(real_env(), options);
  int64_t epoch = 0;
  return rate_of(
      [&] {
        HW_CHECK(writer->append(0, rows, {}).ok());
        return rows.num_rows() * bench::kRowBytes;
      },
      [&] {
        const std::string token = *writer->prepare(++epoch);
        HW_CHECK(writer->commit({&token, 1}).ok());
      });
}

double plain_rate(const std::string& directory) {
  bench::remove(directory);
  HW_CHECK(real_env().locate(directory)->files->CreateDir(directory, true).ok());
  const auto file = *real_env().open_append(directory + "/plain");
  const std::string block(kBlockBytes, 'x');
  return rate_of(
      [&] {
        HW_CHECK(file->append(block).ok());
        return static_cast<int64_t>(block.size());
      },
      [&] { HW_CHECK(file->sync().ok()); });
}

void run(const std::string& directory) {
  const Batch rows = bench::make_rows();
  std::vector<double> ours;
  std::vector<double> plain;
  for (int round = 0; round < kRounds; ++round) {
    plain.push_back(plain_rate(directory));
    ours.push_back(append_rate(directory, rows));
  }
  bench::remove(directory);
  const double our_rate = bench::median(ours);
  const double plain_rate = bench::median(plain);
  std::printf("%-46s %10.0f MB/s %13.0f MB/s %8.0f %%\n",
              "log append on a disk, synced every 100 ms", our_rate, plain_rate,
              100 * our_rate / plain_rate);
}

}  // namespace
}  // namespace hw

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "use: log_disk_bench DIRECTORY\n");
    return 1;
  }
  hw::run(argv[1]);
  return 0;
}
