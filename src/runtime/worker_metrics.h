// SPDX-License-Identifier: Apache-2.0
//
// What an operator instance counts. Written by the one thread that steps it, read by any: relaxed
// atomics, so that a reader sees each figure whole but not all of one instant.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/message.h"
#include "runtime/operator.h"
#include "runtime/source.h"

namespace hw {

/// Figures of one operator instance at one moment.
struct MetricsReading {
  std::string uid;
  std::string name;  // Description::name
  int vertex = 0;
  int subtask = 0;
  int64_t rows_in = 0;
  int64_t rows_out = 0;
  int64_t batches_in = 0;
  int64_t batches_out = 0;
  /// Exchanged with other tasklets or the outside; rows inside a chain have no bytes of their own.
  int64_t bytes_in = 0;
  int64_t bytes_out = 0;
  /// Time in the operator's own calls, and of its tasklet without input and with full outputs.
  int64_t busy_ns = 0;
  int64_t idle_ns = 0;
  int64_t blocked_ns = 0;
  int64_t slow_steps = 0;  // above kSlowStepNs
  int64_t watermark_ms = Watermark::kNone;
  /// Of a source: what it has read of what is known.
  ReadProgress read;
  std::map<std::string, int64_t> counters;
};

/// A step above this is counted: it delays barriers and the other tasklets of the worker.
constexpr int64_t kSlowStepNs = 5'000'000;

class OperatorMetrics {
 public:
  OperatorMetrics(std::string uid, std::string name, int vertex, int subtask);

  /// A figure with one writer.
  class Figure {
   public:
    void add(int64_t n) { value_.store(get() + n, std::memory_order_relaxed); }
    void set(int64_t n) { value_.store(n, std::memory_order_relaxed); }
    int64_t get() const { return value_.load(std::memory_order_relaxed); }

   private:
    std::atomic<int64_t> value_{0};
  };
  Figure rows_in, rows_out, batches_in, batches_out, bytes_in, bytes_out;
  Figure busy_ns, idle_ns, blocked_ns, slow_steps, watermark_ms, read_bytes_done, read_bytes_total;

  /// Makes or finds a named counter; adding to it is safe from any thread.
  Counter& counter(std::string_view name);

  MetricsReading read() const;

 private:
  class NamedCounter final : public Counter {
   public:
    explicit NamedCounter(std::string name) : name_(std::move(name)) {}
    void add(int64_t n) override { value_.fetch_add(n, std::memory_order_relaxed); }
    const std::string& name() const { return name_; }
    int64_t get() const { return value_.load(std::memory_order_relaxed); }

   private:
    const std::string name_;
    std::atomic<int64_t> value_{0};
  };

  // Constant after construction.
  const std::string uid_;
  const std::string name_;
  const int vertex_;
  const int subtask_;
  // Guarded by mutex_; the counters in it stay where they are.
  mutable std::mutex mutex_;
  std::deque<NamedCounter> counters_;
};

}  // namespace hw
