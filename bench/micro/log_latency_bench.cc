// SPDX-License-Identifier: Apache-2.0
//
// How long a row takes through two topics and a job between them: this program appends 10,000 rows
// a second to topic `a` and tails topic `b`, into which a job that somebody has started copies `a`.
// Beside it the machine's floor: how late a thread wakes up that sleeps for a millisecond, in the
// same seconds. Arguments: the log's directory, and how many seconds.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "log/topic.h"
#include "log/topic_reader.h"
#include "log/topic_writer.h"

namespace hw {
namespace {

constexpr int64_t kTickNs = 1'000'000;
constexpr int64_t kRowsPerTick = 10;
constexpr int64_t kLookNs = 100'000;
/// Until the job has found its topic and caches are warm.
constexpr int64_t kWarmUpNs = 1'000'000'000;
/// The last rows are waited for.
constexpr int64_t kTailNs = 1'000'000'000;

const char* const kSchema = "id BIGINT, sent_ns BIGINT";

int64_t now_ns() { return real_env().monotonic_ns(); }

std::unique_ptr<TopicWriter> writer_of(const std::string& directory) {
  TopicWriterOptions options;
  options.directory = directory;
  options.topic = "a";
  options.identity = {.job = "bench", .generation = 1, .sink = "sink"};
  options.partitions = {0};
  return *TopicWriter::open(real_env(), options);
}

void produce(TopicWriter& writer, int64_t until_ns) {
  int64_t epoch = writer.settled_epoch();
  int64_t id = 0;
  for (int64_t due_ns = now_ns(); due_ns < until_ns; due_ns += kTickNs) {
    if (const int64_t early_ns = due_ns - now_ns(); early_ns > 0) real_env().sleep_ns(early_ns);
    std::string text;
    for (int64_t row = 0; row < kRowsPerTick; ++row) {
      // A tick that comes late has waited: its rows count from when they were due.
      text += (row > 0 ? " | + " : "+ ") + std::to_string(id++) + " " + std::to_string(due_ns);
    }
    HW_CHECK(writer.append(0, *parse_batch(writer.topic().schema(), text), {}).ok());
    const std::string token = *writer.prepare(++epoch);
    HW_CHECK(writer.commit({&token, 1}).ok());
  }
}

/// Milliseconds of each row of `b` that was sent at or after `from_ns`.
std::vector<double> consume(const std::string& directory, int64_t from_ns, int64_t until_ns) {
  std::vector<double> latencies;
  const auto topic = *Topic::open(real_env(), directory, "b");
  const auto reader =
      *TopicReader::open(*topic, {.first_offset = topic->state().partitions[0].end_offset});
  while (now_ns() < until_ns) {
    const auto read = *reader->next();
    if (!read) {
      if (!*topic->refresh()) real_env().sleep_ns(kLookNs);
      continue;
    }
    const int64_t seen_ns = now_ns();
    const Column& sent = *read->batch.column(1);
    for (int64_t row = 0; row < sent.num_rows(); ++row) {
      const auto sent_ns = sent.value<int64_t>(row);
      if (sent_ns >= from_ns) latencies.push_back(static_cast<double>(seen_ns - sent_ns) / 1e6);
    }
  }
  return latencies;
}

/// How late a sleeper is.
std::vector<double> sleep(int64_t until_ns) {
  std::vector<double> late;
  while (now_ns() < until_ns) {
    const int64_t due_ns = now_ns() + kTickNs;
    real_env().sleep_ns(kTickNs);
    late.push_back(static_cast<double>(now_ns() - due_ns) / 1e6);
  }
  return late;
}

double p99(std::vector<double>& values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() * 99 / 100];
}

void run(const std::string& directory, int64_t seconds) {
  const int64_t from_ns = now_ns() + kWarmUpNs;
  const int64_t until_ns = from_ns + seconds * 1'000'000'000;
  const auto writer = writer_of(directory);
  std::vector<double> latencies;
  std::vector<double> late;
  {
    const auto reading = real_env().start_thread(
        "consumer", [&] { latencies = consume(directory, from_ns, until_ns + kTailNs); });
    const auto sleeping = real_env().start_thread("floor", [&] { late = sleep(until_ns); });
    produce(*writer, until_ns);
  }
  const auto expected = static_cast<size_t>(seconds * 1000 * kRowsPerTick);
  const double ours = p99(latencies);
  const double floor = p99(late);
  std::printf("%-46s %10.1f ms %15.1f ms %+7.1f ms\n",
              "log -> job -> log, 10 k rows/s, p99 of latency", ours, floor, ours - floor);
  if (latencies.size() + kRowsPerTick < expected) {
    std::printf("  only %zu of %zu rows came within %lld s of the end\n", latencies.size(),
                expected, static_cast<long long>(kTailNs / 1'000'000'000));
  }
}

}  // namespace
}  // namespace hw

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "use: log_latency_bench DIRECTORY SECONDS\n");
    return 1;
  }
  hw::run(argv[1], std::atoll(argv[2]));
  return 0;
}
