// SPDX-License-Identifier: Apache-2.0
//
// The source of simulated tables: rows in memory, in splits, handed out in pieces of any size, each
// when its time has come.

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/env/env.h"
#include "columnar/text/type_text.h"
#include "engine/session.h"
#include "sim/sim_job.h"
#include "sqltest/case_source.h"

namespace hw::sim {
namespace {

class SimReader final : public SplitReader {
 public:
  SimReader(Env& env, Batch rows, const SourcePace& pace, size_t split, int64_t held_at)
      : env_(env),
        rows_(std::move(rows)),
        pace_(pace),
        random_(pace.seed + split),
        held_(held_at >= 0),
        end_(held_ ? held_at : rows_.num_rows()) {}

  Result<Flow> poll(Output& output) override {
    if (next_ >= end_) return held_ ? Flow::kWaiting : Flow::kFinished;
    int64_t there = end_;
    if (begin_ns_ < 0) begin_ns_ = env_.monotonic_ns();
    if (pace_.row_gap_ns > 0)
      there = std::min(there, first_ + (env_.monotonic_ns() - begin_ns_) / pace_.row_gap_ns);
    if (there <= next_) return Flow::kWaiting;
    int64_t length =
        1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(pace_.quantum_max)));
    length = std::min(length, there - next_);
    // An update is one.
    const int64_t last = next_ + length - 1;
    if (rows_.row_kind(last) == RowKind::kUpdateBefore && last + 1 < end_ &&
        rows_.row_kind(last + 1) == RowKind::kUpdateAfter)
      ++length;
    output.emit(rows_.slice(next_, length));
    next_ += length;
    return Flow::kNeedInput;
  }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string& position) override {
    const char* const end = position.data() + position.size();
    if (std::from_chars(position.data(), end, next_).ptr != end)
      return Status::SerializationError("no position: '", position, "'");
    first_ = next_;
    return Status::OK();
  }

 private:
  Env& env_;
  const Batch rows_;
  const SourcePace pace_;
  Random random_;
  const bool held_;
  const int64_t end_;
  int64_t next_ = 0;
  // Rows come from here on, as from the first poll.
  int64_t first_ = 0;
  int64_t begin_ns_ = -1;
};

class SimEnumerator final : public SplitEnumerator {
 public:
  SimEnumerator(std::string table, size_t num_splits)
      : table_(std::move(table)), num_splits_(num_splits) {}
  Result<std::vector<Split>> discover() override {
    std::vector<Split> found;
    if (!std::exchange(done_, true))
      for (size_t i = 0; i < num_splits_; ++i)
        found.push_back({.id = id_of_split(table_, i), .descriptor = std::to_string(i)});
    return found;
  }
  bool finished() const override { return done_; }
  Result<std::string> position() const override { return position_of_search(table_, done_); }
  Status seek(const std::string& position) override {
    done_ = position == position_of_search(table_, true);
    return Status::OK();
  }

 private:
  const std::string table_;
  const size_t num_splits_;
  bool done_ = false;
};

/// `keyed`: the table has a PRIMARY KEY, so that rows without -U are upserts by it.
RowKindSet kinds_of(const std::vector<Batch>& splits, bool keyed) {
  RowKindSet kinds = RowKindSet::insert_only();
  for (const Batch& rows : splits)
    for (int64_t row = 0; row < rows.num_rows(); ++row) kinds = kinds.with(rows.row_kind(row));
  if (kinds.is_insert_only()) return kinds;
  const bool upserts =
      (keyed || kinds.contains(RowKind::kUpdateAfter)) && !kinds.contains(RowKind::kUpdateBefore);
  return upserts ? RowKindSet::upsert() : RowKindSet::all();
}

