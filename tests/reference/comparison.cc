// SPDX-License-Identifier: Apache-2.0

#include "reference/comparison.h"

#include <algorithm>
#include <cmath>

#include "reference/columns.h"

namespace hw::reference {
namespace {

constexpr double kTolerance = 1e-9;
constexpr size_t kShownMax = 4;

bool equal(const Value& a, const Value& b) {
  if (compare(a, b) == 0) return true;
  if (a.held.index() != 3 || b.held.index() != 3) return false;
  const double x = a.as<double>();
  const double y = b.as<double>();
  return std::isfinite(x) && std::isfinite(y) &&
         std::fabs(x - y) <= kTolerance * std::max(std::fabs(x), std::fabs(y));
}

bool equal(const Row& a, const Row& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](const Value& x, const Value& y) { return equal(x, y); });
}

void list(const char* title, const std::vector<Row>& rows, const Types& types, std::string& out) {
  for (size_t i = 0; i < rows.size() && i < kShownMax; ++i) {
    out += std::string("\n  ") + title + " " + to_text(rows[i], types);
  }
}

struct Bags {
  size_t wanted = 0;
  size_t given = 0;
  std::vector<Row> missing;
  std::vector<Row> extra;
};

Bags compare_bags(std::vector<Row> wanted, std::vector<Row> given) {
  std::sort(wanted.begin(), wanted.end(), RowLess());
  std::sort(given.begin(), given.end(), RowLess());
  Bags bags{wanted.size(), given.size(), {}, {}};
  size_t i = 0;
  size_t j = 0;
  while (i < wanted.size() || j < given.size()) {
    if (i < wanted.size() && j < given.size() && equal(wanted[i], given[j])) {
      ++i;
      ++j;
    } else if (j == given.size() || (i < wanted.size() && compare(wanted[i], given[j]) < 0)) {
      bags.missing.push_back(wanted[i++]);
    } else {
      bags.extra.push_back(given[j++]);
    }
  }
  return bags;
}

}  // namespace

std::string difference(const Schema& schema, const std::vector<Row>& expected,
                       const std::vector<Row>& found) {
  const Bags bags = compare_bags(expected, found);
  if (bags.missing.empty() && bags.extra.empty()) return {};
  std::string text = std::to_string(bags.wanted) + " rows expected, " + std::to_string(bags.given) +
                     " found; " + std::to_string(bags.missing.size()) + " missing, " +
                     std::to_string(bags.extra.size()) + " not expected";
  list("missing     ", bags.missing, types_of(schema), text);
  list("not expected", bags.extra, types_of(schema), text);
  return text;
}

std::string what_is_too_much(const Schema& schema, const std::vector<Row>& expected,
                             const std::vector<Row>& found) {
  const Bags bags = compare_bags(expected, found);
  if (bags.extra.empty()) return {};
  std::string text = std::to_string(bags.extra.size()) + " of " + std::to_string(bags.given) +
                     " rows are not among the " + std::to_string(bags.wanted) + " expected";
  list("not expected", bags.extra, types_of(schema), text);
  return text;
}

}  // namespace hw::reference
