// SPDX-License-Identifier: Apache-2.0
//
// The reference as a session: tables of rows, statements, answers.
//
//   Reference reference;
//   HW_TRY(reference.add_table("t (k INT, v INT)", {.partitions = {{…}}}));
//   HW_ASSIGN_OR_RETURN(Answer answer, reference.answer("SELECT k, SUM(v) FROM t GROUP BY k",
//                                                       Answering::kStream));
//
// It shares the parser and the binder with the engine, and nothing behind them.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reference/interpreter.h"

namespace hw::reference {

struct Answer {
  SchemaPtr schema;
  std::vector<Row> rows;
};

/// In both ways.
struct Answers {
  SchemaPtr schema;
  std::vector<Row> stream;
  std::vector<Row> batch;
};

class Reference {
 public:
  Reference();
  ~Reference();

  /// `declaration` is `name (columns…)` as in CREATE TABLE, without WITH. Rows have the physical
  /// columns.
  Status add_table(const std::string& declaration, TableRows rows);
  /// CREATE VIEW, SET and the like.
  Status execute(std::string_view statement);
  /// Of a query, or of the first INSERT of the statement: the rows that it writes.
  Result<Answer> answer(std::string_view statement, Answering answering) const;
  Result<Answers> answers(std::string_view statement) const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace hw::reference
