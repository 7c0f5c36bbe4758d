// SPDX-License-Identifier: Apache-2.0
//
// OVERLAPS: whether two periods have a moment in common, their ends included. A period is a start
// and an end, in any order, or a start and how long it lasts.

#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "expr/function_catalogue.h"
#include "expr/resolve.h"

namespace hw {
namespace {

using Args = std::vector<BoundExprPtr>;

struct Parts {
  const ScalarFunction* plus;
  const ScalarFunction* at_least;
  const ScalarFunction* least;
  const ScalarFunction* greatest;
};

struct Period {
  BoundExprPtr begin;
  BoundExprPtr end;
};

Result<Period> period(const Parts& parts, const BoundExprPtr& start, BoundExprPtr end,
                      const ExprSession& session) {
  if (end->type().is_interval()) {
    HW_ASSIGN_OR_RETURN(end, bind_call(*parts.plus, {start, end}, session));
  }
  HW_ASSIGN_OR_RETURN(BoundExprPtr first, bind_call(*parts.least, {start, end}, session));
  HW_ASSIGN_OR_RETURN(BoundExprPtr last, bind_call(*parts.greatest, {start, end}, session));
  return Period{std::move(first), std::move(last)};
}

Result<BoundExprPtr> compare_periods(const Parts& parts, Args args, const ExprSession& session) {
  HW_ASSIGN_OR_RETURN(const Period a, period(parts, args[0], args[1], session));
  HW_ASSIGN_OR_RETURN(const Period b, period(parts, args[2], args[3], session));
  Args both(2);
  HW_ASSIGN_OR_RETURN(both[0], bind_call(*parts.at_least, {a.end, b.begin}, session));
  HW_ASSIGN_OR_RETURN(both[1], bind_call(*parts.at_least, {b.end, a.begin}, session));
  const bool nullable = both[0]->type().nullable() || both[1]->type().nullable();
  return BoundExpr::special(BoundExpr::Kind::kAnd, std::move(both),
                            SqlType::boolean().with_nullable(nullable));
}

Result<std::vector<SqlType>> period_types(const CallBinding& binding) {
  const std::vector<SqlType>& types = binding.arg_types;
  bool fits = types.size() == 4;
  for (size_t i = 0; i < types.size() && fits; ++i) {
    fits = types[i].is_temporal() || (i % 2 == 1 && types[i].is_interval());
  }
  if (fits) return types;
  return Status::TypeError(
      "OVERLAPS takes (start, end) or (start, interval) on both sides, but got ", type_list(types));
}

}  // namespace

void register_overlaps(FunctionCatalogue& catalogue) {
  // Registered before: files register in the order of their names.
  const Parts parts{.plus = catalogue.scalar("+"),
                    .at_least = catalogue.scalar(">="),
                    .least = catalogue.scalar("LEAST"),
                    .greatest = catalogue.scalar("GREATEST")};
  HW_CHECK(parts.plus && parts.at_least && parts.least && parts.greatest);
  catalogue.add(ScalarFunction{
      .name = "OVERLAPS",
      .family = "temporal",
      .signatures = {"(start_a TEMPORAL, end_a ANY, start_b TEMPORAL, end_b ANY) -> BOOLEAN"},
      .sentence = "(start, end) OVERLAPS (start, end), where an end may be an interval: tells "
                  "whether two periods have a moment in common, their ends included.",
      .examples = {{"(TIME '2:55:00', INTERVAL '1' HOUR) OVERLAPS (TIME '3:30:00', INTERVAL '2' "
                    "HOUR)",
                    "TRUE"},
                   {"(TIME '9:00:00', TIME '10:00:00') OVERLAPS (TIME '10:15:00', INTERVAL '3' "
                    "HOUR)",
                    "FALSE"}},
      .infer = [](const CallBinding&) -> Result<SqlType> { return SqlType::boolean(); },
      .coerce = period_types,
      .rewrite =
          [parts](Args args, const SqlType&, const ExprSession& session) {
            return compare_periods(parts, std::move(args), session);
          },
  });
}

}  // namespace hw
