// SPDX-License-Identifier: Apache-2.0
//
// Tests of a text against literals, `x = 'a'`, `x IN ('b', 'c')`, `LOWER(x) = 'd'`. Where there
// are several of one text (a CASE, a condition and a CASE) they share one look at it, TextCode; of
// LOWER(x) no text in lower case is written at all.

#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "expr/bound_expr.h"

namespace hw {

class TextTests {
 public:
  /// Takes in the tests in these expressions.
  explicit TextTests(const std::vector<BoundExprPtr>& exprs);

  /// An equal expression by code, or null if it is no test or nothing is gained.
  BoundExprPtr by_code(const BoundExpr& expr) const;

 private:
  /// What is compared, and with what in all of its tests.
  struct Subject {
    BoundExprPtr text;
    std::vector<std::string> literals;
    int num_tests = 0;
    bool too_many = false;
  };
  /// One test.
  struct Test {
    BoundExprPtr text;
    std::vector<std::string> literals;
  };

  static std::optional<Test> test_of(const BoundExpr& expr);
  void collect(const BoundExprPtr& expr);
  const Subject* subject_of(const BoundExpr& text) const;

  std::vector<Subject> subjects_;
  std::unordered_multimap<uint64_t, size_t> by_hash_;  // places in subjects_
  std::unordered_set<const BoundExpr*> seen_;
};

}  // namespace hw
