// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/sink.h"

#include <algorithm>

namespace hw {

SinkNode::SinkNode(LogicalNodePtr input, SinkSpec spec)
    : LogicalNode(kKind, {input}, input->columns()), spec_(std::move(spec)) {}

std::vector<int> SinkNode::primary_key() const {
  const std::vector<int> written = written_columns(table());
  std::vector<int> key;
  for (const int column : table().primary_key) {
    const auto found = std::find(written.begin(), written.end(), column);
    if (found != written.end()) key.push_back(static_cast<int>(found - written.begin()));
  }
  return key;
}

Details SinkNode::details() const {
  std::string fields;
  for (const PlanColumn& column : columns()) {
    fields += fields.empty() ? column.name : ", " + column.name;
  }
  return {{"table", spec_.path.to_text()}, {"fields", fields}};
}

LogicalNodePtr SinkNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.size() == 1);
  return std::make_shared<SinkNode>(inputs[0], spec_);
}

Status SinkNode::verify() const {
  const std::vector<int> written = written_columns(table());
  if (static_cast<int>(written.size()) != input()->num_columns()) {
    return Status::UnknownError("a sink of ", written.size(), " columns gets ",
                                input()->num_columns());
  }
  for (size_t i = 0; i < written.size(); ++i) {
    const SqlType& wanted = table().columns[static_cast<size_t>(written[i])].type;
    const SqlType& type = input()->column(static_cast<int>(i)).type;
    // Lengths are the sink's business ('table.exec.sink.type-length-enforcer').
    const bool same_storage =
        (type.is_text() && wanted.is_text()) || (type.is_bytes() && wanted.is_bytes());
    if (!same_storage && !type.equals_ignoring_null(wanted)) {
      return Status::UnknownError("a sink column of type ", wanted.to_sql(), " gets ",
                                  type.to_sql());
    }
  }
  return Status::OK();
}

std::vector<int> written_columns(const TableDefinition& table) {
  std::vector<int> columns;
  for (const ColumnOrigin origin : {ColumnOrigin::kPhysical, ColumnOrigin::kMetadata}) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const TableColumn& column = table.columns[i];
      if (column.origin == origin && !column.is_virtual) columns.push_back(static_cast<int>(i));
    }
  }
  return columns;
}

}  // namespace hw
