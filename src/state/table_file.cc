// SPDX-License-Identifier: Apache-2.0

#include "state/table_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include <arrow/array.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "columnar/key_bytes.h"

namespace hw {
namespace {

constexpr char kSqlTypeKey[] = "headwater.sql_type";
constexpr size_t kBatchRows = 4096;

std::shared_ptr<arrow::Schema> file_schema(const SnapshotLayout& layout) {
  arrow::FieldVector fields;
  for (const SqlField& column : layout.columns) {
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
  BatchWriter(const FrozenRows& rows, std::shared_ptr<arrow::Schema> schema,
              arrow::ipc::RecordBatchWriter& writer, std::vector<int64_t>& batch_ends)
      : rows_(rows), schema_(std::move(schema)), writer_(writer), batch_ends_(batch_ends) {
    for (int c = 0; c < schema_->num_fields(); ++c) columns_.push_back(c);
  }

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
  const std::shared_ptr<arrow::Schema> schema_;
  arrow::ipc::RecordBatchWriter& writer_;
  std::vector<int64_t>& batch_ends_;
  std::vector<int> columns_;
};

/// The place of column `c` in the file, -1 if it is not there. Names may repeat (rows of a join):
/// equal ones stand in their order.
int place_of(const SnapshotLayout& layout, size_t c, const arrow::Schema& schema) {
  const std::string& name = layout.columns[c].name;
  size_t ordinal = 0;
  for (size_t i = 0; i < c; ++i) ordinal += layout.columns[i].name == name;
  for (int place = 0; place < schema.num_fields(); ++place)
    if (schema.field(place)->name() == name && ordinal-- == 0) return place;
  return -1;
}

/// Where each column of the layout is in the file; -1 = not there, read as NULL.
Result<std::vector<int>> match_columns(const SnapshotTable& file, const SnapshotLayout& layout,
                                       const arrow::Schema& schema) {
  if (file.kind != layout.kind || file.version != layout.version ||
      file.key_columns != layout.key_columns) {
    return Status::Invalid("state table '", file.name, "' is a ", layout.kind, " table of version ",
                           layout.version, ", but the snapshot has a ", file.kind,
                           " table of version ", file.version, " or with other keys");
  }
  std::vector<int> places;
  int num_found = 0;
  for (size_t c = 0; c < layout.columns.size(); ++c) {
    const SqlField& column = layout.columns[c];
    const int place = place_of(layout, c, schema);
    places.push_back(place);
    if (place < 0) {
      const bool is_key = std::find(layout.key_columns.begin(), layout.key_columns.end(),
                                    static_cast<int>(c)) != layout.key_columns.end();
      if (!is_key && column.type.nullable()) continue;
      return Status::Invalid("state table '", file.name, "' needs column '", column.name,
                             "', which the snapshot does not have");
    }
    ++num_found;
    const auto& field = *schema.field(place);
    const auto type = field.metadata() != nullptr ? field.metadata()->Get(kSqlTypeKey)
                                                  : Result<std::string>(std::string());
    if (!type.ok() || *type != column.type.to_sql_without_null() ||
        !field.type()->Equals(*column.type.to_arrow())) {
      return Status::Invalid("column '", column.name, "' of state table '", file.name, "' is ",
                             column.type.to_sql_without_null(), ", but ",
                             type.ok() ? *type : std::string("of no SQL type"), " in the snapshot");
    }
  }
  if (num_found != schema.num_fields()) {
    return Status::Invalid("the snapshot of state table '", file.name, "' has ",
                           schema.num_fields(), " columns, but only ", num_found,
                           " are known: state would be lost");
  }
  return places;
}

Status restore_batch(const arrow::RecordBatch& batch, const std::vector<int>& places,
                     const SnapshotLayout& layout, StateTable& table) {
  const Status valid = batch.ValidateFull();
  if (!valid.ok()) {
    return Status::SerializationError("state table '", table.name(),
                                      "' of the snapshot is damaged: ", valid.message());
  }
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < places.size(); ++c) {
    const SqlType& type = layout.columns[c].type;
    if (places[c] < 0) {
      columns.push_back(Column::nulls(type, batch.num_rows()));
      continue;
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr column, Column::from_arrow(type, *batch.column(places[c])));
    columns.push_back(std::move(column));
  }
  return table.restore_rows(columns, batch.num_rows());
}

}  // namespace

Result<SnapshotTable> write_table_file(const StateTable& table, int num_key_groups,
                                       SnapshotSink& sink, arrow::MemoryPool* pool) {
  const SnapshotLayout layout = table.layout();
  SnapshotTable file;
  file.name = table.name();
  file.kind = layout.kind;
  file.version = layout.version;
  file.key_columns = layout.key_columns;
  file.stream = table.name() + ".arrow";
  file.num_rows = table.num_rows();
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<FrozenRows> rows, table.freeze());
  HW_ASSIGN_OR_RETURN(GroupedRows grouped, group_rows(*rows, layout.key_columns, num_key_groups));
  file.num_rows = rows->num_rows();
  file.groups = std::move(grouped.groups);

  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::io::OutputStream> raw, sink.create(file.stream));
  const auto stream = std::make_shared<ChecksummingStream>(std::move(raw));
  const std::shared_ptr<arrow::Schema> schema = file_schema(layout);
  arrow::ipc::IpcWriteOptions options = arrow::ipc::IpcWriteOptions::Defaults();
  options.memory_pool = pool;
  options.use_threads = false;
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::ipc::RecordBatchWriter> writer,
                      arrow::ipc::MakeFileWriter(stream, schema, options));
  BatchWriter batches(*rows, schema, *writer, file.batch_ends);
  const std::span<const uint32_t> positions = grouped.positions;
  for (size_t begin = 0; begin < positions.size(); begin += kBatchRows) {
    HW_TRY(batches.write(positions.subspan(begin, std::min(kBatchRows, positions.size() - begin))));
  }
  HW_TRY(writer->Close());
  HW_TRY(stream->Close());
  file.checksums = stream->checksums();
  return file;
}

