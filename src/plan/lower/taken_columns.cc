// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/taken_columns.h"

#include <algorithm>

#include "plan/lower/known_values.h"

namespace hw {

bool TakenColumns::some() const {
  return std::any_of(moves.begin(), moves.end(),
                     [](const BoundExprPtr& move) { return move != nullptr; });
}

TakenColumns taken_columns(const ScanSpec& scan, const BoundExprPtr& condition,
                           const ExprSession& session) {
  const auto known = known_values(condition, scan.columns);
  TakenColumns taken;
  taken.moves.resize(scan.columns.size());
  for (size_t i = 0; i < taken.moves.size(); ++i) {
    const TableColumn& column = scan.table->columns[static_cast<size_t>(scan.columns[i])];
    BoundExprPtr& move = taken.moves[i];
    if (column.expr != nullptr && !column.expr->can_fail() && !only_moves(*column.expr)) {
      move = with_known_values(over_scanned(column.expr, scan), known, session);
      if (!only_moves(*move)) move = nullptr;
    }
    if (move == nullptr) add_once(taken.wanted, scan.columns[i]);
  }
  for (const BoundExprPtr& move : taken.moves) {
    if (move == nullptr) continue;
    for (const int read : columns_read(*move)) add_once(taken.wanted, read);
  }
  return taken;
}

void add_once(std::vector<int>& columns, int column) {
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
    columns.push_back(column);
  }
}

}  // namespace hw
