// SPDX-License-Identifier: Apache-2.0
//
// `x = 1 OR x = 2 OR ..` is `x IN (1, 2, ..)`: one look-up a row instead of a test for each.

#pragma once

#include <vector>

#include "sql/ast_expr.h"

namespace hw {

/// The operands of an OR with what tests one column many times against literals of one kind as an
/// IN, at the place of the first such test. Others stay as they are written, in their order.
std::vector<ast::ExprPtr> with_lists(const std::vector<ast::ExprPtr>& operands);

}  // namespace hw
