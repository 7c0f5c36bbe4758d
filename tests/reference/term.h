// SPDX-License-Identifier: Apache-2.0
//
// A generated expression: SQL text with holes for its arguments, so that it can be taken apart
// again when a failure is made smaller.

#pragma once

#include <string>
#include <vector>

#include "columnar/sql_type.h"

namespace hw::reference {

struct Term {
  /// The kind is right; precision, length and nullability may be wider than what the binder finds.
  SqlType type;
  /// `($0 + $1)`: at most ten arguments.
  std::string form;
  std::vector<Term> args = {};
  /// A FLOAT or DOUBLE that may be NaN, infinite, -0.0 or inexact, or a time near the ends of its
  /// range: it is compared, grouped and passed on, never calculated with.
  bool wild = false;
  /// Reads a column.
  bool reads = false;
};

std::string to_sql(const Term& term);

/// Terms that may stand for this one and are smaller: its arguments of the same type, and the term
/// with one argument made smaller.
std::vector<Term> smaller(const Term& term);

}  // namespace hw::reference
