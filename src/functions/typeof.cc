// SPDX-License-Identifier: Apache-2.0
//
// TYPEOF: known when the query is planned, so it becomes a literal.

#include <string>
#include <utility>
#include <vector>

#include "expr/function_catalogue.h"
#include "expr/literal.h"

namespace hw {
namespace {

/// With `full`, STRING and BYTES are written with their length.
std::string type_name(const SqlType& type, bool full) {
  const bool longest = (type.is(TypeKind::kVarchar) || type.is(TypeKind::kVarbinary)) &&
                       type.length() == SqlType::kLengthMax;
  if (!full || !longest) return type.to_sql();
  const std::string name =
      type.is(TypeKind::kVarchar) ? "VARCHAR(2147483647)" : "VARBINARY(2147483647)";
  return type.nullable() ? name : name + " NOT NULL";
}

Result<BoundExprPtr> to_literal(std::vector<BoundExprPtr> args, const SqlType& type,
                                const ExprSession&) {
  bool full = false;
  if (args.size() == 2) {
    if (!args[1]->is_literal() || args[1]->is_null_literal()) {
      return Status::TypeError("the second argument of TYPEOF must be TRUE or FALSE");
    }
    full = args[1]->literal_value()->value<bool>(0);
  }
  return bytes_literal(type_name(args[0]->type(), full), type);
}

}  // namespace

void register_typeof(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "TYPEOF",
      .family = "conditional",
      .signatures = {"(value ANY, [full BOOLEAN]) -> VARCHAR NOT NULL"},
      .sentence = "The type of the value as SQL text; with `full`, lengths are always written.",
      .examples = {{"TYPEOF(1)", "INT NOT NULL"},
                   {"TYPEOF(CAST('a' AS STRING), TRUE)", "VARCHAR(2147483647) NOT NULL"}},
      .nulls = Nulls::kHandled,
      .rewrite = to_literal,
  });
}

}  // namespace hw
