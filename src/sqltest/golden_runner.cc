// SPDX-License-Identifier: Apache-2.0

#include "sqltest/golden_runner.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/env/env.h"
#include "sqltest/case_sink.h"
#include "sqltest/golden_session.h"

namespace hw {
namespace {

using Rows = CellRows;

bool makes_table(const SltRecord& record) {
  return record.kind == SltRecord::Kind::kTable || record.kind == SltRecord::Kind::kSink;
}

/// Appends the rows of a batch as files write them.
Status append_cells(GoldenSession& session, const Batch& batch, bool with_kind, Rows& out) {
  const size_t first = out.size();
  HW_TRY(session.append_texts(batch, with_kind, out));
  for (size_t i = first; i < out.size(); ++i) {
    for (std::string& cell : out[i]) cell = cell_text(cell);
  }
  return Status::OK();
}

/// The lines between the heading and the next one.
std::string section_of(const std::string& text, std::string_view heading) {
  const size_t found = text.find(heading);
  if (found == std::string::npos) return {};
  const size_t begin = found + heading.size();
  return text.substr(begin, text.find("\n== ", begin) - begin);
}

std::string without_empty_lines(const std::string& text) {
  std::string kept;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (line.find_first_not_of(' ') != std::string::npos) kept += line + "\n";
    begin = end + 1;
  }
  return kept;
}

std::string joined(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : "  ") + cell;
  return line;
}

std::string joined(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) text += "    " + joined(row) + "\n";
  return text.empty() ? "    (no rows)\n" : text;
}

/// One file in one mode.
class GoldenRun {
 public:
  GoldenRun(const GoldenMode& mode, Env& env) : mode_(mode), session_(mode, env) {}

  Status configure() { return session_.configure(); }

  bool applies(const SltRecord& record) const {
    if (record.condition == SltRecord::Condition::kBatchOnly && !mode_.batch) return false;
    if (record.condition == SltRecord::Condition::kStreamOnly && mode_.batch) return false;
    if (record.kind == SltRecord::Kind::kExplain) {
      if (!mode_.usual_plan()) return false;
      // One text is one mode's plan; only the execution plan depends on parallelism.
      const bool batch = record.condition == SltRecord::Condition::kBatchOnly;
      const bool at_four = record.whole_plan || record.section == "advice";
      return mode_.batch == batch && (!at_four || mode_.parallelism == 4);
    }
    // The changelog of a query is stated row by row: Flink's without mini-batches.
    return record.kind != SltRecord::Kind::kChangelog || mode_.name == "tiny";
  }

  /// Returns what a query gives, in the form of expected rows.
  Result<Rows> rows_of(const SltRecord& record) {
    if (record.kind == SltRecord::Kind::kWritten) return rows_written(record.sql);
    const auto receiver = std::make_shared<CapturingReceiver>();
    HW_ASSIGN_OR_RETURN(Outcome outcome, session_.execute(record.sql, receiver));
    Rows rows;
    if (const auto* listing = std::get_if<Outcome::Listing>(&outcome.what)) {
      HW_TRY(append_cells(session_, listing->rows, false, rows));
    } else if (record.kind == SltRecord::Kind::kChangelog) {
      for (const Batch& batch : receiver->batches()) {
        HW_TRY(append_cells(session_, batch, true, rows));
      }
    } else {
      HW_ASSIGN_OR_RETURN(const std::vector<Batch> batches, receiver->final_batches());
      order_is_lost_ = !receiver->shape().kinds.is_insert_only();
      for (const Batch& batch : batches) HW_TRY(append_cells(session_, batch, false, rows));
    }
    if (record.rowsort) std::sort(rows.begin(), rows.end());
    return rows;
  }

