// SPDX-License-Identifier: Apache-2.0
//
// When a sink is shown results, and in which form: 'execution.trigger' of the job and 'output-mode'
// of the sink table. Some pairs of the two, and of them and the query, make no sense.

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "base/letters.h"
#include "operators/result_trigger.h"
#include "plan/changelog/infer.h"
#include "plan/changelog/origin_of_changes.h"
#include "plan/logical/sink.h"
#include "plan/lower/lowering.h"
#include "runtime/options.h"

namespace hw {
namespace {

/// An option of the sink's table in lower case; empty where it does not say.
std::string option_of(const PhysicalNode& sink, const std::string& name) {
  if (sink.logical == nullptr) return "";
  const auto& options = sink.logical->as<SinkNode>().spec().options;
  const auto found = options.find(name);
  return found == options.end() ? "" : lower_case(found->second);
}

/// Watermarks do not wait for rows that are held: a partition would be closed before its last ones.
Status check_partitions(const PhysicalNode& sink, const Trigger& trigger) {
  const std::string name = "sink.partition-commit.trigger";
  if (trigger.kind != Trigger::Kind::kInterval || option_of(sink, name) != "partition-time") {
    return Status::OK();
  }
  return at(sink.position,
            Status::Invalid("'", name, "' = 'partition-time' of table '", sink.table,
                            "' closes partitions by the watermark, but 'execution.trigger' = '",
                            trigger.interval_ms,
                            " ms' holds rows back behind it; write "
                            "'process-time', or SET 'execution.trigger' = 'continuous'"));
}

Status check_mode(const PhysicalNode& sink, const std::string& mode, const Trigger& trigger) {
  const RowKindSet kinds = sink.input().traits.kinds;
  const auto refuse = [&](const auto&... words) {
    return at(sink.position, Status::Invalid("'output-mode' = '", mode, "' of table '", sink.table,
                                             "' ", words...));
  };
  if (mode.empty() || mode == "update") return Status::OK();
  if (mode == "append") {
    if (kinds.is_insert_only()) return Status::OK();
    return refuse("takes rows that stay, but the query sends ", kinds_in_words(kinds),
                  ", which come from ", line_of(origin_of_changes(sink.input())),
                  "; write 'update', or aggregate in windows");
  }
  if (mode != "complete") {
    return refuse("is none of the modes append, update and complete");
  }
  if (trigger.kind == Trigger::Kind::kContinuous) {
    return refuse(
        "shows the whole result at each trigger, but 'execution.trigger' is continuous; SET it to "
        "an interval such as '10 s', to once or to available-now");
  }
  if (kinds.is_insert_only()) {
    return refuse(
        "shows the whole result again and again, but that of this query only grows; write "
        "'append'");
  }
  return Status::OK();
}

/// Rows that come in an order keep it in one place only.
bool stands_in_order(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kSort:
    case PhysicalKind::kTemporalSort:
    case PhysicalKind::kLimit:
      return true;
    case PhysicalKind::kCalc:
    case PhysicalKind::kNotNull:
      return stands_in_order(node.input());
    default:
      return false;
  }
}

struct TriggerKey {
  std::vector<int> columns;
  bool by_row = false;
};

TriggerKey key_of(const PhysicalNode& sink) {
  if (upserts(sink) && !sink.columns.empty()) return {sink.columns};
  const ChangelogTraits& traits = sink.input().traits;
  if (traits.kinds.is_insert_only() || traits.upsert_keys.empty()) {
    std::vector<int> all(static_cast<size_t>(sink.input().schema->num_fields()));
    std::iota(all.begin(), all.end(), 0);
    return {std::move(all), true};
  }
  return {*std::ranges::min_element(traits.upsert_keys, {}, &std::vector<int>::size)};
}

PhysicalNodePtr trigger_node(PhysicalNodePtr input, TriggerKey key, const Trigger& trigger,
                             bool complete) {
  const SchemaPtr schema = input->schema;
  std::string names;
  for (const int column : key.columns) names += (names.empty() ? "" : ", ") + schema->name(column);
  const bool interval = trigger.kind == Trigger::Kind::kInterval;
  const bool ordered = key.by_row && stands_in_order(*input);
  Placement placement = ordered ? Placement::all_in_one() : Placement::by(key.columns);
  std::vector<PhysicalNodePtr> inputs;
  inputs.push_back(std::move(input));
  PhysicalNodePtr node = physical_node(PhysicalKind::kTrigger, "Trigger", nullptr,
                                       std::move(inputs), {std::move(placement)});
  node->schema = schema;
  node->details = {
      {"at", interval ? "every " + std::to_string(trigger.interval_ms) + " ms" : "end"},
      {"by", key.by_row ? "row" : names},
      {"shows", complete ? "all" : "changes"}};
  node->columns = key.columns;
  node->trigger = TriggerPlan{.by_row = key.by_row,
                              .interval_ms = interval ? trigger.interval_ms : 0,
                              .complete = complete};
  return node;
}

}  // namespace

Result<bool> place_trigger(PhysicalNode& sink, Lowering& lowering) {
  if (lowering.batch()) return false;
  const Trigger trigger = lowering.context.config->trigger();
  const std::string mode = option_of(sink, "output-mode");
  HW_TRY(check_mode(sink, mode, trigger));
  HW_TRY(check_partitions(sink, trigger));
  const bool complete = mode == "complete";
  const bool holds =
      trigger.kind == Trigger::Kind::kInterval || trigger.kind == Trigger::Kind::kOnce || complete;
  if (!holds) return false;
  TriggerKey key = key_of(sink);
  PhysicalNodePtr input = std::move(sink.inputs[0]);
  sink.inputs[0] = trigger_node(std::move(input), std::move(key), trigger, complete);
  return true;
}

OperatorMaker make_trigger_of(const PhysicalNode& node) {
  ResultTriggerSpec spec;
  spec.schema = node.schema;
  spec.keys = node.columns;
  spec.by_row = node.trigger->by_row;
  spec.interval_ms = node.trigger->interval_ms;
  spec.complete = node.trigger->complete;
  spec.kinds = node.traits.kinds;
  return [spec = std::move(spec)] { return make_result_trigger(spec); };
}

}  // namespace hw
