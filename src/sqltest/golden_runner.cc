// SPDX-License-Identifier: Apache-2.0

#include "sqltest/golden_runner.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/env/env.h"
#include "columnar/text/type_text.h"
#include "engine/result_fold.h"
#include "engine/session.h"
#include "sql/parser.h"
#include "sqltest/case_sink.h"

namespace hw {
namespace {

using Rows = std::vector<std::vector<std::string>>;

bool makes_table(const SltRecord& record) {
  return record.kind == SltRecord::Kind::kTable || record.kind == SltRecord::Kind::kSink;
}

/// Keeps all batches of a query.
class CapturingReceiver final : public RowReceiver {
 public:
  Status begin(const ResultShape& shape) override {
    shape_ = shape;
    return Status::OK();
  }
  Status receive(const Batch& batch) override {
    batches_.push_back(batch);
    return Status::OK();
  }
  Status end() override { return Status::OK(); }

  const ResultShape& shape() const { return shape_; }
  const std::vector<Batch>& batches() const { return batches_; }
  bool insert_only() const {
    return std::all_of(batches_.begin(), batches_.end(),
                       [](const Batch& batch) { return batch.insert_only(); });
  }

 private:
  ResultShape shape_;
  std::vector<Batch> batches_;
};

Status append_texts(const Batch& batch, bool with_kind, std::string_view zone, Rows& out) {
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  std::vector<std::unique_ptr<ValuePrinter>> printers;
  for (const ColumnPtr& column : dense.columns()) {
    HW_ASSIGN_OR_RETURN(auto printer, ValuePrinter::make(column->type(), TextStyle::kSql, zone));
    printers.push_back(std::move(printer));
  }
  for (int64_t row = 0; row < dense.num_rows(); ++row) {
    std::vector<std::string> cells;
    if (with_kind) cells.emplace_back(to_text(dense.row_kind(row)));
    for (size_t i = 0; i < printers.size(); ++i) {
      std::string text;
      printers[i]->print(*dense.column(static_cast<int>(i)), row, text);
      cells.push_back(cell_text(text));
    }
    out.push_back(std::move(cells));
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
  GoldenRun(const GoldenMode& mode, Env& env) : mode_(mode), session_(env) {}

  Status configure() {
    if (mode_.restarts.kill_after > 0) {
      session_.set_job_starter([&rule = mode_.restarts](JobGraph graph, JobOptions options) {
        return run_restarting(std::move(graph), std::move(options), rule);
      });
    }
    if (mode_.output_rows_max > 0) session_.set_output_rows_max(mode_.output_rows_max);
    if (!mode_.chaining) HW_TRY(set("pipeline.operator-chaining.enabled", "false"));
    if (!mode_.without_rule.empty()) {
      HW_TRY(set("table.optimizer.disabled-rules", mode_.without_rule));
    }
    HW_TRY(set("execution.runtime-mode", mode_.batch ? "batch" : "streaming"));
    HW_TRY(set("table.local-time-zone", "UTC"));
    return set("parallelism.default", std::to_string(mode_.parallelism));
  }

  bool applies(const SltRecord& record) const {
    if (record.condition == SltRecord::Condition::kBatchOnly && !mode_.batch) return false;
    if (record.condition == SltRecord::Condition::kStreamOnly && mode_.batch) return false;
    if (record.kind == SltRecord::Kind::kExplain) {
      if (!mode_.usual_plan()) return false;
      // One text is one mode's plan; only the execution plan depends on parallelism.
      const bool batch = record.condition == SltRecord::Condition::kBatchOnly;
      return mode_.batch == batch && (!record.whole_plan || mode_.parallelism == 4);
    }
    // The changelog of a query is stated row by row: Flink's without mini-batches.
    return record.kind != SltRecord::Kind::kChangelog || mode_.name == "tiny";
  }

  /// Returns what a query gives, in the form of expected rows.
  Result<Rows> rows_of(const SltRecord& record) {
    if (record.kind == SltRecord::Kind::kWritten) return rows_written(record.sql);
    const auto receiver = std::make_shared<CapturingReceiver>();
    HW_ASSIGN_OR_RETURN(Outcome outcome, execute(record.sql, receiver));
    const std::string zone = session_.config().time_zone();
    Rows rows;
    if (const auto* listing = std::get_if<Outcome::Listing>(&outcome.what)) {
      HW_TRY(append_texts(listing->rows, false, zone, rows));
    } else if (record.kind == SltRecord::Kind::kChangelog) {
      for (const Batch& batch : receiver->batches()) {
        HW_TRY(append_texts(batch, true, zone, rows));
      }
    } else {
      std::vector<Batch> batches = receiver->batches();
      if (!receiver->insert_only()) {
        ResultFold fold(receiver->shape().schema);
        for (const Batch& batch : batches) HW_TRY(fold.add(batch));
        HW_ASSIGN_OR_RETURN(batches, fold.rows());
      }
      order_is_lost_ = !receiver->shape().kinds.is_insert_only();
      for (const Batch& batch : batches) HW_TRY(append_texts(batch, false, zone, rows));
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
        return execute(record.sql, std::make_shared<CapturingReceiver>()).status();
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
    HW_ASSIGN_OR_RETURN(const Outcome outcome, execute("EXPLAIN CHANGELOG_MODE " + record.sql,
                                                       std::make_shared<CapturingReceiver>()));
    const auto* text = std::get_if<Outcome::Text>(&outcome.what);
    if (text == nullptr) return Status::Invalid("there is no plan of this statement");
    if (record.whole_plan) return without_empty_lines(text->text);
    return without_empty_lines(section_of(text->text, "== Optimized Physical Plan =="));
  }

 private:
  Status set(std::string_view key, std::string_view value) {
    return session_.config().set_base(key, value).status();
  }

  Result<Outcome> execute(const std::string& sql, std::shared_ptr<RowReceiver> receiver) {
    HW_ASSIGN_OR_RETURN(const ast::StatementPtr statement, parse_statement(sql));
    HW_ASSIGN_OR_RETURN(Outcome outcome, session_.execute(*statement, std::move(receiver)));
    if (auto* started = std::get_if<Outcome::Started>(&outcome.what)) {
      HW_TRY(started->job->wait());
    }
    return outcome;
  }

  Status make_table(const SltRecord& record) {
    const auto rows = std::make_shared<Rows>(record.rows);
    const auto schema_of = [](const ScanRequest& request) { return request.physical; };
    return session_.register_table(
        record.sql,
        [rows, schema_of,
         slicing = mode_.slicing](const ScanRequest& request) -> Result<std::unique_ptr<Source>> {
          HW_ASSIGN_OR_RETURN(const Batch batch,
                              parse_rows(schema_of(request), *rows, request.time_zone));
          return make_case_source(batch, request, slicing);
        });
  }

  Status make_sink(const SltRecord& record) {
    const size_t begin = record.sql.find_first_not_of(' ');
    const std::string name =
        record.sql.substr(begin, record.sql.find_first_of(" (", begin) - begin);
    auto& sink = sinks_[name];
    sink = {.accepts = record.accepts, .rows = std::make_shared<WrittenRows>()};
    return session_.register_sink(record.sql, [sink](const SinkRequest&) {
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
        HW_TRY(append_texts(batch, true, session_.config().time_zone(), changes));
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
    const Status status = execute(record.sql, std::make_shared<CapturingReceiver>()).status();
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
  Session session_;
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
