// SPDX-License-Identifier: Apache-2.0

#include "state/table_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include <arrow/array.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "columnar/arrow_ipc.h"
#include "columnar/key_bytes.h"
#include "columnar/type_parser.h"
#include "state/stored_rows.h"

namespace hw {
namespace {

constexpr size_t kBatchRows = 4096;

std::shared_ptr<arrow::Schema> file_schema(const SnapshotLayout& layout,
                                           std::span<const int> columns) {
  arrow::FieldVector fields;
  for (const int c : columns) {
    const SqlField& column = layout.columns[static_cast<size_t>(c)];
    fields.push_back(arrow::field(
        column.name, column.type.to_arrow(), column.type.nullable(),
        arrow::key_value_metadata({{kSqlTypeKey, column.type.to_sql_without_null()}})));
  }
  return arrow::schema(std::move(fields));
}

/// The rows' positions ordered by key group, equal groups in the order they had.
struct GroupedRows {
  std::vector<uint32_t> positions;
  std::vector<std::pair<int, int64_t>> groups;
};

Result<GroupedRows> group_rows(const FrozenRows& rows, const std::vector<int>& key_columns,
                               int num_key_groups) {
  const auto num_rows = static_cast<size_t>(rows.num_rows());
  std::vector<int32_t> group_of(num_rows, 0);
  std::vector<uint32_t> block;
  for (size_t begin = 0; !key_columns.empty() && begin < num_rows; begin += kBatchRows) {
    block.clear();
    for (size_t i = begin; i < std::min(begin + kBatchRows, num_rows); ++i) {
      block.push_back(static_cast<uint32_t>(i));
    }
    HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> keys, rows.read(key_columns, block));
    const std::vector<uint64_t> hashes = hash_keys(keys, static_cast<int64_t>(block.size()));
    for (size_t i = 0; i < block.size(); ++i) {
      group_of[begin + i] = key_group_of(hashes[i], num_key_groups);
    }
  }
  std::vector<uint32_t> next(static_cast<size_t>(num_key_groups) + 1, 0);
  for (const int32_t group : group_of) ++next[static_cast<size_t>(group) + 1];
  for (size_t g = 1; g < next.size(); ++g) next[g] += next[g - 1];
  GroupedRows grouped;
  for (int g = 0; g < num_key_groups; ++g) {
    const auto group = static_cast<size_t>(g);
    if (next[group + 1] > next[group]) grouped.groups.emplace_back(g, next[group]);
  }
  grouped.positions.resize(num_rows);
  for (size_t i = 0; i < num_rows; ++i) {
    grouped.positions[next[static_cast<size_t>(group_of[i])]++] = static_cast<uint32_t>(i);
  }
  return grouped;
}

/// Writes record batches and remembers where they end. Rows whose text is too long for one column
/// are halved until they fit.
class BatchWriter {
 public:
  BatchWriter(const FrozenRows& rows, std::span<const int> columns,
              std::shared_ptr<arrow::Schema> schema, arrow::ipc::RecordBatchWriter& writer,
              std::vector<int64_t>& batch_ends)
      : rows_(rows),
        columns_(columns),
        schema_(std::move(schema)),
        writer_(writer),
        batch_ends_(batch_ends) {}

  Status write(std::span<const uint32_t> positions) {
    Result<std::vector<ColumnPtr>> columns = rows_.read(columns_, positions);
    if (columns.status().IsCapacityError() && positions.size() > 1) {
      HW_TRY(write(positions.first(positions.size() / 2)));
      return write(positions.subspan(positions.size() / 2));
    }
    HW_TRY(columns.status());
    arrow::ArrayVector arrays;
    for (const ColumnPtr& column : *columns) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr plain, column->is_plain() ? column : column->flattened());
      arrays.push_back(plain->to_arrow());
    }
    const auto num_rows = static_cast<int64_t>(positions.size());
    HW_TRY(writer_.WriteRecordBatch(*arrow::RecordBatch::Make(schema_, num_rows, arrays)));
    batch_ends_.push_back(num_rows + (batch_ends_.empty() ? 0 : batch_ends_.back()));
    return Status::OK();
  }

 private:
  const FrozenRows& rows_;
  const std::span<const int> columns_;
  const std::shared_ptr<arrow::Schema> schema_;
  arrow::ipc::RecordBatchWriter& writer_;
  std::vector<int64_t>& batch_ends_;
};

}  // namespace

