// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are a state table's stream in a checkpoint's data file, or an error. Checksums are made
// right: what is fuzzed is what lies behind them. The first two bytes of an input are the number of
// rows that the index claims and the first key group that is asked for.

// libraries: base columnar
// sources: src/state/table_file.cc src/state/checksummed_file.cc src/state/snapshot*.cc
// sources: src/state/stored_rows.cc

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <arrow/array.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "columnar/column.h"
#include "columnar/text/type_text.h"
#include "state/table_file.h"

namespace hw {
namespace {

// As a restore takes it: columns by the SQL types that the file names.
class Visitor final : public TableFileVisitor {
 public:
  Status on_rows(const arrow::RecordBatch& batch) override {
    for (int c = 0; c < batch.num_columns(); ++c) {
      HW_ASSIGN_OR_RETURN(const SqlType type, sql_type_of(*batch.schema()->field(c)));
      HW_ASSIGN_OR_RETURN(const ColumnPtr column, Column::from_arrow(type, *batch.column(c)));
      for (int64_t row = 0; row < batch.num_rows(); ++row) (void)value_text(*column, row);
    }
    return Status::OK();
  }
};

void run(int64_t num_rows, int first_group, std::string_view bytes) {
  MemorySnapshot snapshot;
  ChecksummingStream stream(*snapshot.create("t"));
  if (!stream.Write(bytes.data(), static_cast<int64_t>(bytes.size())).ok()) std::abort();
  if (!stream.Close().ok()) std::abort();
  SnapshotPiece piece{.stream = "t", .checksums = stream.checksums(), .num_rows = num_rows};
  piece.batch_ends = {num_rows};
  piece.groups = {{0, 0}, {100, num_rows / 2}};
  Visitor visitor;
  (void)read_table_file(piece, {.begin = first_group, .end = kKeyGroupsDefault}, snapshot,
                        arrow::system_memory_pool(), visitor);
}

}  // namespace
}  // namespace hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  hw::run(data[0], data[1], {reinterpret_cast<const char*>(data) + 2, size - 2});
  return 0;
}
