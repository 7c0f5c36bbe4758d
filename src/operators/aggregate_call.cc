// SPDX-License-Identifier: Apache-2.0

#include "operators/aggregate_call.h"

namespace hw {

std::string AggregateCall::to_sql(const Schema& input) const {
  std::string text = function->name + "(";
  if (distinct) text += "DISTINCT ";
  if (args.empty()) text += "*";
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) text += ", ";
    text += input.name(args[i]);
  }
  text += ")";
  if (filter >= 0) text += " FILTER (WHERE " + input.name(filter) + ")";
  return text;
}

}  // namespace hw
