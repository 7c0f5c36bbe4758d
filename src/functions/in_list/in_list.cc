// SPDX-License-Identifier: Apache-2.0
//
// value IN (…): a set lookup for literals, = for the rest. NULL where the value is NULL, or where
// it is not found and some item is NULL.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "columnar/gather.h"
#include "columnar/nested.h"
#include "expr/cast.h"
#include "expr/function_catalogue.h"
#include "expr/literal_list.h"
#include "expr/resolve.h"
#include "functions/comparison/comparison_kernels.h"
#include "functions/in_list/literal_set.h"

namespace hw {
namespace {

using Types = std::vector<SqlType>;
using Args = std::vector<BoundExprPtr>;

/// A long list comes packed (expr/literal_list.h): its literals as arrays among the items.
bool is_packed(const SqlType& item, const ColumnPtr& literal, const SqlType& value) {
  return item.is(TypeKind::kArray) && literal != nullptr && !value.is_constructed();
}

/// The types of value and items, those in arrays for themselves.
Types single_types(const CallBinding& binding) {
  Types types = binding.arg_types;
  for (size_t i = 1; i < types.size(); ++i) {
    if (is_packed(types[i], binding.literals[i], types[0])) types[i] = types[i].element();
  }
  return types;
}

/// Text among dates and times is converted to them, as = does.
Result<Types> item_types(const CallBinding& binding) {
  const Types given = single_types(binding);
  if (given.size() < 2) return Status::TypeError("IN needs a value and at least one item");
  const auto temporal = std::find_if(given.begin(), given.end(),
                                     [](const SqlType& type) { return type.is_temporal(); });
  Types compared = given;
  if (temporal != given.end()) {
    for (SqlType& type : compared) {
      if (type.is_text()) type = *temporal;
    }
  }
  Result<SqlType> common = common_type(compared);
  if (!common.ok()) {
    CallBinding pair;
    for (size_t i = 1; i < given.size(); ++i) {
      pair.arg_types = {given[0], given[i]};
      // Says what to write instead where a pair is not comparable at all.
      HW_TRY(comparison_types("IN", false, pair).status());
    }
    return common.status();
  }
  // Literals are converted together when they become a set.
  Types types = binding.arg_types;
  for (size_t i = 0; i < types.size(); ++i) {
    if (i == 0 || binding.literals[i] == nullptr) types[i] = *common;
  }
  return types;
}

Result<SqlType> verdict_type(const CallBinding& binding) {
  bool nullable = false;
  for (const SqlType& type : binding.arg_types) nullable = nullable || type.nullable();
  return SqlType::boolean().with_nullable(nullable);
}

/// Literals of one type.
struct Group {
  SqlType type;
  std::vector<ColumnPtr> values;
};

/// Text is one group whatever its lengths, because it is stored alike.
Group& group_of(std::vector<Group>& groups, const SqlType& type, const SqlType& wanted) {
  const SqlType as =
      type.is(TypeKind::kNull) || (type.is_text() && wanted.is_text()) ? wanted : type;
  for (Group& group : groups) {
    if (group.type.equals_ignoring_null(as)) return group;
  }
  return groups.emplace_back(Group{as.with_nullable(true), {}});
}

/// All literals as one constant array, so that a list of a million is one node of the plan.
Result<BoundExprPtr> array_of(const Args& items, const SqlType& type, const ExprSession& session) {
  const SqlType element = type.with_nullable(true);
  std::vector<Group> groups;
  for (const BoundExprPtr& item : items) {
    if (is_packed(item->type(), item->literal_value(), type)) {
      Group& group = group_of(groups, item->type().element(), element);
      const ElementsView view(*item->literal_value());
      group.values.push_back(view.elements()->with_type(group.type));
      continue;
    }
    Group& group = group_of(groups, item->type(), element);
    group.values.push_back(item->is_null_literal() ? Column::nulls(group.type, 1)
                                                   : item->literal_value()->with_type(group.type));
  }
  std::vector<ColumnPtr> converted;
  for (const Group& group : groups) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, concatenate(group.values));
    if (!group.type.equals_ignoring_null(element)) {
      HW_ASSIGN_OR_RETURN(const std::unique_ptr<ScalarKernel> cast,
                          make_cast(group.type, element, CastMode::kCast, session));
      KernelContext context;
      context.num_rows = column->num_rows();
      const std::vector<ColumnPtr> args = {std::move(column)};
      HW_ASSIGN_OR_RETURN(column, cast->evaluate(context, args));
    }
    converted.push_back(std::move(column));
  }
  HW_ASSIGN_OR_RETURN(ColumnPtr all, concatenate(converted));
  if (!all->is_plain()) {
    HW_ASSIGN_OR_RETURN(all, all->flattened());
  }
  return BoundExpr::literal(array_constant(*all));
}

/// IN(value, set): what the list of literals becomes. Not in the catalogue under its own name.
const ScalarFunction& set_lookup() {
  static const ScalarFunction* const kFunction = [] {
    auto* function = new ScalarFunction();
    function->name = "IN";
    function->nulls = Nulls::kNullable;
    function->kernel = make_set_lookup;
    return function;
  }();
  return *kFunction;
}

Result<BoundExprPtr> rewrite(const ScalarFunction& equal, Args args, const SqlType& type,
                             const ExprSession& session) {
  Args literals, alternatives;
  bool null_item = false;
  for (size_t i = 1; i < args.size(); ++i) {
    if (args[i]->is_literal()) {
      null_item = null_item || args[i]->is_null_literal();
      literals.push_back(args[i]);
      continue;
    }
    HW_ASSIGN_OR_RETURN(BoundExprPtr same, bind_call(equal, {args[0], args[i]}, session));
    alternatives.push_back(std::move(same));
  }
  if (!literals.empty()) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr set, array_of(literals, args[0]->type(), session));
    const SqlType verdict =
        alternatives.empty()
            ? type
            : SqlType::boolean().with_nullable(null_item || args[0]->type().nullable());
    BoundExprPtr found = BoundExpr::call(&set_lookup(), {args[0], std::move(set)}, verdict);
    if (alternatives.empty()) return found;
    alternatives.insert(alternatives.begin(), std::move(found));
  }
  return BoundExpr::special(BoundExpr::Kind::kOr, std::move(alternatives), type);
}

}  // namespace

void register_in_list(FunctionCatalogue& catalogue) {
  ScalarFunction in;
  in.name = "IN";
  in.family = "comparison";
  in.signatures = {"(value T, item T...) -> BOOLEAN"};
  in.sentence =
      "Tells whether a value equals one of the items; NULL if it is NULL itself, or equals none "
      "and one of them is NULL.";
  in.examples = {{"2 IN (1, 2, 3)", "TRUE"},
                 {"'x' IN ('a', 'b')", "FALSE"},
                 {"5 IN (1, CAST(NULL AS INT))", "NULL"}};
  in.nulls = Nulls::kHandled;
  in.coerce = item_types;
  in.infer = verdict_type;
  // Registered before: files register in the order of their names.
  const ScalarFunction* const equal = catalogue.scalar("=");
  HW_CHECK(equal != nullptr);
  in.rewrite = [equal](Args args, const SqlType& type, const ExprSession& session) {
    return rewrite(*equal, std::move(args), type, session);
  };
  catalogue.add(std::move(in));
}

}  // namespace hw
