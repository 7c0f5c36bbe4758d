// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/scan_chain.h"

#include <string>
#include <utility>

#include "plan/logical/narrow_rows.h"

namespace hw {
namespace {

/// `node` again, where columns of its scan have the types of `scan` instead.
LogicalNodePtr rebuilt(const LogicalNodePtr& node, const ScanNode& old,
                       const std::shared_ptr<const ScanNode>& scan) {
  if (node->kind() == NodeKind::kScan) return scan;
  LogicalNodePtr input = rebuilt(node->input(), old, scan);
  const auto type_of = [&](int column) -> const SqlType* {
    const int declared = old.spec().columns[static_cast<size_t>(column)];
    const SqlType& type = scanned_type(scan->spec(), declared);
    return type == scanned_type(old.spec(), declared) ? nullptr : &type;
  };
  if (node->kind() == NodeKind::kFilter) {
    const auto& filter = node->as<FilterNode>();
    return std::make_shared<FilterNode>(std::move(input),
                                        over_narrowed(filter.condition(), type_of));
  }
  const auto& project = node->as<ProjectNode>();
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (size_t i = 0; i < project.exprs().size(); ++i) {
    exprs.push_back(over_narrowed(project.exprs()[i], type_of));
    names.push_back(project.columns()[i].name);
  }
  return std::make_shared<ProjectNode>(std::move(input), std::move(exprs), std::move(names));
}

}  // namespace

ScanChain scan_chain_of(const LogicalNode& node) {
  ScanChain chain;
  const LogicalNode* at = &node;
  if (at->kind() == NodeKind::kProject) {
    chain.project = &at->as<ProjectNode>();
    at = at->inputs()[0].get();
  }
  for (; at->kind() == NodeKind::kFilter; at = at->inputs()[0].get()) {
    chain.filters.push_back(&at->as<FilterNode>());
  }
  if (at->kind() == NodeKind::kScan) chain.scan = &at->as<ScanNode>();
  return chain;
}

LogicalNodePtr over_other_fields(const LogicalNodePtr& chain,
                                 const std::shared_ptr<const ScanNode>& scan) {
  return rebuilt(chain, *scan_chain_of(*chain).scan, scan);
}

}  // namespace hw
