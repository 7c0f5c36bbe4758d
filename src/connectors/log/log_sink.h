// SPDX-License-Identifier: Apache-2.0
//
// The sink of the log connector. Each partition of the topic has one writer; the writer of subtask
// s owns those that key groups would give it, so rows go to the owner of their partition. What all
// writers prepare for an epoch the first one commits, so that its rows appear everywhere under one
// commit. With checkpoints in exactly-once mode, or where the input ends, rows appear when the
// epoch is committed; else whenever a writer's input pauses, and at the latest after
// `flush.interval`.

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "connectors/log/log_table.h"
#include "connectors/log/partitioner.h"
#include "runtime/partitioned_sink.h"

namespace hw {

/// Constant after construction; outlives the writers.
struct LogTarget {
  LogTable table;
  SinkRequest request;
  SchemaPtr schema;         // of the rows as they are written
  int num_row_columns = 0;  // that go into messages, where the table has some
  /// How the topic is made if it is missing, and which of its options the table gives.
  bool create = true;
  int num_partitions = 1;
  /// At most so many writers: with more than one, as many as the topic had partitions when the job
  /// was planned.
  int writers_max = 1;
  Options options;
  PartitionerSpec::Kind partitioner = PartitionerSpec::Kind::kRoundRobin;
  /// Columns that say the partition; of messages with a key, its bytes say it.
  std::vector<int> key;
  /// Epochs are prepared and committed; else rows are shown as they come.
  bool two_phases = false;
  Guarantee guarantee = Guarantee::kAtLeastOnce;
  int64_t show_interval_ms = 1000;
};

/// Fails (Invalid) when the options contradict each other or the job, or the topic does not take
/// the table's rows.
Result<std::unique_ptr<Sink>> make_log_sink(const SinkRequest& request,
                                            const ConnectorContext& context);

/// The columns of the table's PRIMARY KEY.
std::vector<std::string> key_names(const LogTarget& target);

/// Fails (Invalid) when the topic has another key, or keeps rows of a key elsewhere than rows of
/// `schema` would go to.
Status check_key(const LogTarget& target, const Topic& topic, const Schema& schema);

/// Whether the rows of a key would be in the same partition if they were stored as `schema`.
bool keeps_partition(const LogTarget& target, const Schema& schema);

/// Takes the rows of one subtask: makes or opens the topic. Fails with kHeld or kFenced
/// (log/log_error.h) when somebody else writes to it.
Result<std::unique_ptr<SinkWriter>> make_log_writer(std::shared_ptr<const LogTarget> target,
                                                    const SinkContext& context);

/// Sink::newest_shown_epoch(): opens the topic as the writer would, so that earlier attempts can
/// commit nothing more.
Result<std::optional<int64_t>> newest_epoch_in_topic(const LogTarget& target,
                                                     const SinkContext& context);

}  // namespace hw
