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

}  // namespace

std::string difference(const Schema& schema, const std::vector<Row>& expected,
                       const std::vector<Row>& found) {
  std::vector<Row> wanted = expected;
  std::vector<Row> given = found;
  std::sort(wanted.begin(), wanted.end(), RowLess());
  std::sort(given.begin(), given.end(), RowLess());
  std::vector<Row> missing;
  std::vector<Row> extra;
  size_t i = 0;
  size_t j = 0;
  while (i < wanted.size() || j < given.size()) {
    if (i < wanted.size() && j < given.size() && equal(wanted[i], given[j])) {
      ++i;
      ++j;
    } else if (j == given.size() || (i < wanted.size() && compare(wanted[i], given[j]) < 0)) {
      missing.push_back(wanted[i++]);
    } else {
      extra.push_back(given[j++]);
    }
  }
  if (missing.empty() && extra.empty()) return {};
  std::string text = std::to_string(wanted.size()) + " rows expected, " +
                     std::to_string(given.size()) + " found; " + std::to_string(missing.size()) +
                     " missing, " + std::to_string(extra.size()) + " not expected";
  list("missing     ", missing, types_of(schema), text);
  list("not expected", extra, types_of(schema), text);
  return text;
}

}  // namespace hw::reference
