// SPDX-License-Identifier: Apache-2.0

#include "engine/over_reference.h"

#include <string>

namespace hw {
namespace {

/// What a call over the rows 10, 20, 20 and 30 gives for one of them, as an expression that can
/// run.
std::string over_numbers(const std::string& call, const std::string& row) {
  return "y FROM (SELECT x, " + call +
         " AS y FROM (VALUES (10), (20), (20), (30)) AS t(x)) AS r WHERE x = " + row;
}

SyntaxForm form(std::string name, std::vector<std::string> forms, std::string sentence,
                std::vector<FunctionExample> examples) {
  for (std::string& each : forms) each += " OVER (..)";
  return {.name = std::move(name),
          .family = "window",
          .forms = std::move(forms),
          .sentence = std::move(sentence),
          .examples = std::move(examples)};
}

}  // namespace

std::vector<SyntaxForm> over_forms() {
  return {
      form("ROW_NUMBER", {"ROW_NUMBER()"},
           "The row's number in the order of its partition, from 1; equal rows in the order in "
           "which they came. With a filter on it, a Top-N or a deduplication.",
           {{over_numbers("ROW_NUMBER() OVER (ORDER BY x)", "30"), "4"}}),
      form("RANK", {"RANK()"},
           "1 more than how many rows stand before those that are equal to this one.",
           {{over_numbers("RANK() OVER (ORDER BY x)", "30"), "4"},
            {over_numbers("RANK() OVER (ORDER BY x DESC)", "10"), "4"}}),
      form("DENSE_RANK", {"DENSE_RANK()"},
           "1 more than how many different values stand before the row's.",
           {{over_numbers("DENSE_RANK() OVER (ORDER BY x)", "30"), "3"}}),
      form("PERCENT_RANK", {"PERCENT_RANK()"},
           "(RANK - 1) / (rows of the partition - 1), or 0 of a single row.",
           {{over_numbers("PERCENT_RANK() OVER (ORDER BY x)", "30"), "1.0"}}),
      form("CUME_DIST", {"CUME_DIST()"},
           "The share of the partition's rows that stand before the row or are equal to it.",
           {{over_numbers("CUME_DIST() OVER (ORDER BY x)", "10"), "0.25"}}),
      form("NTILE", {"NTILE(n)"},
           "The part in which the row is, from 1, when the partition is cut into n parts whose "
           "sizes differ by 1 at most, larger ones first.",
           {{over_numbers("NTILE(2) OVER (ORDER BY x)", "30"), "2"}}),
      form("LAG", {"LAG(value [, n [, default]]) [IGNORE NULLS]"},
           "The value n rows before (1 if not given), else the default or NULL.",
           {{over_numbers("LAG(x) OVER (ORDER BY x)", "30"), "20"},
            {over_numbers("LAG(x, 1, 0) OVER (ORDER BY x)", "10"), "0"}}),
      form("LEAD", {"LEAD(value [, n [, default]]) [IGNORE NULLS]"},
           "The value n rows after (1 if not given), else the default or NULL.",
           {{over_numbers("LEAD(x) OVER (ORDER BY x)", "10"), "20"},
            {over_numbers("LEAD(x) OVER (ORDER BY x)", "30"), "NULL"}}),
      form("NTH_VALUE", {"NTH_VALUE(value, n) [IGNORE NULLS]"},
           "The value of the n-th row of the frame, or NULL when it has fewer.",
           {{over_numbers("NTH_VALUE(x, 2) OVER (ORDER BY x)", "30"), "20"}}),
  };
}

}  // namespace hw
