// SPDX-License-Identifier: Apache-2.0

#include "testkit/harness_play.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "runtime/watermark_merge.h"
#include "state/key_group.h"

namespace hw {
namespace {

constexpr int kInstances = 2;

// The instances at work: one, or from a split on two.
class Stage {
 public:
  Stage(const OperatorRunSpec& spec, const PlayMode& mode,
        const std::vector<std::vector<int>>& keys)
      : spec_(spec), keys_(keys), env_(mode.start_ms), merge_(spec.num_inputs) {
    played_.mode = mode.name;
  }

  Status begin() {
    HW_ASSIGN_OR_RETURN(auto run, OperatorRun::start(spec_, env_, 0, 1, {}));
    runs_.push_back(std::move(run));
    return Status::OK();
  }

  // Takes a snapshot of the one instance; goes on with `instances` restored from it, or with the
  // same if 0.
  Status snapshot(int instances) {
    if (runs_.size() != 1 || runs_.front()->finished()) return Status::OK();
    HW_ASSIGN_OR_RETURN(OperatorSnapshot taken, runs_.front()->snapshot());
    played_.keeps_nothing = played_.keeps_nothing && taken.named.empty() && taken.timers.empty() &&
                            !runs_.front()->has_tables();
    if (instances == 0) return Status::OK();
    retire();
    std::vector<OperatorSnapshot> snapshots;
    snapshots.push_back(std::move(taken));
    for (int i = 0; i < instances; ++i) {
      HW_ASSIGN_OR_RETURN(auto run, OperatorRun::start(spec_, env_, i, instances, snapshots));
      runs_.push_back(std::move(run));
    }
    // An input that had ended says so again, as its restored source does.
    for (const int input : ended_inputs_) {
      for (const auto& run : runs_) HW_TRY(run->deliver(input, End{}));
    }
    return collect();
  }

  Status step(const ScriptStep& step) {
    switch (step.kind) {
      case ScriptStep::Kind::kClock:
        env_.advance_ms(step.clock_ms);
        for (const auto& run : runs_) HW_TRY(run->on_time());
        return collect();
      case ScriptStep::Kind::kJudge:
        played_.segments.push_back(std::exchange(segment_, Transcript(spec_.upsert_key)));
        return Status::OK();
      case ScriptStep::Kind::kMessage:
        break;
    }
    if (const auto* batch = std::get_if<Batch>(&step.message)) {
      HW_TRY(deliver_told(step.input, merge_.on_row(step.input)));
      return deliver_rows(step.input, *batch);
    }
    if (const auto* watermark = std::get_if<Watermark>(&step.message))
      return deliver_told(step.input, merge_.on_watermark(step.input, *watermark));
    HW_TRY(deliver_told(step.input, merge_.on_end(step.input)));
    ended_inputs_.push_back(step.input);
    return deliver_all(step.input, step.message);
  }

  Played finish(Status status) {
    played_.status = std::move(status);
    played_.finished_early = std::any_of(runs_.begin(), runs_.end(),
                                         [](const auto& run) { return run->finished_early(); });
    retire();
    return std::move(played_);
  }

 private:
  Status deliver_told(int input, const std::optional<Watermark>& told) {
    return told ? deliver_all(input, *told) : Status::OK();
  }

  Status deliver_all(int input, const Message& message) {
    for (const auto& run : runs_) HW_TRY(run->deliver(input, message));
    return collect();
  }

  Status deliver_rows(int input, const Batch& batch) {
    if (runs_.size() == 1) {
      HW_TRY(runs_.front()->deliver(input, batch));
      return collect();
    }
    const std::vector<int>& key = keys_[static_cast<size_t>(input)];
    if (key.empty()) {
      HW_TRY(runs_[turn_++ % runs_.size()]->deliver(input, batch));
      return collect();
    }
    std::vector<ColumnPtr> columns;
    for (const int i : key) columns.push_back(batch.column(i));
    const std::vector<uint64_t> hashes = hash_keys(columns, batch.num_stored_rows());
    std::vector<std::vector<int32_t>> rows(runs_.size());
    for (size_t row = 0; row < hashes.size(); ++row) {
      const int group = key_group_of(hashes[row], kKeyGroupsDefault);
      const int to = instance_of_key_group(group, kKeyGroupsDefault, kInstances);
      rows[static_cast<size_t>(to)].push_back(static_cast<int32_t>(row));
    }
    for (size_t i = 0; i < runs_.size(); ++i) {
      if (rows[i].empty()) continue;
      HW_ASSIGN_OR_RETURN(Batch mine, gather(batch, rows[i]));
      HW_TRY(runs_[i]->deliver(input, std::move(mine)));
    }
    return collect();
  }

  // Rows of all instances, then the control messages of the first: the others' are the same.
  Status collect() {
    for (const auto& run : runs_) {
      const Transcript output = run->take_output();
      if (runs_.size() == 1) {
        segment_.add(output);
      } else {
        segment_.add(output.without_controls());
        if (run == runs_.front()) controls_ = output.only_controls();
        if (output.only_controls() != controls_)
          return Status::Invalid("instances that saw the same watermarks forward the same, but ",
                                 controls_.to_text(), " is not ", output.only_controls().to_text());
      }
    }
    if (runs_.size() > 1) segment_.add(controls_);
    return Status::OK();
  }

  void retire() {
    for (const auto& run : runs_) {
      for (const auto& [name, value] : run->counters()) played_.counters[name] += value;
      for (const auto& [port, schema] : run->output_schemas())
        played_.schemas.try_emplace(port, schema);
      played_.slowest_call_ns = std::max(played_.slowest_call_ns, run->slowest_call_ns());
    }
    runs_.clear();
  }

  const OperatorRunSpec& spec_;
  const std::vector<std::vector<int>>& keys_;
  VirtualEnv env_;
  WatermarkMerge merge_;
  std::vector<int> ended_inputs_;
  std::vector<std::unique_ptr<OperatorRun>> runs_;
  size_t turn_ = 0;
  Played played_;
  Transcript segment_{spec_.upsert_key};
  Transcript controls_;
};

}  // namespace

Transcript Played::whole(const std::vector<int>& upsert_key) const {
  Transcript all(upsert_key);
  for (const Transcript& segment : segments) all.add(segment);
  return all;
}

Played play(const HarnessScript& script, const OperatorRunSpec& spec, const PlayMode& mode) {
  const std::vector<std::vector<int>> no_keys(static_cast<size_t>(spec.num_inputs));
  Stage stage(spec, mode, no_keys);
  Status status = stage.begin();
  for (const ScriptStep& step : script.steps()) {
    if (status.ok()) status = stage.step(step);
    if (status.ok() && mode.snapshots != PlayMode::Snapshots::kNone)
      status = stage.snapshot(mode.snapshots == PlayMode::Snapshots::kRestored ? 1 : 0);
  }
  return stage.finish(status);
}

Played play_doubled(const HarnessScript& script, const OperatorRunSpec& spec, const PlayMode& mode,
                    const std::vector<std::vector<int>>& keys, size_t split_at) {
  Stage stage(spec, mode, keys);
  Status status = stage.begin();
  for (size_t i = 0; i < script.steps().size(); ++i) {
    if (status.ok() && i == split_at) status = stage.snapshot(kInstances);
    if (status.ok()) status = stage.step(script.steps()[i]);
  }
  return stage.finish(status);
}

}  // namespace hw
