// SPDX-License-Identifier: Apache-2.0
//
// A table over batches that a program holds: for tests, benchmarks and embedding. It has no WITH
// form; the planner gets its source from `scan`. Immutable: any number of jobs may read it.

#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "columnar/batch.h"
#include "runtime/source.h"

namespace hw {

class MemoryTable {
 public:
  /// Requires: every batch has `schema`. Batches above the row limit are cut.
  static Result<std::shared_ptr<const MemoryTable>> make(SchemaPtr schema,
                                                         const std::vector<Batch>& batches);
  /// The same from Arrow. Fails (NotImplemented) for types that SQL does not have.
  static Result<std::shared_ptr<const MemoryTable>> from_arrow(
      const arrow::Schema& schema, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);

  const SchemaPtr& schema() const { return schema_; }
  int64_t num_rows() const { return num_rows_; }

  /// What of the order of rows decides which of them are late.
  enum class Order {
    kOfAll,         // a stream with a watermark is read by one reader
    kOfEachReader,  // by any number: for times that never go back, where no row can be late
  };

  /// The batches in order in one split (always where rows are changes of others), or dealt out to
  /// as many as the request has readers: in turn, and where no run goes on from another one, each
  /// to the reader that asks first, so that one whose worker has more to do further down reads
  /// less. Fails (Invalid) for a column that the table does not have.
  static Result<std::unique_ptr<Source>> scan(std::shared_ptr<const MemoryTable> table,
                                              const ScanRequest& request,
                                              Order order = Order::kOfAll);

  const std::vector<Batch>& batches() const { return batches_; }
  /// Of each batch: counted once, since it means a look at every buffer.
  const std::vector<int64_t>& batch_bytes() const { return batch_bytes_; }
  RowKindSet kinds() const { return kinds_; }

 private:
  explicit MemoryTable(SchemaPtr schema) : schema_(std::move(schema)) {}

  // Constant after make().
  const SchemaPtr schema_;
  std::vector<Batch> batches_;
  std::vector<int64_t> batch_bytes_;
  RowKindSet kinds_ = RowKindSet::insert_only();
  int64_t num_rows_ = 0;
};

}  // namespace hw
