// SPDX-License-Identifier: Apache-2.0
//
// What one operator instance contributes to a checkpoint, and how a fresh one reads it back, at
// the same or another parallelism. Registered state is frozen, not copied: whoever makes the
// checkpoint durable writes it while the instance goes on.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/message.h"
#include "runtime/operator.h"

namespace hw {

class FrozenState;
class SnapshotSource;

struct OperatorSnapshot {
  std::string uid;
  int subtask = 0;
  /// Registered state as it was at the barrier; null when the snapshot was read back.
  std::shared_ptr<const FrozenState> frozen;
  /// Registered state that was read back; null when `frozen` has it.
  std::shared_ptr<SnapshotSource> state;
  /// What the operator wrote itself.
  std::map<std::string, std::string> named;
  std::vector<Timer> timers;
  /// The watermark the operator had been told.
  int64_t watermark_ms = Watermark::kNone;
  /// It had ended: everything that it will ever emit went before, and the rest is empty.
  bool ended = false;
};

/// Collects what Operator::snapshot puts.
class NamedWriter final : public SnapshotWriter {
 public:
  explicit NamedWriter(std::map<std::string, std::string>& named) : named_(named) {}
  void put(std::string_view name, std::string bytes) override {
    named_.insert_or_assign(std::string(name), std::move(bytes));
  }

 private:
  std::map<std::string, std::string>& named_;
};

/// Hands Operator::restore what all old instances put, in order of their subtask.
class NamedReader final : public SnapshotReader {
 public:
  explicit NamedReader(const std::vector<const OperatorSnapshot*>& snapshots)
      : snapshots_(snapshots) {}
  std::vector<std::string> get(std::string_view name) const override {
    std::vector<std::string> entries;
    for (const OperatorSnapshot* snapshot : snapshots_) {
      const auto found = snapshot->named.find(std::string(name));
      if (found != snapshot->named.end()) entries.push_back(found->second);
    }
    return entries;
  }

 private:
  const std::vector<const OperatorSnapshot*>& snapshots_;
};

}  // namespace hw
