// SPDX-License-Identifier: Apache-2.0

#include "sql/plan_size.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace hw {
namespace {

/// More than that is only "more".
constexpr int64_t kCountedMax = int64_t{1} << 40;

using Sizes = std::unordered_map<const LogicalNode*, int64_t>;

// As deep as queries may be nested.
int64_t size_of(const LogicalNodePtr& node, Sizes& sizes) {
  const auto found = sizes.find(node.get());
  if (found != sizes.end()) return found->second;
  int64_t size = 1;
  for (const LogicalNodePtr& input : node->inputs()) {
    size = std::min(kCountedMax, size + size_of(input, sizes));
  }
  return sizes[node.get()] = size;
}

}  // namespace

Status check_column_count(size_t count, std::string_view what, SqlPosition position) {
  if (count <= kMaxColumns) return Status::OK();
  return at(position,
            Status::Invalid(what, " has at most ", kMaxColumns, " columns, but this one has ",
                            count, "; put what belongs together into ARRAY, MAP or ROW"));
}

Status plan_too_large(std::optional<int64_t> found, SqlPosition position) {
  std::string text = "a plan has at most " + std::to_string(kMaxPlanNodes) +
                     " nodes, views and common tables expanded at each use, but this one has ";
  text += found && *found < kCountedMax ? std::to_string(*found) : "far more";
  return at(position, Status::Invalid(text, "; INSERT what is used many times INTO a table first"));
}

Status check_plan_size(const LogicalNodePtr& plan, SqlPosition position) {
  Sizes sizes;
  const int64_t size = size_of(plan, sizes);
  return size > kMaxPlanNodes ? plan_too_large(size, position) : Status::OK();
}

}  // namespace hw
