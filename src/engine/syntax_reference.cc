// SPDX-License-Identifier: Apache-2.0

#include "engine/syntax_reference.h"

#include "engine/over_reference.h"

namespace hw {
namespace {

std::vector<SyntaxForm> expression_forms() {
  return {
      {.name = "CAST",
       .family = "conditional",
       .forms = {"CAST(value AS type)"},
       .sentence =
           "Converts to another type; fails the job where the value has no counterpart. Texts lose "
           "blanks around numbers and the fraction of a whole number; numbers that are too large "
           "for a narrower integer wrap as in Java; a DECIMAL that does not fit is NULL.",
       .examples = {{"CAST('12' AS INT)", "12"},
                    {"CAST(' 1.9 ' AS INT)", "1"},
                    {"CAST(2.345 AS DECIMAL(5, 2))", "2.35"},
                    {"CAST(DATE '2020-01-31' AS TIMESTAMP(3))", "2020-01-31 00:00:00.000"},
                    {"CAST(ARRAY[1, 2] AS STRING)", "[1, 2]"}}},
      {.name = "TRY_CAST",
       .family = "conditional",
       .forms = {"TRY_CAST(value AS type)"},
       .sentence = "Converts as CAST does, but gives NULL where CAST fails.",
       .examples = {{"TRY_CAST('12' AS INT)", "12"}, {"TRY_CAST('twelve' AS INT)", "NULL"}}},
      {.name = "CASE",
       .family = "conditional",
       .forms = {"CASE value WHEN candidate THEN result .. [ELSE result] END",
                 "CASE WHEN condition THEN result .. [ELSE result] END"},
       .sentence = "The result of the first branch that is equal or TRUE, else that of ELSE, else "
                   "NULL. The "
                   "other branches are not computed for the row.",
       .examples = {{"CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", "two"},
                    {"CASE WHEN 1 > 2 THEN 'more' ELSE 'less' END", "less"},
                    {"CASE WHEN 1 > 2 THEN 'more' END", "NULL"}}},
      {.name = "AND",
       .family = "logical",
       .forms = {"condition AND condition"},
       .sentence = "TRUE when both are; FALSE when one is, whatever the other; else NULL. The "
                   "right side is "
                   "not computed where the left one is FALSE.",
       .examples = {{"1 = 1 AND 2 = 2", "TRUE"}, {"1 = 2 AND 1 / 0 = 1", "FALSE"}}},
      {.name = "OR",
       .family = "logical",
       .forms = {"condition OR condition"},
       .sentence = "TRUE when one is, whatever the other; FALSE when both are; else NULL. The "
                   "right side is "
                   "not computed where the left one is TRUE.",
       .examples = {{"1 = 2 OR 2 = 2", "TRUE"}, {"1 = 2 OR CAST(NULL AS BOOLEAN)", "NULL"}}},
      {.name = "GROUPING",
       .family = "aggregate",
       .forms = {"GROUPING(expression, ..)", "GROUPING_ID(expression, ..)"},
       .sentence = "With GROUPING SETS, ROLLUP or CUBE: a bit for each expression of GROUP BY, the "
                   "last one lowest, which is 1 where the row's grouping set does not group by it.",
       .examples = {{"GROUPING(x) FROM (VALUES (1)) AS t(x) GROUP BY x", "0"},
                    {"GROUPING(x, y) FROM (VALUES (1, 2)) AS t(x, y) GROUP BY ROLLUP (x, y) HAVING "
                     "GROUPING(x) = 1",
                     "3"}}},
      {.name = "GROUP_ID",
       .family = "aggregate",
       .forms = {"GROUP_ID()"},
       .sentence = "Tells equal grouping sets of one GROUP BY apart: 0 for the first.",
       .examples = {{"GROUP_ID() FROM (VALUES (1)) AS t(x) GROUP BY x", "0"}}},
  };
}

}  // namespace

std::span<const SyntaxForm> syntax_forms() {
  static const auto& kForms = *new std::vector<SyntaxForm>([] {
    std::vector<SyntaxForm> forms = expression_forms();
    for (const SyntaxForm& form : over_forms()) forms.push_back(form);
    return forms;
  }());
  return kForms;
}

}  // namespace hw
