// SPDX-License-Identifier: Apache-2.0
//
// How tightly operators bind: the parser groups by it, the unparser puts parentheses by it.

#pragma once

#include "sql/ast_expr.h"

namespace hw {

/// Loosest first.
enum class Precedence : int {
  kNone = 0,
  kOr,
  kAnd,
  kNot,
  kIs,
  kComparison,
  kRange,  // BETWEEN IN LIKE SIMILAR TO
  kAdditive,
  kMultiplicative,
  kUnary,
  kPostfix,
};

constexpr Precedence tighter(Precedence precedence) {
  return static_cast<Precedence>(static_cast<int>(precedence) + 1);
}

constexpr Precedence precedence_of(ast::Op op) {
  using ast::Op;
  if (op == Op::kOr) return Precedence::kOr;
  if (op == Op::kAnd) return Precedence::kAnd;
  if (op == Op::kNot) return Precedence::kNot;
  if (op == Op::kPlus || op == Op::kMinus) return Precedence::kUnary;
  if ((op >= Op::kIsNull && op <= Op::kIsJsonObject) || op == Op::kIsDistinctFrom) {
    return Precedence::kIs;
  }
  if (op == Op::kAdd || op == Op::kSubtract) return Precedence::kAdditive;
  if (op >= Op::kMultiply && op <= Op::kConcat) return Precedence::kMultiplicative;
  if (op >= Op::kLike) return Precedence::kRange;
  return Precedence::kComparison;
}

}  // namespace hw
