// SPDX-License-Identifier: Apache-2.0

#include "reference/partitioned_source.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/env/env.h"
#include "reference/columns.h"

namespace hw::reference {
namespace {

class PartitionReader final : public SplitReader {
 public:
  PartitionReader(Batch rows, Slices slices)
      : rows_(std::move(rows)), slices_(slices), random_(slices.seed) {}

  Result<Flow> poll(Output& output) override {
    if (next_ >= rows_.num_rows()) return Flow::kFinished;
    int64_t length = slices_.rows_max;
    if (slices_.seed != 0) {
      length = 1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(length)));
    }
    length = std::min(length, rows_.num_rows() - next_);
    const int64_t last = next_ + length - 1;
    if (rows_.row_kind(last) == RowKind::kUpdateBefore && last + 1 < rows_.num_rows() &&
        rows_.row_kind(last + 1) == RowKind::kUpdateAfter) {
      ++length;
    }
    output.emit(rows_.slice(next_, length));
    next_ += length;
    return Flow::kNeedInput;
  }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string& position) override {
    next_ = std::stoll(position);
    return Status::OK();
  }

 private:
  const Batch rows_;
  const Slices slices_;
  Random random_;
  int64_t next_ = 0;
};

class PartitionEnumerator final : public SplitEnumerator {
 public:
  explicit PartitionEnumerator(size_t partitions) : partitions_(partitions) {}
  Result<std::vector<Split>> discover() override {
    std::vector<Split> splits;
    for (size_t i = 0; i < partitions_ && !done_; ++i) {
      splits.push_back({.id = "p" + std::to_string(i), .descriptor = std::to_string(i)});
    }
    done_ = true;
    return splits;
  }
  bool finished() const override { return done_; }
  Result<std::string> position() const override { return std::string(done_ ? "done" : ""); }
  Status seek(const std::string& position) override {
    done_ = position == "done";
    return Status::OK();
  }

 private:
  const size_t partitions_;
  bool done_ = false;
};

class PartitionedSource final : public Source {
 public:
  PartitionedSource(std::vector<Batch> partitions, RowKindSet kinds, Slices slices)
      : partitions_(std::move(partitions)), kinds_(kinds), slices_(slices) {}

  bool bounded() const override { return true; }
  RowKindSet changelog() const override { return kinds_; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<PartitionEnumerator>(partitions_.size());
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext&) override {
    const size_t partition = std::stoul(split.descriptor);
    Slices slices = slices_;
    if (slices.seed != 0) slices.seed += partition;
    return std::make_unique<PartitionReader>(partitions_[partition], slices);
  }
  Description describe() const override { return {.name = "Partitions", .details = {}}; }

 private:
  const std::vector<Batch> partitions_;
  const RowKindSet kinds_;
  const Slices slices_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_partitioned_source(const TableRows& rows,
                                                        const ScanRequest& request, Slices slices) {
  std::vector<Batch> partitions;
  for (const std::vector<Change>& changes : rows.partitions) {
    HW_ASSIGN_OR_RETURN(const Batch all, batch_of(request.physical, changes));
    std::vector<ColumnPtr> columns;
    std::vector<SqlField> fields;
    for (const ScanRequest::Column& column : request.columns) {
      const int i = all.schema()->index_of(column.name);
      if (i < 0) return Status::KeyError("a generated table has no column '", column.name, "'");
      columns.push_back(all.column(i));
      fields.push_back(all.schema()->field(i));
    }
    partitions.emplace_back(make_schema(std::move(fields)), std::move(columns),
                            all.num_stored_rows(), all.row_kinds());
  }
  return std::make_unique<PartitionedSource>(std::move(partitions), rows.kinds, slices);
}

}  // namespace hw::reference
