// SPDX-License-Identifier: Apache-2.0

#include "connectors/checkpoint/checkpoint_source.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "base/env/env.h"
#include "columnar/column_builder.h"
#include "columnar/type_parser.h"
#include "state/table_merge.h"

namespace hw {
namespace {

// Rows that are in memory at once, about: a slice of key groups is read whole.
constexpr int64_t kSliceRows = 64 * 1024;

Result<int> number_of(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 0) return number;
  return Status::SerializationError("'", text, "' is no position in a checkpoint");
}

SchemaPtr schema_of(const ScanRequest& request) {
  std::vector<SqlField> fields;
  for (const ScanRequest::Column& column : request.columns) {
    fields.push_back({column.name, column.type});
  }
  return make_schema(std::move(fields));
}

/// Places of the declared columns among those that there are, which may be more.
Result<std::vector<int>> places_of(const ScanRequest& request, const std::vector<SqlField>& fields,
                                   const std::string& what, const std::string& there) {
  std::vector<int> places;
  for (const ScanRequest::Column& column : request.columns) {
    std::vector<int> found;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == column.name) found.push_back(static_cast<int>(i));
    }
    if (found.size() != 1) {
      return Status::Invalid(what, " has ", found.empty() ? "no" : "more than one", " column '",
                             column.name, "'; it has ", there);
    }
    const SqlType& type = fields[static_cast<size_t>(found[0])].type;
    if (type.to_sql_without_null() != column.type.to_sql_without_null()) {
      return Status::Invalid("column '", column.name, "' of ", what, " is ", type.to_sql(),
                             ", but is declared ", column.type.to_sql(), "; it has ", there);
    }
    if (type.nullable() && !column.type.nullable()) {
      return Status::Invalid("column '", column.name, "' of ", what,
                             " may be NULL, but is declared ", column.type.to_sql());
    }
    places.push_back(found[0]);
  }
  return places;
}

/// Splits that are known from the start.
class FixedEnumerator final : public SplitEnumerator {
 public:
  explicit FixedEnumerator(std::vector<Split> splits) : splits_(std::move(splits)) {}
  Result<std::vector<Split>> discover() override { return std::exchange(splits_, {}); }
  bool finished() const override { return splits_.empty(); }
  // Whoever goes on has had them all.
  Status seek(const std::string&) override {
    splits_.clear();
    return Status::OK();
  }

 private:
  std::vector<Split> splits_;
};

/// One batch, given at once.
class ListReader final : public SplitReader {
 public:
  explicit ListReader(Batch batch) : batch_(std::move(batch)) {}
  Result<Flow> poll(Output& output) override {
    if (done_) return Flow::kFinished;
    done_ = true;
    output.emit(batch_);
    return Flow::kNeedInput;
  }
  Result<std::string> position() const override { return std::string(done_ ? "1" : "0"); }
  Status seek(const std::string& position) override {
    HW_ASSIGN_OR_RETURN(const int given, number_of(position));
    done_ = given > 0;
    return Status::OK();
  }

 private:
  const Batch batch_;
  bool done_ = false;
};

class StateList final : public Source {
 public:
  StateList(std::shared_ptr<const CheckpointStates> states, Batch batch)
      : states_(std::move(states)), batch_(std::move(batch)) {}
  bool bounded() const override { return true; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<FixedEnumerator>(
        std::vector<Split>{{.id = "states", .descriptor = ""}});
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split&, const SourceContext&) override {
    return std::make_unique<ListReader>(batch_);
  }
  Description describe() const override { return {.name = "checkpoint", .details = {}}; }

 private:
  const std::shared_ptr<const CheckpointStates> states_;
  const Batch batch_;
};

const std::vector<SqlField>& list_fields() {
  static const std::vector<SqlField> fields = {
      {"operator", SqlType::string()},    {"uid", SqlType::string()},
      {"state", SqlType::string()},       {"kind", SqlType::string()},
      {"num_rows", SqlType::bigint()},    {"num_bytes", SqlType::bigint()},
      {"key_groups", SqlType::integer()}, {"schema", SqlType::string()}};
  return fields;
}

struct StateSize {
  int64_t num_rows = 0;
  int64_t num_bytes = 0;
  std::set<int> groups;
};

