// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/unnest.h"

#include "operators/unnest.h"
#include "plan/logical/aggregate.h"

namespace hw {
namespace {

std::vector<PlanColumn> unnest_columns(const LogicalNode& input, const UnnestNode::Parts& parts) {
  std::vector<PlanColumn> columns;
  for (const int passed : parts.passed) columns.push_back(input.column(passed));
  const auto add = [&](const std::string& name, const SqlType& type) {
    columns.push_back({name, parts.keep_empty ? type.with_nullable(true) : type});
  };
  for (const SqlField& field : element_fields(input.column(parts.collection).type)) {
    add(field.name, field.type);
  }
  if (parts.ordinality) add("ORDINALITY", SqlType::integer().not_null());
  return columns;
}

}  // namespace

UnnestNode::UnnestNode(LogicalNodePtr input, Parts parts)
    : LogicalNode(kKind, {input}, unnest_columns(*input, parts)), parts_(std::move(parts)) {}

Details UnnestNode::details() const {
  Details details = {{"collection", input()->column(parts_.collection).name},
                     {"select", names_of(*input(), parts_.passed)}};
  if (parts_.ordinality) details.emplace_back("ordinality", "true");
  if (parts_.keep_empty) details.emplace_back("joinType", "LeftOuterJoin");
  return details;
}

LogicalNodePtr UnnestNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<UnnestNode>(inputs[0], parts_);
}

Status UnnestNode::verify() const {
  const int columns = input()->num_columns();
  if (parts_.collection < 0 || parts_.collection >= columns) {
    return Status::UnknownError("UNNEST reads column ", parts_.collection, " of ", columns);
  }
  for (const int passed : parts_.passed) {
    if (passed < 0 || passed >= columns) {
      return Status::UnknownError("UNNEST passes column ", passed, " of ", columns);
    }
  }
  return Status::OK();
}

}  // namespace hw