class SimSource final : public Source {
 public:
  SimSource(const SimTable& table, std::vector<Batch> splits, const SourcePace& pace)
      : name_(name_of(table)),
        splits_(std::move(splits)),
        held_at_(table.held_at),
        pace_(pace),
        kinds_(kinds_of(splits_, table.declaration.find("PRIMARY KEY") != std::string::npos)) {}

  bool bounded() const override { return true; }
  RowKindSet changelog() const override { return kinds_; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<SimEnumerator>(name_, splits_.size());
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    const auto number = static_cast<size_t>(std::stoul(split.descriptor));
    if (number >= splits_.size()) return Status::SerializationError("no split ", number);
    const int64_t held_at = number < held_at_.size() ? held_at_[number] : -1;
    return std::make_unique<SimReader>(*context.env, splits_[number], pace_, number, held_at);
  }
  Description describe() const override { return {.name = "Simulated", .details = {}}; }

 private:
  const std::string name_;
  const std::vector<Batch> splits_;
  const std::vector<int64_t> held_at_;
  const SourcePace pace_;
  const RowKindSet kinds_;
};

Result<std::unique_ptr<Source>> make_source(const SimTable& table, const SourcePace& pace,
                                            const ScanRequest& request) {
  if (table.batches.empty()) {
    for (const auto& rows : table.splits) {
      HW_ASSIGN_OR_RETURN(Batch batch, parse_rows(request.physical, rows, "UTC"));
      table.batches.push_back(std::move(batch));
    }
  }
  std::vector<Batch> splits;
  for (const Batch& rows : table.batches) {
    std::vector<ColumnPtr> columns;
    std::vector<SqlField> fields;
    for (const ScanRequest::Column& column : request.columns) {
      const int i = rows.schema()->index_of(column.name);
      if (i < 0) return Status::KeyError("a simulated table has no column '", column.name, "'");
      columns.push_back(rows.column(i));
      fields.push_back(rows.schema()->field(i));
    }
    splits.emplace_back(make_schema(std::move(fields)), std::move(columns), rows.num_stored_rows(),
                        rows.row_kinds());
  }
  return std::make_unique<SimSource>(table, std::move(splits), pace);
}

}  // namespace

std::string name_of(const SimTable& table) {
  return table.declaration.substr(0, table.declaration.find(' '));
}
std::string id_of_split(std::string_view table, size_t number) {
  return std::string(table) + "/split-" + std::to_string(number);
}
std::string position_of_search(std::string_view table, bool done) {
  return std::string(table) + (done ? " found" : " looked for");
}

Result<std::vector<std::vector<std::string>>> cells_of(const Batch& rows) {
  HW_ASSIGN_OR_RETURN(const Batch dense, rows.compacted());
  std::vector<std::unique_ptr<ValuePrinter>> printers;
  for (const ColumnPtr& column : dense.columns()) {
    HW_ASSIGN_OR_RETURN(auto printer, ValuePrinter::make(column->type(), TextStyle::kSql, "UTC"));
    printers.push_back(std::move(printer));
  }
  std::vector<std::vector<std::string>> table;
  for (int64_t row = 0; row < dense.num_rows(); ++row) {
    std::vector<std::string>& cells = table.emplace_back();
    cells.emplace_back(to_text(dense.row_kind(row)));
    for (size_t i = 0; i < printers.size(); ++i) {
      std::string text;
      const Column& column = *dense.column(static_cast<int>(i));
      printers[i]->print(column, row, text);
      if (!column.is_null(row) && (text == "NULL" || text == "(empty)"))
        return Status::Invalid("the text '", text, "' means something else in a cell");
      cells.push_back(text.empty() ? "(empty)" : std::move(text));
    }
  }
  return table;
}

Status register_tables(Session& session, const SimJob& job, const SourcePace& pace) {
  for (const SimTable& table : job.tables)
    HW_TRY(session.register_table(table.declaration, [&table, pace](const ScanRequest& request) {
      return make_source(table, pace, request);
    }));
  return Status::OK();
}

}  // namespace hw::sim