/// By state, over all instances of an operator.
Result<std::map<std::string, StateSize>> sizes_of(const CheckpointStates& states,
                                                  const ManifestOperator& op) {
  std::map<std::string, StateSize> sizes;
  for (const ManifestInstance& instance : op.instances) {
    HW_ASSIGN_OR_RETURN(const SnapshotIndex index, states.index(instance));
    for (const SnapshotTable& table : index.tables) {
      StateSize& size = sizes[table.name];
      size.num_rows += table.live_rows;
      size.num_bytes += table.stored_bytes();
      const auto add = [&](const SnapshotPiece& piece) {
        for (const auto& [group, first] : piece.groups) size.groups.insert(group);
      };
      add(table.base());
      for (const SnapshotDelta& delta : table.deltas) add(delta.changed);
    }
  }
  return sizes;
}

/// `cells` in the order of list_fields(): a number where the builder wants one.
struct ListCells {
  std::vector<std::string> texts;
  std::vector<int64_t> numbers;
};

Status append_cells(const std::vector<int>& places, const ListCells& cells,
                    std::vector<std::unique_ptr<ColumnBuilder>>& builders) {
  for (size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<size_t>(places[i]);
    HW_TRY(list_fields()[place].type.is_integer() ? builders[i]->append_int(cells.numbers[place])
                                                  : builders[i]->append_bytes(cells.texts[place]));
  }
  return Status::OK();
}

/// What the rows of one state are read with.
struct StateScan {
  std::shared_ptr<const CheckpointStates> states;
  const ManifestOperator* op = nullptr;
  const ManifestTable* table = nullptr;
  std::vector<int> places;  // of the requested columns among the state's
  SchemaPtr schema;
  int64_t rows_max = kBatchRowsMax;
};

/// Turns what is read into batches.
class StateRows final : public TableFileVisitor {
 public:
  StateRows(const StateScan& scan, std::deque<Batch>& batches) : scan_(scan), batches_(batches) {}
  Status on_schema(const arrow::Schema& schema) override {
    if (schema.num_fields() == static_cast<int>(scan_.table->columns.size())) return Status::OK();
    return Status::SerializationError("state '", scan_.table->name, "' has ", schema.num_fields(),
                                      " columns, but the manifest lists ",
                                      scan_.table->columns.size());
  }
  Status on_rows(const arrow::RecordBatch& rows) override {
    for (int64_t begin = 0; begin < rows.num_rows(); begin += kBatchRowsMax) {
      const auto part = rows.Slice(begin, kBatchRowsMax);
      std::vector<ColumnPtr> columns;
      for (size_t i = 0; i < scan_.places.size(); ++i) {
        const SqlType& type = scan_.schema->type(static_cast<int>(i));
        HW_ASSIGN_OR_RETURN(ColumnPtr column,
                            Column::from_arrow(type, *part->column(scan_.places[i])));
        columns.push_back(std::move(column));
      }
      batches_.emplace_back(scan_.schema, std::move(columns), part->num_rows());
    }
    return Status::OK();
  }

 private:
  const StateScan& scan_;
  std::deque<Batch>& batches_;
};

/// One instance's part, slice by slice. The position is the first key group of the slice that is
/// not given out whole, and how many of its batches are.
class StateReader final : public SplitReader {
 public:
  StateReader(std::shared_ptr<const StateScan> scan, const ManifestInstance& instance,
              SnapshotIndex index, arrow::MemoryPool* pool)
      : scan_(std::move(scan)),
        snapshot_(scan_->states->snapshot(instance)),
        index_(std::move(index)),
        table_(index_.find(scan_->table->name)),
        pool_(pool),
        group_(index_.key_groups.begin) {
    const int64_t rows = table_ == nullptr ? 0 : table_->stored_rows();
    const int64_t slices = std::max<int64_t>(1, rows / kSliceRows);
    groups_each_ = std::max(1, static_cast<int>(index_.key_groups.size() / slices));
    // State without keys lies in the first group, whoever owns that.
    if (table_ != nullptr && table_->key_columns.empty()) {
      group_ = 0;
      groups_each_ = index_.num_key_groups;
    }
  }

  Result<Flow> poll(Output& output) override {
    if (table_ == nullptr) return Flow::kFinished;
    if (!loaded_) {
      if (group_ >= end()) return Flow::kFinished;
      StateRows rows(*scan_, batches_);
      const KeyGroupRange slice{group_, std::min(group_ + groups_each_, end())};
      HW_TRY(read_snapshot_table(*table_, slice, *snapshot_, pool_, rows));
      loaded_ = true;
    }
    if (given_ < batches_.size()) output.emit(batches_[given_++]);
    if (given_ >= batches_.size()) next_slice();
    return Flow::kNeedInput;
  }

