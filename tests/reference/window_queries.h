// SPDX-License-Identifier: Apache-2.0
//
// Random queries over window table functions beyond a lone GROUP BY: sessions, windows of windows,
// windows over what another query gives, joins of equal windows, ranks within windows, windows in
// GROUP BY as they were spelled once.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reference/chance.h"
#include "reference/generated_table.h"
#include "reference/made_query.h"

namespace hw::reference {

class WindowQueries {
 public:
  WindowQueries(const std::vector<GeneratedTable>& tables, Chance& chance)
      : tables_(tables), chance_(chance) {}

  /// None where no table has an event time, or one has late rows.
  std::optional<MadeQuery> any();

 private:
  using With = decltype(Query::with);

  /// Rows with an event time: a table, or a query of WITH.
  struct Input {
    std::string name;
    std::vector<GeneratedColumn> columns;
    std::string time;
    int64_t rows = 0;
    /// No row comes when the watermark is right before its time.
    bool exact = true;
  };
  /// `HOP` and its arguments behind the time; by which columns sessions are, if any.
  struct Windows {
    std::string kind;
    std::string arguments;
    std::vector<std::string> partition;
  };
  /// An input in its windows.
  struct Placed {
    Source source;
    std::vector<Term> scope;
    Term start;
    Term end;
    Term time;
    int64_t rows = 0;
  };

  bool is_timed(const GeneratedTable& table) const;
  SqlType time_type() const;
  Input table_input();
  /// At most `depth` windows below.
  Input input(int depth);
  Input projected(Input below);
  Input united();
  /// Makes the query an input; `time` is one of its columns.
  Input named(MadeQuery query, int time);

  Windows windows(const Input& input);
  std::string size_and_step(const std::string& kind, bool exact);
  Placed placed(const Input& input, const Windows& windows, const std::string& alias) const;
  Term window_equality(const Placed& a, const Placed& b);

  MadeQuery aggregated(const Input& input, bool with_time);
  MadeQuery joined();
  MadeQuery half_joined();
  MadeQuery ranked(const Input& input);
  MadeQuery first_or_last(const Input& input);
  MadeQuery plain(const Input& input);
  MadeQuery by_old_windows(const Input& input);

  const std::vector<GeneratedTable>& tables_;
  Chance& chance_;
  With with_;
  /// Times are TIMESTAMP_LTZ: of tables alone, since window_time may be any of two instants that
  /// clocks show alike.
  bool instants_ = false;
};

}  // namespace hw::reference
