// SPDX-License-Identifier: Apache-2.0
//
// INSERT's end, and the sink that collects a query's rows.

#include "plan/logical/sink.h"

#include <utility>

#include "operators/not_null_check.h"
#include "operators/upsert_conflict.h"
#include "operators/upsert_materialize.h"
#include "plan/lower/lowering.h"
#include "plan/lower/open_table.h"

namespace hw {
namespace {

/// Columns of the table that are NOT NULL while the query's may be NULL.
std::vector<int> columns_to_check(const SinkNode& sink, const Schema& input) {
  std::vector<int> columns;
  const std::vector<int> written = written_columns(sink.table());
  for (size_t i = 0; i < written.size(); ++i) {
    const TableColumn& column = sink.table().columns[static_cast<size_t>(written[i])];
    if (!column.type.nullable() && input.type(static_cast<int>(i)).nullable()) {
      columns.push_back(static_cast<int>(i));
    }
  }
  return columns;
}

PhysicalNodePtr checked(PhysicalNodePtr input, std::vector<int> columns) {
  const SchemaPtr schema = input->schema;
  std::string names;
  for (const int column : columns) names += (names.empty() ? "" : ", ") + schema->name(column);
  std::vector<PhysicalNodePtr> inputs;
  inputs.push_back(std::move(input));
  PhysicalNodePtr check = physical_node(PhysicalKind::kNotNull, "NotNullCheck", nullptr,
                                        std::move(inputs), {Placement::any()});
  check->schema = schema;
  check->details = {{"columns", names}};
  check->columns = std::move(columns);
  return check;
}

}  // namespace

Result<PhysicalNodePtr> lower_sink(const LogicalNodePtr& node, Lowering& lowering) {
  const auto& logical = node->as<SinkNode>();
  HW_ASSIGN_OR_RETURN(PhysicalNodePtr input, lower(node->input(), lowering));
  std::vector<int> to_check = columns_to_check(logical, *input->schema);
  if (!to_check.empty()) {
    input = checked(std::move(input), std::move(to_check));
    input->table = logical.spec().path.to_text();
    input->position = logical.spec().position;
    input->details.emplace_back("onNull",
                                lowering.context.config->text("table.exec.sink.not-null-enforcer"));
  }
  std::vector<PhysicalNodePtr> inputs;
  inputs.push_back(std::move(input));
  PhysicalNodePtr sink =
      physical_node(PhysicalKind::kSink, "Sink", node, std::move(inputs), {Placement::any()});
  sink->table = logical.spec().path.to_text();
  sink->position = logical.spec().position;
  sink->columns = logical.primary_key();
  return sink;
}

PhysicalNodePtr collecting_sink(PhysicalNodePtr input, std::shared_ptr<Sink> collect) {
  const SchemaPtr schema = input->schema;
  std::vector<PhysicalNodePtr> inputs;
  inputs.push_back(std::move(input));
  PhysicalNodePtr sink = physical_node(PhysicalKind::kSink, "Collect", nullptr, std::move(inputs),
                                       {Placement::all_in_one()});
  sink->schema = schema;
  sink->sink = std::move(collect);
  return sink;
}

void materialize_upserts(PhysicalNode& sink) {
  const SchemaPtr schema = sink.input().schema;
  std::string names;
  for (const int column : sink.columns) names += (names.empty() ? "" : ", ") + schema->name(column);
  std::vector<PhysicalNodePtr> inputs = std::move(sink.inputs);
  PhysicalNodePtr keep = physical_node(PhysicalKind::kMaterialize, "UpsertMaterialize", nullptr,
                                       std::move(inputs), {Placement::by(sink.columns)});
  keep->schema = schema;
  keep->details = {{"key", names}};
  const OnConflict rule = sink.logical == nullptr ? OnConflict::kDefault
                                                  : sink.logical->as<SinkNode>().spec().on_conflict;
  if (rule == OnConflict::kNothing) keep->details.emplace_back("onConflict", "nothing");
  if (rule == OnConflict::kError) keep->details.emplace_back("onConflict", "error");
  if (rule == OnConflict::kNothing || rule == OnConflict::kError) keep->table = sink.table;
  keep->columns = sink.columns;
  sink.inputs.clear();
  sink.inputs.push_back(std::move(keep));
}

Status reopen_sink(PhysicalNode& sink, Lowering& lowering) {
  if (sink.logical == nullptr) return Status::OK();
  HW_ASSIGN_OR_RETURN(sink.sink,
                      open_sink(sink.logical->as<SinkNode>(),
                                {sink.input().traits.kinds, sink.input().bounded}, lowering));
  // One writer must see all rows of a partition: it alone knows when the partition is complete.
  std::vector<int> columns = sink.sink->partition_by();
  if (!columns.empty() && sink.placements[0].contract == EdgeContract::kForward) {
    sink.placements[0] = Placement::by(std::move(columns));
  }
  return Status::OK();
}

OperatorMaker make_not_null_of(const PhysicalNode& node, const ExprSession&) {
  NotNullCheckSpec spec;
  spec.schema = node.schema;
  spec.columns = node.columns;
  spec.table = node.table;
  spec.position = node.position;
  for (const auto& [key, value] : node.details) {
    if (key == "onNull") spec.drop = value == "DROP" || value == "drop";
  }
  return [spec = std::move(spec)] { return make_not_null_check(spec); };
}

OperatorMaker make_materialize_of(const PhysicalNode& node) {
  for (const auto& [key, value] : node.details) {
    if (key != "onConflict") continue;
    UpsertConflictSpec spec{node.schema, node.columns};
    spec.fails = value == "error";
    spec.input_retracts = !node.input().traits.kinds.is_insert_only();
    spec.update_before = node.traits.kinds.contains(RowKind::kUpdateBefore);
    spec.table = node.table;
    if (!node.state_ttl_ms.empty()) spec.state_ttl_ms = node.state_ttl_ms[0];
    return [spec = std::move(spec)] { return make_upsert_conflict(spec); };
  }
  UpsertMaterializeSpec spec{node.schema, node.columns};
  if (!node.state_ttl_ms.empty()) spec.state_ttl_ms = node.state_ttl_ms[0];
  return [spec = std::move(spec)] { return make_upsert_materialize(spec); };
}

}  // namespace hw
