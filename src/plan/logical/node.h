// SPDX-License-Identifier: Apache-2.0
//
// What every element of a logical plan has: columns with their time attributes, inputs, a name and
// details for EXPLAIN. Nodes are immutable and shared; a rule makes new ones. One file a node.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "columnar/schema.h"
#include "operators/window.h"
#include "plan/catalog/table_definition.h"

namespace hw {

enum class NodeKind : uint8_t {
  kScan,
  kValues,
  kFilter,
  kProject,
  kExpand,
  kAggregate,
  kWindowTvf,
  kWindowAggregate,
  kLate,
  kJoin,
  kUnnest,
  kUnion,
  kOver,
  kSort,
  kLimit,
  kTopN,
  kSink,
};

struct PlanColumn {
  std::string name;
  SqlType type;
  TimeAttribute time = TimeAttribute::kNone;
  bool operator==(const PlanColumn&) const = default;
};

/// Where the columns of a window TVF are among a node's columns; -1 = dropped on the way. Only
/// passed on while rows still mean "this row in this window".
struct WindowColumns {
  int start = -1;
  int end = -1;
  int time = -1;
  /// What made the windows; its time_column numbers the TVF's input and means nothing here.
  WindowSpec window;

  bool complete() const { return start >= 0 && end >= 0; }
};

class LogicalNode;
using LogicalNodePtr = std::shared_ptr<const LogicalNode>;
using Details = std::vector<std::pair<std::string, std::string>>;

class LogicalNode {
 public:
  virtual ~LogicalNode() = default;

  NodeKind kind() const { return kind_; }
  const std::vector<PlanColumn>& columns() const { return columns_; }
  const PlanColumn& column(int i) const { return columns_[static_cast<size_t>(i)]; }
  int num_columns() const { return static_cast<int>(columns_.size()); }
  const SchemaPtr& schema() const { return schema_; }
  const std::vector<LogicalNodePtr>& inputs() const { return inputs_; }
  const LogicalNodePtr& input(int i = 0) const { return inputs_[static_cast<size_t>(i)]; }
  const std::optional<WindowColumns>& window() const { return window_; }

  /// Short and stable: "Filter".
  virtual std::string name() const = 0;
  virtual Details details() const = 0;
  /// Returns the same node over other inputs. Requires: as many, with equal column types.
  virtual LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const = 0;
  /// Checks what the node needs of its inputs; run after every rule. Fails (UnknownError).
  virtual Status verify() const { return Status::OK(); }

  /// Requires: T::kKind == kind().
  template <typename T>
  const T& as() const {
    HW_DCHECK(kind_ == T::kKind);
    return static_cast<const T&>(*this);
  }

 protected:
  LogicalNode(NodeKind kind, std::vector<LogicalNodePtr> inputs, std::vector<PlanColumn> columns,
              std::optional<WindowColumns> window = std::nullopt);

 private:
  const NodeKind kind_;
  const std::vector<LogicalNodePtr> inputs_;
  const std::vector<PlanColumn> columns_;
  const SchemaPtr schema_;
  const std::optional<WindowColumns> window_;
};

/// Returns the node as a T, or null when it is of another kind.
template <typename T>
const T* node_if(const LogicalNodePtr& node) {
  return node != nullptr && node->kind() == T::kKind ? static_cast<const T*>(node.get()) : nullptr;
}

/// Returns the columns without what they mean for time.
std::vector<PlanColumn> without_time(std::vector<PlanColumn> columns);

/// Renders a plan as an indented tree, root first, one node a line:
/// `Filter(condition=[a > 1])`.
std::string to_text(const LogicalNodePtr& root);
/// One node without its inputs.
std::string line_of(const LogicalNode& node);

/// Fails (UnknownError) when some node of the tree is not well formed.
Status verify_plan(const LogicalNodePtr& root);
/// Fails (UnknownError) when an expression reads a column that the input does not have, or reads
/// it as another type.
Status verify_expr(const BoundExpr& expr, const LogicalNode& input);

}  // namespace hw