  Result<std::string> position() const override {
    return std::to_string(group_) + "." + std::to_string(given_);
  }
  Status seek(const std::string& position) override {
    const size_t dot = position.find('.');
    HW_ASSIGN_OR_RETURN(group_, number_of(position.substr(0, dot)));
    HW_ASSIGN_OR_RETURN(const int given,
                        number_of(dot == std::string::npos ? "x" : position.substr(dot + 1)));
    batches_.clear();
    loaded_ = false;
    given_ = static_cast<size_t>(given);
    return Status::OK();
  }

 private:
  int end() const {
    return table_->key_columns.empty() ? index_.num_key_groups : index_.key_groups.end;
  }
  void next_slice() {
    group_ += groups_each_;
    batches_.clear();
    given_ = 0;
    loaded_ = false;
  }

  const std::shared_ptr<const StateScan> scan_;
  const std::shared_ptr<SnapshotSource> snapshot_;
  const SnapshotIndex index_;
  const SnapshotTable* const table_;  // null: this instance has none
  arrow::MemoryPool* const pool_;
  int group_;
  int groups_each_ = 1;
  std::deque<Batch> batches_;  // of the slice
  size_t given_ = 0;
  bool loaded_ = false;
};

class StateSource final : public Source {
 public:
  explicit StateSource(std::shared_ptr<const StateScan> scan) : scan_(std::move(scan)) {}
  bool bounded() const override { return true; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    std::vector<Split> splits;
    for (size_t i = 0; i < scan_->op->instances.size(); ++i) {
      splits.push_back(
          {.id = scan_->op->uid + "/" + std::to_string(scan_->op->instances[i].subtask),
           .descriptor = std::to_string(i)});
    }
    return std::make_unique<FixedEnumerator>(std::move(splits));
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    HW_ASSIGN_OR_RETURN(const int place, number_of(split.descriptor));
    if (static_cast<size_t>(place) >= scan_->op->instances.size()) {
      return Status::SerializationError("'", split.id, "' is no part of the checkpoint");
    }
    const ManifestInstance& instance = scan_->op->instances[static_cast<size_t>(place)];
    HW_ASSIGN_OR_RETURN(SnapshotIndex index, scan_->states->index(instance));
    return std::make_unique<StateReader>(scan_, instance, std::move(index), context.memory_pool);
  }
  Description describe() const override {
    return {.name = "checkpoint",
            .details = {{"operator", scan_->op->uid}, {"state", scan_->table->name}}};
  }

 private:
  const std::shared_ptr<const StateScan> scan_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_state_list(std::shared_ptr<const CheckpointStates> states,
                                                const ScanRequest& request) {
  const std::string there = Schema(list_fields()).to_sql();
  HW_ASSIGN_OR_RETURN(const std::vector<int> places,
                      places_of(request, list_fields(), "the list of states", there));
  const SchemaPtr schema = schema_of(request);
  std::vector<std::unique_ptr<ColumnBuilder>> builders;
  for (int c = 0; c < schema->num_fields(); ++c) {
    HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(schema->type(c)));
    builders.push_back(std::move(builder));
  }
  int64_t num_rows = 0;
  for (const ManifestOperator& op : states->manifest().operators) {
    HW_ASSIGN_OR_RETURN(auto sizes, sizes_of(*states, op));
    for (const ManifestTable& table : op.tables) {
      const StateSize& size = sizes[table.name];
      const auto groups = static_cast<int64_t>(size.groups.size());
      HW_TRY(append_cells(
          places,
          {.texts = {op.name, op.uid, table.name, table.kind, "", "", "", schema_text(table)},
           .numbers = {0, 0, 0, 0, size.num_rows, size.num_bytes, groups, 0}},
          builders));
      ++num_rows;
    }
  }
  std::vector<ColumnPtr> columns;
  for (const auto& builder : builders) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
    columns.push_back(std::move(column));
  }
  return std::make_unique<StateList>(std::move(states),
                                     Batch(schema, std::move(columns), num_rows));
}

Result<std::unique_ptr<Source>> make_state_rows(std::shared_ptr<const CheckpointStates> states,
                                                const StateName& state,
                                                const ScanRequest& request) {
  std::vector<SqlField> fields;
  for (const ManifestColumn& column : state.table->columns) {
    HW_ASSIGN_OR_RETURN(SqlType type, parse_sql_type(column.type));
    fields.push_back({column.name, std::move(type)});
  }
  auto scan = std::make_shared<StateScan>();
  HW_ASSIGN_OR_RETURN(scan->places, places_of(request, fields, "state '" + state.table->name + "'",
                                              schema_text(*state.table)));
  scan->states = std::move(states);
  scan->op = state.op;
  scan->table = state.table;
  scan->schema = schema_of(request);
  return std::make_unique<StateSource>(std::move(scan));
}

}  // namespace hw
