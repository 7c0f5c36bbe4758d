// SPDX-License-Identifier: Apache-2.0
//
// One operator instance driven message by message through the engine's own chain driver, with its
// outputs kept. What OperatorHarness runs in each of its modes.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runtime/job_graph.h"
#include "runtime/message.h"
#include "runtime/operator.h"
#include "runtime/operator_snapshot.h"
#include "testkit/transcript.h"
#include "testkit/virtual_env.h"

namespace hw {

/// What every instance of the tested operator is made with.
struct OperatorRunSpec {
  std::function<Result<std::unique_ptr<Operator>>()> make;
  int num_inputs = 1;
  RowKindSet output_kinds = RowKindSet::all();
  std::vector<int> upsert_key;
  bool batch_mode = false;
  int64_t output_rows_max = kBatchRowsMax;
  /// It may let one half of an update pass without the other, as a filter does.
  bool parts_updates = false;
};

class OperatorRun {
 public:
  /// Calls without a message, a row or a clock tick between them before it counts as stuck.
  static constexpr int kFruitlessCallsMax = 10'000;

  /// `env` outlives the run. Instance `subtask` of `parallelism`.
  static Result<std::unique_ptr<OperatorRun>> start(const OperatorRunSpec& spec, VirtualEnv& env,
                                                    int subtask, int parallelism,
                                                    const std::vector<OperatorSnapshot>& restored);
  ~OperatorRun();

  /// Delivers one message (watermarks merged already) and works until the operator waits for the
  /// next. Fails as the operator does, or when it makes no progress.
  Status deliver(int input, Message message);
  /// Lets due processing timers fire. Call it after moving the clock.
  Status on_time();
  /// Snapshot between two messages.
  Result<OperatorSnapshot> snapshot();
  /// What was put out since the last call.
  Transcript take_output();
  /// True once it said kFinished or all its inputs ended.
  bool finished() const;
  /// True when it said kFinished.
  bool finished_early() const;
  /// True when it registered state tables.
  bool has_tables() const;
  std::map<std::string, int64_t> counters() const;
  /// By port, of the first batch put out there.
  const std::map<int, SchemaPtr>& output_schemas() const;
  /// Real time of its slowest call; for people, nothing asserts it.
  int64_t slowest_call_ns() const;

 private:
  class Tail;
  class Keeper;
  struct Parts;
  explicit OperatorRun(std::unique_ptr<Parts> parts);
  Status work();

  const std::unique_ptr<Parts> parts_;
};

}  // namespace hw
