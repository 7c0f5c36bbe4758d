// SPDX-License-Identifier: Apache-2.0

#include "expr/aggregate_clauses.h"

#include <algorithm>
#include <charconv>

namespace hw {
namespace {

constexpr std::string_view kIgnoreNulls = "IGNORE NULLS";
constexpr std::string_view kOrderBy = "ORDER BY ";

}  // namespace

std::string AggregateClauses::to_text() const {
  std::string text = ignore_nulls ? std::string(kIgnoreNulls) : "";
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0) text += (text.empty() ? "" : " ") + std::string(kOrderBy);
    if (i > 0) text += ", ";
    text += std::to_string(order[i].arg) + (order[i].descending ? " DESC" : " ASC") +
            (order[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return text;
}

AggregateClauses AggregateClauses::parse(std::string_view text) {
  AggregateClauses clauses;
  clauses.ignore_nulls = text.starts_with(kIgnoreNulls);
  const size_t begin = text.find(kOrderBy);
  if (begin == std::string_view::npos) return clauses;
  text.remove_prefix(begin + kOrderBy.size());
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(", "));
    ArgumentOrder order;
    std::from_chars(item.data(), item.data() + item.size(), order.arg);
    order.descending = item.find(" DESC") != std::string_view::npos;
    order.nulls_first = item.ends_with("FIRST");
    clauses.order.push_back(order);
    text.remove_prefix(std::min(text.size(), item.size() + 2));
  }
  return clauses;
}

}  // namespace hw