Status read_table_file(const SnapshotTable& file, KeyGroupRange range, const SnapshotSource& source,
                       arrow::MemoryPool* pool, StateTable& table) {
  const auto [begin, end] = file.rows_of(range);
  if (begin == end && file.num_rows > 0) return Status::OK();
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::io::RandomAccessFile> raw, source.open(file.stream));
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<ChecksummedFile> stream,
                      ChecksummedFile::open(std::move(raw), file.checksums, file.stream));
  arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = pool;
  options.use_threads = false;
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::ipc::RecordBatchFileReader> reader,
                      arrow::ipc::RecordBatchFileReader::Open(stream, options));
  const SnapshotLayout layout = table.layout();
  HW_ASSIGN_OR_RETURN(const std::vector<int> places,
                      match_columns(file, layout, *reader->schema()));
  if (reader->num_record_batches() != static_cast<int>(file.batch_ends.size())) {
    return Status::SerializationError("snapshot stream '", file.stream, "' has ",
                                      reader->num_record_batches(), " record batches, but ",
                                      file.batch_ends.size(), " are listed");
  }
  int64_t batch_begin = 0;
  for (size_t b = 0; b < file.batch_ends.size(); ++b) {
    const int64_t batch_end = file.batch_ends[b];
    const int64_t from = std::max(begin, batch_begin);
    const int64_t to = std::min(end, batch_end);
    if (from < to) {
      HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> batch,
                          reader->ReadRecordBatch(static_cast<int>(b)));
      if (batch->num_rows() != batch_end - batch_begin) {
        return Status::SerializationError("snapshot stream '", file.stream,
                                          "' and its index disagree about batch ", b);
      }
      HW_TRY(restore_batch(*batch->Slice(from - batch_begin, to - from), places, layout, table));
    }
    batch_begin = batch_end;
  }
  return Status::OK();
}

}  // namespace hw
