// SPDX-License-Identifier: Apache-2.0

#include "runtime/worker_metrics.h"

#include <utility>

namespace hw {

OperatorMetrics::OperatorMetrics(std::string uid, std::string name, int vertex, int subtask)
    : uid_(std::move(uid)), name_(std::move(name)), vertex_(vertex), subtask_(subtask) {
  watermark_ms.set(Watermark::kNone);
}

Counter& OperatorMetrics::counter(std::string_view name) {
  const std::lock_guard lock(mutex_);
  for (NamedCounter& counter : counters_)
    if (counter.name() == name) return counter;
  return counters_.emplace_back(std::string(name));
}

MetricsReading OperatorMetrics::read() const {
  MetricsReading reading{.uid = uid_, .name = name_, .vertex = vertex_, .subtask = subtask_};
  reading.rows_in = rows_in.get();
  reading.rows_out = rows_out.get();
  reading.batches_in = batches_in.get();
  reading.batches_out = batches_out.get();
  reading.bytes_in = bytes_in.get();
  reading.bytes_out = bytes_out.get();
  reading.busy_ns = busy_ns.get();
  reading.idle_ns = idle_ns.get();
  reading.blocked_ns = blocked_ns.get();
  reading.slow_steps = slow_steps.get();
  reading.watermark_ms = watermark_ms.get();
  reading.read = {.bytes_done = read_bytes_done.get(), .bytes_total = read_bytes_total.get()};
  const std::lock_guard lock(mutex_);
  for (const NamedCounter& counter : counters_) reading.counters[counter.name()] = counter.get();
  return reading;
}

}  // namespace hw