  Status check(const SltRecord& record) {
    order_is_lost_ = false;
    switch (record.kind) {
      case SltRecord::Kind::kTable:
        return make_table(record);
      case SltRecord::Kind::kSink:
        return make_sink(record);
      case SltRecord::Kind::kStatementOk:
        return session_.execute(record.sql, std::make_shared<CapturingReceiver>()).status();
      case SltRecord::Kind::kStatementError:
        return check_error(record);
      case SltRecord::Kind::kExplain:
        return check_lines(record);
      case SltRecord::Kind::kQuery:
      case SltRecord::Kind::kChangelog:
      case SltRecord::Kind::kWritten:
        return check_rows(record);
    }
    return Status::OK();
  }

  Result<std::string> plan_of(const SltRecord& record) {
    std::string details = "CHANGELOG_MODE";
    std::string heading = "== Optimized Physical Plan ==";
    if (record.section == "flow") heading = "== Flow ==";
    if (record.section == "state") {
      details = "STATE";
      heading = "== State ==";
    } else if (record.section == "advice") {
      details = "PLAN_ADVICE";
      heading = "== Optimized Physical Plan With Advice ==";
    }
    HW_ASSIGN_OR_RETURN(const Outcome outcome,
                        session_.execute("EXPLAIN " + details + " " + record.sql,
                                         std::make_shared<CapturingReceiver>()));
    const auto* text = std::get_if<Outcome::Text>(&outcome.what);
    if (text == nullptr) return Status::Invalid("there is no plan of this statement");
    if (record.whole_plan) return without_empty_lines(text->text);
    return without_empty_lines(section_of(text->text, heading));
  }

 private:
  Status make_table(const SltRecord& record) {
    return session_.make_table(record.sql, std::make_shared<const Rows>(record.rows));
  }

  Status make_sink(const SltRecord& record) {
    const size_t begin = record.sql.find_first_not_of(' ');
    const std::string name =
        record.sql.substr(begin, record.sql.find_first_of(" (", begin) - begin);
    auto& sink = sinks_[name];
    sink = {.accepts = record.accepts, .rows = std::make_shared<WrittenRows>()};
    return session_.session().register_sink(record.sql, [sink](const SinkRequest&) {
      return Result<std::unique_ptr<Sink>>(make_case_sink(sink.accepts, sink.rows));
    });
  }

  /// The rows that are left, sorted. Which subtask wrote a change means nothing: what one inserts
  /// another one may take back after a restart.
  Result<Rows> rows_written(const std::string& table) {
    const auto sink = sinks_.find(table);
    if (sink == sinks_.end()) return Status::Invalid("there is no sink '", table, "'");
    if (sink->second.accepts == *sink_kinds("upsert")) {
      return Status::Invalid("what an upsert sink holds depends on its key: ask one of all");
    }
    Rows changes;
    for (const std::vector<Batch>& batches : sink->second.rows->by_subtask) {
      for (const Batch& batch : batches) {
        HW_TRY(append_cells(session_, batch, true, changes));
      }
    }
    std::map<std::vector<std::string>, int> counts;
    for (std::vector<std::string>& change : changes) {
      const int step = change.front().starts_with('+') ? 1 : -1;
      change.erase(change.begin());
      counts[std::move(change)] += step;
    }
    Rows rows;
    for (const auto& [row, count] : counts) {
      if (count < 0) return Status::Invalid("a row was taken back that was not written");
      rows.insert(rows.end(), static_cast<size_t>(count), row);
    }
    order_is_lost_ = true;
    return rows;
  }

  Status check_error(const SltRecord& record) {
    const Status status =
        session_.execute(record.sql, std::make_shared<CapturingReceiver>()).status();
    if (status.ok()) return Status::Invalid("an error was expected, but the statement succeeded");
    for (const std::string& part : record.lines) {
      if (status.message().find(part) == std::string::npos) {
        return Status::Invalid("the error must contain '", part,
                               "', but it is: ", status.message());
      }
    }
    return Status::OK();
  }

