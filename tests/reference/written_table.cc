// SPDX-License-Identifier: Apache-2.0

#include "reference/written_table.h"

#include <map>
#include <utility>

#include "reference/columns.h"
#include "reference/comparison.h"
#include "reference/relation.h"

namespace hw::reference {
namespace {

class KeepingWriter final : public SinkWriter {
 public:
  explicit KeepingWriter(std::shared_ptr<std::vector<Batch>> written)
      : written_(std::move(written)) {}

  Status write(const Batch& batch) override {
    written_->push_back(batch);
    return Status::OK();
  }

 private:
  const std::shared_ptr<std::vector<Batch>> written_;
};

class KeepingSink final : public Sink {
 public:
  KeepingSink(RowKindSet accepts, std::shared_ptr<std::vector<Batch>> written)
      : accepts_(accepts), written_(std::move(written)) {}

  RowKindSet accepts() const override { return accepts_; }
  Guarantee guarantee() const override { return Guarantee::kNone; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext&) override {
    return std::make_unique<KeepingWriter>(written_);
  }
  Description describe() const override { return {.name = "Kept", .details = {}}; }

 private:
  const RowKindSet accepts_;
  const std::shared_ptr<std::vector<Batch>> written_;
};

/// One row a key.
Result<std::vector<Row>> rows_by_key(const WrittenTable& table,
                                     const std::vector<Change>& changes) {
  std::map<Row, Row, RowLess> rows;
  for (const Change& change : changes) {
    const Row key = key_of(change.row, table.key);
    const auto found = rows.find(key);
    if (!is_retraction(change.kind)) {
      rows[key] = change.row;
      continue;
    }
    if (found == rows.end()) return Status::Invalid("a key is taken back that is not there");
    if (table.accepts == RowKindSet::all() && compare(found->second, change.row) != 0) {
      return Status::Invalid("a row is taken back that its key does not have");
    }
    rows.erase(found);
  }
  std::vector<Row> left;
  for (auto& [key, row] : rows) left.push_back(std::move(row));
  return left;
}

}  // namespace

std::unique_ptr<Sink> make_keeping_sink(RowKindSet accepts,
                                        std::shared_ptr<std::vector<Batch>> written) {
  return std::make_unique<KeepingSink>(accepts, std::move(written));
}

Row key_of(const Row& row, const std::vector<int>& key) {
  Row values;
  for (const int i : key) values.push_back(row[static_cast<size_t>(i)]);
  return values;
}

Result<std::vector<Row>> rows_left(const WrittenTable& table, const std::vector<Batch>& written) {
  std::vector<Change> changes;
  for (const Batch& batch : written) {
    HW_ASSIGN_OR_RETURN(std::vector<Change> more, changes_of(batch));
    for (Change& change : more) {
      // Of a table that replaces by key a -U is a -D.
      const bool before = change.kind == RowKind::kUpdateBefore && !table.key.empty();
      if (!before && !table.accepts.contains(change.kind)) {
        return Status::Invalid("a table that takes ", table.accepts.to_text(), " got ",
                               hw::to_text(change.kind));
      }
      changes.push_back(std::move(change));
    }
  }
  const bool is_bag = table.key.empty() || !table.replaces;
  return is_bag ? fold(changes, {}) : rows_by_key(table, changes);
}

std::string difference_by_key(const Schema& schema, const std::vector<int>& key,
                              const std::vector<Row>& expected, const std::vector<Row>& found) {
  if (key.empty()) return difference(schema, expected, found);
  std::map<Row, std::vector<Row>, RowLess> wanted;
  for (const Row& row : expected) wanted[key_of(row, key)].push_back(row);
  std::map<Row, Row, RowLess> given;
  for (const Row& row : found) given[key_of(row, key)] = row;
  for (const auto& [value, rows] : wanted) {
    const auto at = given.find(value);
    if (at == given.end()) return difference(schema, {rows[0]}, {});
    std::string problem = what_is_too_much(schema, rows, {at->second});
    if (!problem.empty()) return problem + "\n  one of them " + to_text(rows[0], types_of(schema));
    given.erase(at);
  }
  if (!given.empty()) return difference(schema, {}, {given.begin()->second});
  return {};
}

}  // namespace hw::reference
