// SPDX-License-Identifier: Apache-2.0
//
// Random calls with OVER over a few columns. Calls that tell rows of equal order apart share one
// PARTITION BY and ORDER BY of all columns, so that only rows that are equal can change places,
// and which results meet in a row is certain.

#pragma once

#include <string>
#include <vector>

#include "reference/chance.h"
#include "reference/term.h"

namespace hw::reference {

class OverGenerator {
 public:
  /// `columns`: at most five, all that the query knows. `time`: the position of its event time
  /// among them or -1; then windows go by time, in which late rows are dropped.
  OverGenerator(std::vector<Term> columns, int time, Chance& chance);

  /// Any function.
  Term call();
  /// ROW_NUMBER, RANK or DENSE_RANK.
  Term rank();
  /// ROW_NUMBER by the event time alone. Requires: a time.
  Term place_in_time(bool last);

 private:
  struct Window {
    std::string text;
    std::vector<Term> args;
  };
  /// Appends a term as an argument of the window and returns its hole.
  std::string hole(Window& window, const Term& term, size_t first) const;
  /// PARTITION BY some columns.
  void partition(Window& window, size_t first);
  /// Behind `first` arguments of the call itself.
  Window telling_apart(size_t first);
  Window of_peers(size_t first, bool ordered);
  std::string frame_of_rows();
  Term made(const SqlType& type, const std::string& function, std::vector<Term> args,
            const Window& window) const;
  Term aggregate();
  Term value();

  const std::vector<Term> columns_;
  const int time_;
  Chance& chance_;
  /// By column: its order, once chosen; and the columns of PARTITION BY.
  std::vector<std::string> orders_;
  std::vector<size_t> sequence_;
  std::vector<size_t> partition_;
};

}  // namespace hw::reference
