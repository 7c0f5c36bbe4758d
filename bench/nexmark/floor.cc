// SPDX-License-Identifier: Apache-2.0

#include "floor.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <numeric>
#include <vector>

namespace hw::bench {
namespace {

constexpr size_t kBytes = size_t{256} << 20;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Nanoseconds a load, each at a place that the one before names: a walk through a random cycle.
double dependent_load_ns(const std::vector<uint32_t>& next) {
  constexpr int kLoads = 2'000'000;
  uint32_t at = 0;
  const double start = thread_seconds();
  for (int i = 0; i < kLoads; ++i) at = next[at];
  const double seconds = thread_seconds() - start;
  // The result is used, or there would be no walk.
  return (seconds + (at == 0xFFFFFFFF ? 1 : 0)) * 1e9 / kLoads;
}

std::vector<uint32_t> random_cycle(size_t size) {
  std::vector<uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  uint64_t state = 1;
  for (size_t i = size - 1; i > 0; --i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::swap(order[i], order[(state >> 33) % i]);
  }
  std::vector<uint32_t> next(size);
  for (size_t i = 0; i < size; ++i) next[order[i]] = order[(i + 1) % size];
  return next;
}

}  // namespace

void print_floor() {
  std::vector<uint64_t> words(kBytes / 8, 1);
  std::vector<uint64_t> copy(kBytes / 8, 2);
  double start = thread_seconds();
  uint64_t sum = 0;
  for (const uint64_t word : words) sum += word;
  const double read = static_cast<double>(kBytes) / (thread_seconds() - start) / 1e9;
  start = thread_seconds();
  std::memcpy(copy.data(), words.data(), kBytes);
  const double copied = static_cast<double>(kBytes) / (thread_seconds() - start) / 1e9;
  const double near = dependent_load_ns(random_cycle(1 << 18));
  const double far = dependent_load_ns(random_cycle(kBytes / 4));
  std::printf(
      "{\"read_gb_s\": %.2f, \"memcpy_gb_s\": %.2f, \"load_1mb_ns\": %.1f, "
      "\"load_256mb_ns\": %.1f, \"sum\": %llu}\n",
      read, copied, near, far, static_cast<unsigned long long>(sum + copy[7]));
}

}  // namespace hw::bench
