// SPDX-License-Identifier: Apache-2.0
//
// CURRENT_DATABASE: what the session says when the query is planned; the binder puts the name in
// its place (sql/bind_function.cc).

#include <utility>
#include <vector>

#include "expr/bound_expr.h"
#include "expr/function_catalogue.h"

namespace hw {
namespace {

Result<BoundExprPtr> without_session(std::vector<BoundExprPtr>, const SqlType&,
                                     const ExprSession&) {
  return Status::Invalid("CURRENT_DATABASE() is known in a session only");
}

}  // namespace

void register_current_database(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "CURRENT_DATABASE",
      .family = "conditional",
      .signatures = {"() -> VARCHAR NOT NULL"},
      .sentence = "The current database when the statement was planned, also inside of a view.",
      .examples = {{"CURRENT_DATABASE()", "default_database"}},
      .nulls = Nulls::kHandled,
      .rewrite = without_session,
  });
}

}  // namespace hw