  Status check_lines(const SltRecord& record) {
    HW_ASSIGN_OR_RETURN(const std::string given, plan_of(record));
    std::string wanted;
    for (const std::string& line : record.lines) wanted += line + "\n";
    return given == wanted ? Status::OK() : Status::Invalid("the plan differs, it is\n", given);
  }

  Status check_rows(const SltRecord& record) {
    HW_ASSIGN_OR_RETURN(Rows rows, rows_of(record));
    Rows wanted = record.rows;
    if (record.rowsort || order_is_lost_) {
      std::sort(rows.begin(), rows.end());
      std::sort(wanted.begin(), wanted.end());
    }
    for (const auto& row : rows) {
      const size_t columns = row.size() - (record.kind == SltRecord::Kind::kChangelog ? 1 : 0);
      if (columns != record.types.size()) {
        return Status::Invalid("the result has ", columns, " columns, the types '", record.types,
                               "' say ", record.types.size());
      }
    }
    if (rows == wanted) return Status::OK();
    return Status::Invalid("expected\n", joined(wanted), "  got\n", joined(rows));
  }

  struct CaseTable {
    RowKindSet accepts;
    std::shared_ptr<WrittenRows> rows;
  };

  const GoldenMode& mode_;
  GoldenSession session_;
  std::map<std::string, CaseTable> sinks_;  // by the name in the record
  // A stream's final rows stand in order of last change, whatever ORDER BY says.
  bool order_is_lost_ = false;
};

}  // namespace

void run_golden(const std::string& file, const std::vector<SltRecord>& records,
                const GoldenMode& mode, Env& env, GoldenReport& report) {
  GoldenRun run(mode, env);
  const auto fail = [&](int line, const Status& status) {
    report.failures.push_back(
        {.file = file, .line = line, .mode = mode.name, .message = status.message()});
  };
  if (const Status status = run.configure(); !status.ok()) return fail(0, status);
  for (const SltRecord& record : records) {
    if (!run.applies(record)) continue;
    if (!makes_table(record)) ++report.checks;
    if (const Status status = run.check(record); !status.ok()) fail(record.line, status);
  }
}

Result<std::string> update_golden(const std::string& text, Env& env) {
  HW_ASSIGN_OR_RETURN(const std::vector<SltRecord> records, parse_slt(text));
  std::vector<std::string> replacement(records.size());
  std::vector<bool> replaced(records.size(), false);
  for (const GoldenMode& mode : golden_modes(1)) {
    GoldenRun run(mode, env);
    HW_TRY(run.configure());
    for (size_t i = 0; i < records.size(); ++i) {
      const SltRecord& record = records[i];
      if (!run.applies(record)) continue;
      if (makes_table(record) || record.kind == SltRecord::Kind::kStatementOk) {
        HW_TRY(run.check(record));
      } else if (record.kind == SltRecord::Kind::kExplain) {
        HW_ASSIGN_OR_RETURN(replacement[i], run.plan_of(record));
        replaced[i] = true;
      } else if (record.kind != SltRecord::Kind::kStatementError && !replaced[i]) {
        HW_ASSIGN_OR_RETURN(const Rows rows, run.rows_of(record));
        for (const auto& row : rows) replacement[i] += joined(row) + "\n";
        replaced[i] = true;
      }
    }
  }
  std::string out;
  size_t position = 0;
  int line = 1;
  const auto copy_lines_below = [&](int end) {
    while (line < end && position < text.size()) {
      const size_t next = std::min(text.find('\n', position), text.size() - 1) + 1;
      out.append(text, position, next - position);
      position = next;
      ++line;
    }
  };
  for (size_t i = 0; i < records.size(); ++i) {
    if (!replaced[i]) continue;
    copy_lines_below(records[i].expected_line);
    out += replacement[i];
    const size_t old = std::max(records[i].rows.size(), records[i].lines.size());
    const std::string kept = out;
    copy_lines_below(records[i].expected_line + static_cast<int>(old));
    out = kept;
  }
  copy_lines_below(1 << 30);
  return out;
}

}  // namespace hw
