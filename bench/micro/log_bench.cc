// SPDX-License-Identifier: Apache-2.0
//
// The embedded log on one core: appending rows of 100 bytes, a commit every 50 batches, and reading
// them warm, both beside a copy of the same bytes. The directory is the first argument; on a tmpfs
// it is the log that is measured, and not the disk.

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "interleaved.h"
#include "log/topic.h"
#include "log/topic_reader.h"
#include "log/topic_writer.h"
#include "log_rows.h"

namespace hw {
namespace {

using bench::compare;
using bench::kRowBytes;
using bench::make_rows;
using bench::remove;

constexpr int kRounds = 5;
constexpr int64_t kBatches = 500;
constexpr int64_t kBatchesPerCommit = 50;
constexpr int64_t kRows = kBatches * kBatchRowsMax;

void append_all(const std::string& directory, const Batch& rows) {
  remove(directory);
  HW_CHECK(create_topic(real_env(), directory, {.name = "t", .schema = rows.schema()}).ok());
  TopicWriterOptions options;
  options.directory = directory;
  options.topic = "t";
  options.identity = {.job = "bench", .generation = 1, .sink = "sink"};
  options.partitions = {0};
  const auto writer = TopicWriter::open(real_env(), options);
  HW_CHECK(writer.ok());
  for (int64_t batch = 1; batch <= kBatches; ++batch) {
    HW_CHECK((*writer)->append(0, rows, {.min = batch, .max = batch}).ok());
    if (batch % kBatchesPerCommit != 0) continue;
    const auto token = (*writer)->prepare(batch);
    HW_CHECK(token.ok());
    HW_CHECK((*writer)->commit({&*token, 1}).ok());
  }
}

void read_all(const std::string& directory) {
  const auto topic = Topic::open(real_env(), directory, "t");
  HW_CHECK(topic.ok());
  const auto reader = TopicReader::open(**topic, {});
  HW_CHECK(reader.ok());
  int64_t num_rows = 0;
  while (true) {
    const auto batch = (*reader)->next();
    HW_CHECK(batch.ok());
    if (!*batch) break;
    num_rows += (*batch)->batch.num_rows();
  }
  HW_CHECK(num_rows == kRows);
}

void copy_bytes() {
  static std::vector<char> from(kBatchRowsMax * kRowBytes, 'x');
  static std::vector<char> to(kRows * kRowBytes);
  for (int64_t batch = 0; batch < kBatches; ++batch) {
    std::memcpy(to.data() + batch * static_cast<int64_t>(from.size()), from.data(), from.size());
  }
}

void run(const std::string& directory) {
  const Batch rows = make_rows();
  const auto work = static_cast<double>(kRows);
  compare(
      {.what = "log append, rows of 100 bytes", .unit = "M rows/s", .work = work}, kRounds,
      [&] { append_all(directory, rows); }, copy_bytes);
  compare(
      {.what = "log read, warm", .unit = "M rows/s", .work = work}, kRounds,
      [&] { read_all(directory); }, copy_bytes);
  remove(directory);
}

}  // namespace
}  // namespace hw

int main(int argc, char** argv) {
  hw::run(argc > 1 ? argv[1] : "/dev/shm/headwater_log_bench");
  return 0;
}
