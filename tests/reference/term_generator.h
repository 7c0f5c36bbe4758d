// SPDX-License-Identifier: Apache-2.0
//
// Random expressions over the columns in scope. None of them fails: divisors are never 0, text is
// read with TRY_CAST. Only what the reference knows is made.

#pragma once

#include <string>
#include <vector>

#include "reference/chance.h"
#include "reference/term.h"

namespace hw::reference {

class TermGenerator {
 public:
  /// `scope`: one term a visible column; not empty.
  TermGenerator(std::vector<Term> scope, Chance& chance)
      : scope_(std::move(scope)), chance_(chance) {}

  const std::vector<Term>& scope() const { return scope_; }

  /// An expression of a random type, biased to the types in scope.
  Term any(int depth);
  /// Of the type's kind. Types without operations give a column or NULL.
  Term of(const SqlType& type, int depth);
  Term condition(int depth);
  /// A column whose term satisfies `wanted`, or null.
  template <typename Wanted>
  const Term* column(Wanted wanted) {
    std::vector<const Term*> found;
    for (const Term& term : scope_) {
      if (wanted(term)) found.push_back(&term);
    }
    return found.empty() ? nullptr : chance_.pick(found);
  }

  /// An aggregate call over the scope. `filtered` may add FILTER.
  Term aggregate();

 private:
  bool sees_instants() const;
  Term leaf(const SqlType& type);
  Term literal(const SqlType& type);
  Term integer(const SqlType& type, int depth);
  Term cast_to_integer(const SqlType& type, int depth);
  Term function_of_integer(const SqlType& type, int depth);
  Term decimal(const SqlType& type, int depth);
  Term real(int depth);
  Term text(int depth);
  Term date(int depth);
  Term timestamp(const SqlType& type, int depth);
  /// CASE, COALESCE, IF, NULLIF of one type.
  Term conditional(const SqlType& type, int depth);
  Term comparison(int depth);
  Term test(int depth);

  std::vector<Term> scope_;
  Chance& chance_;
};

/// A call of `form` over `args`: what it reads follows.
Term make_term(const SqlType& type, std::string form, std::vector<Term> args = {});

}  // namespace hw::reference