Result<SnapshotPiece> write_table_file(const FrozenRows& rows, const SnapshotLayout& layout,
                                       std::span<const int> columns, const TableFileTarget& target,
                                       SnapshotSink& sink) {
  SnapshotPiece piece;
  piece.stream = target.stream;
  piece.num_rows = rows.num_rows();
  HW_ASSIGN_OR_RETURN(GroupedRows grouped,
                      group_rows(rows, layout.key_columns, target.num_key_groups));
  piece.groups = std::move(grouped.groups);

  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::io::OutputStream> raw, sink.create(piece.stream));
  const auto stream = std::make_shared<ChecksummingStream>(std::move(raw));
  const std::shared_ptr<arrow::Schema> schema = file_schema(layout, columns);
  arrow::ipc::IpcWriteOptions options = arrow::ipc::IpcWriteOptions::Defaults();
  options.memory_pool = target.pool;
  options.use_threads = false;
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::ipc::RecordBatchWriter> writer,
                      arrow::ipc::MakeFileWriter(stream, schema, options));
  BatchWriter batches(rows, columns, schema, *writer, piece.batch_ends);
  const std::span<const uint32_t> positions = grouped.positions;
  for (size_t begin = 0; begin < positions.size(); begin += kBatchRows) {
    HW_TRY(batches.write(positions.subspan(begin, std::min(kBatchRows, positions.size() - begin))));
  }
  HW_TRY(writer->Close());
  HW_TRY(stream->Close());
  piece.checksums = stream->checksums();
  return piece;
}

Result<SqlType> sql_type_of(const arrow::Field& field) {
  const auto text = field.metadata() != nullptr ? field.metadata()->Get(kSqlTypeKey)
                                                : Result<std::string>(std::string());
  if (text.ok() && !text->empty()) {
    const Result<SqlType> type = parse_sql_type(*text);
    if (type.ok()) return type->with_nullable(field.nullable());
  }
  return Status::SerializationError("column '", field.name(), "' of the snapshot has no SQL type");
}

Status read_table_file(const SnapshotPiece& piece, KeyGroupRange range,
                       const SnapshotSource& source, arrow::MemoryPool* pool,
                       TableFileVisitor& visitor) {
  const auto [begin, end] = piece.rows_of(range);
  if (piece.stream.empty() || (begin == end && piece.num_rows > 0)) return Status::OK();
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::io::RandomAccessFile> raw, source.open(piece.stream));
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<ChecksummedFile> stream,
                      ChecksummedFile::open(std::move(raw), piece.checksums, piece.stream));
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::ipc::RecordBatchFileReader> reader,
                      arrow::ipc::RecordBatchFileReader::Open(stream, ipc_read_options(pool)));
  HW_TRY(visitor.on_schema(*reader->schema()));
  if (reader->num_record_batches() != static_cast<int>(piece.batch_ends.size())) {
    return Status::SerializationError("snapshot stream '", piece.stream, "' has ",
                                      reader->num_record_batches(), " record batches, but ",
                                      piece.batch_ends.size(), " are listed");
  }
  int64_t batch_begin = 0;
  for (size_t b = 0; b < piece.batch_ends.size(); ++b) {
    const int64_t batch_end = piece.batch_ends[b];
    const int64_t from = std::max(begin, batch_begin);
    const int64_t to = std::min(end, batch_end);
    if (from < to) {
      HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> batch,
                          reader->ReadRecordBatch(static_cast<int>(b)));
      if (batch->num_rows() != batch_end - batch_begin) {
        return Status::SerializationError("snapshot stream '", piece.stream,
                                          "' and its index disagree about batch ", b);
      }
      const Status valid = validate_stored_rows(*batch);
      if (!valid.ok()) {
        return Status::SerializationError("snapshot stream '", piece.stream,
                                          "' is damaged: ", valid.message());
      }
      HW_TRY(visitor.on_rows(*batch->Slice(from - batch_begin, to - from)));
    }
    batch_begin = batch_end;
  }
  return Status::OK();
}

}  // namespace hw
