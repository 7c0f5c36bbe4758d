// SPDX-License-Identifier: Apache-2.0

#include "job/restore_migration.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "columnar/arrow_ipc.h"
#include "columnar/sql_type.h"
#include "columnar/type_parser.h"
#include "state/checksummed_file.h"
#include "state/snapshot_index.h"
#include "state/stored_rows.h"

namespace hw {
namespace {

constexpr char kSqlTypeKey[] = "headwater.sql_type";  // docs/formats/state_snapshot.md

/// Changed tables from memory, others from where they were.
class MigratedSnapshot final : public SnapshotSource {
 public:
  explicit MigratedSnapshot(std::shared_ptr<SnapshotSource> saved) : saved_(std::move(saved)) {}
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(std::string_view name) const override {
    const bool changed = std::find(names_.begin(), names_.end(), name) != names_.end();
    return changed ? changed_.open(name) : saved_->open(name);
  }
  SnapshotSink& changed() { return changed_; }
  /// From now on that stream is the changed one.
  void replace(std::string_view name) { names_.emplace_back(name); }

 private:
  const std::shared_ptr<SnapshotSource> saved_;
  MemorySnapshot changed_;
  std::vector<std::string> names_;
};

Result<SnapshotIndex> read_index(const SnapshotSource& snapshot) {
  HW_ASSIGN_OR_RETURN(const auto stream, snapshot.open(kSnapshotIndexStream));
  HW_ASSIGN_OR_RETURN(const int64_t size, stream->GetSize());
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, stream->ReadAt(0, size));
  return decode_snapshot_index(std::string_view(*bytes));
}

Result<std::shared_ptr<arrow::Schema>> schema_of(const ManifestTable& table) {
  arrow::FieldVector fields;
  for (const ManifestColumn& column : table.columns) {
    HW_ASSIGN_OR_RETURN(const SqlType type, parse_sql_type(column.type));
    fields.push_back(
        arrow::field(column.name, type.to_arrow(), type.nullable(),
                     arrow::key_value_metadata({{kSqlTypeKey, type.to_sql_without_null()}})));
  }
  return arrow::schema(std::move(fields));
}

/// NULLs, or zero bytes where there is no NULL: what a fresh accumulator is.
Result<std::shared_ptr<arrow::Array>> filled(const arrow::Field& field, int64_t num_rows,
                                             arrow::MemoryPool* pool) {
  if (field.nullable()) return arrow::MakeArrayOfNull(field.type(), num_rows, pool);
  HW_ASSIGN_OR_RETURN(const auto nulls, arrow::MakeArrayOfNull(field.type(), num_rows, pool));
  const std::shared_ptr<arrow::ArrayData> zeros = nulls->data()->Copy();
  if (!zeros->child_data.empty()) {
    return Status::Invalid("a column of type ", field.type()->ToString(),
                           " cannot be filled in: nothing stands for an empty one");
  }
  zeros->buffers[0] = nullptr;
  zeros->null_count = 0;
  return arrow::MakeArray(zeros);
}

Result<std::shared_ptr<arrow::Array>> cast(const std::shared_ptr<arrow::Array>& array,
                                           const arrow::Field& field, arrow::MemoryPool* pool) {
  if (array->type()->Equals(*field.type())) return array;
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  return arrow::compute::Cast(*array, field.type(), arrow::compute::CastOptions::Safe(), &context);
}

/// Turns the rows of one stream, batch by batch.
class StreamConverter {
 public:
  /// `sources`: for each field of the schema the saved column, -1 = filled in.
  StreamConverter(std::vector<int> sources, std::shared_ptr<arrow::Schema> schema,
                  arrow::MemoryPool* pool)
      : sources_(std::move(sources)), schema_(std::move(schema)), pool_(pool) {}

  /// Rows stay where they are: what the index says of groups and batches holds on.
  Result<SnapshotPiece> convert(SnapshotPiece piece, const std::string& name,
                                const SnapshotSource& from, SnapshotSink& to) const {
    if (piece.stream.empty()) return piece;
    HW_ASSIGN_OR_RETURN(auto raw, from.open(piece.stream));
    HW_ASSIGN_OR_RETURN(const auto checked,
                        ChecksummedFile::open(std::move(raw), piece.checksums, piece.stream));
    HW_ASSIGN_OR_RETURN(const auto reader,
                        arrow::ipc::RecordBatchFileReader::Open(checked, ipc_read_options(pool_)));
    HW_ASSIGN_OR_RETURN(auto out, to.create(name));
    const auto stream = std::make_shared<ChecksummingStream>(std::move(out));
    arrow::ipc::IpcWriteOptions write = arrow::ipc::IpcWriteOptions::Defaults();
    write.memory_pool = pool_;
    write.use_threads = false;
    HW_ASSIGN_OR_RETURN(const auto writer, arrow::ipc::MakeFileWriter(stream, schema_, write));
    for (int i = 0; i < reader->num_record_batches(); ++i) {
      HW_ASSIGN_OR_RETURN(const auto batch, reader->ReadRecordBatch(i));
      HW_ASSIGN_OR_RETURN(const auto converted, convert(*batch));
      HW_TRY(writer->WriteRecordBatch(*converted));
    }
    HW_TRY(writer->Close());
    HW_TRY(stream->Close());
    piece.stream = name;
    piece.checksums = stream->checksums();
    return piece;
  }

 private:
  Result<std::shared_ptr<arrow::RecordBatch>> convert(const arrow::RecordBatch& batch) const {
    HW_TRY(validate_stored_rows(batch));
    arrow::ArrayVector arrays;
    for (size_t c = 0; c < sources_.size(); ++c) {
      const arrow::Field& field = *schema_->field(static_cast<int>(c));
      if (sources_[c] >= batch.num_columns()) {
        return Status::SerializationError("a stream of the snapshot has ", batch.num_columns(),
                                          " columns, not those that the manifest lists");
      }
      std::shared_ptr<arrow::Array> array;
      if (sources_[c] < 0) {
        HW_ASSIGN_OR_RETURN(array, filled(field, batch.num_rows(), pool_));
      } else {
        HW_ASSIGN_OR_RETURN(array, cast(batch.column(sources_[c]), field, pool_));
      }
      arrays.push_back(std::move(array));
    }
    return arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(arrays));
  }

  const std::vector<int> sources_;
  const std::shared_ptr<arrow::Schema> schema_;
  arrow::MemoryPool* const pool_;
};

/// Where a saved column has gone.
Result<int> place_of(const TableMigration& migration, int saved) {
  for (size_t c = 0; c < migration.sources.size(); ++c) {
    if (migration.sources[c].saved == saved) return static_cast<int>(c);
  }
  return Status::Invalid("column ", saved, " of state table '", migration.saved_table,
                         "' tells its rows apart: it cannot be left out");
}

Result<SnapshotTable> convert_table(const SnapshotTable& saved, const SnapshotSource& from,
                                    const TableMigration& migration, SnapshotSink& to,
                                    arrow::MemoryPool* pool) {
  SnapshotTable table = saved;
  table.name = migration.table.name;
  table.key_columns.clear();
  for (size_t c = 0; c < migration.table.columns.size(); ++c) {
    if (migration.table.columns[c].key) table.key_columns.push_back(static_cast<int>(c));
  }
  HW_ASSIGN_OR_RETURN(const auto schema, schema_of(migration.table));
  std::vector<int> sources;
  for (const auto& source : migration.sources) sources.push_back(source.saved);
  const StreamConverter rows(sources, schema, pool);
  // Streams of removals have the identity columns only.
  std::vector<int> identity_sources;
  arrow::FieldVector identity_fields;
  for (size_t i = 0; i < saved.identity.size(); ++i) {
    HW_ASSIGN_OR_RETURN(table.identity[i], place_of(migration, saved.identity[i]));
    identity_sources.push_back(static_cast<int>(i));
    identity_fields.push_back(schema->field(table.identity[i]));
  }
  if (saved.drop_column >= 0) {
    HW_ASSIGN_OR_RETURN(table.drop_column, place_of(migration, saved.drop_column));
  }
  const StreamConverter identities(std::move(identity_sources),
                                   arrow::schema(std::move(identity_fields)), pool);
  HW_ASSIGN_OR_RETURN(SnapshotPiece base,
                      rows.convert(saved.base(), table.name + ".arrow", from, to));
  table.set_base(std::move(base));
  for (size_t i = 0; i < table.deltas.size(); ++i) {
    SnapshotDelta& delta = table.deltas[i];
    const std::string name = table.name + "." + std::to_string(i + 1);
    HW_ASSIGN_OR_RETURN(delta.removed,
                        identities.convert(delta.removed, name + ".removed.arrow", from, to));
    HW_ASSIGN_OR_RETURN(delta.changed,
                        rows.convert(delta.changed, name + ".changed.arrow", from, to));
  }
  return table;
}

}  // namespace

Result<std::shared_ptr<SnapshotSource>> migrate_state(std::shared_ptr<SnapshotSource> saved,
                                                      const StateMigration& migration,
                                                      arrow::MemoryPool* pool) {
  HW_ASSIGN_OR_RETURN(const SnapshotIndex old_index, read_index(*saved));
  auto migrated = std::make_shared<MigratedSnapshot>(saved);
  SnapshotIndex index{
      .num_key_groups = old_index.num_key_groups, .key_groups = old_index.key_groups, .tables = {}};
  for (const TableMigration& table : migration.tables) {
    const SnapshotTable* found = old_index.find(table.saved_table);
    if (found == nullptr) continue;
    Result<SnapshotTable> converted =
        convert_table(*found, *saved, table, migrated->changed(), pool);
    if (!converted.ok()) {
      return while_doing(converted.status(), "migrating state table '" + table.saved_table + "'");
    }
    for (const std::string& stream : converted->streams()) migrated->replace(stream);
    index.tables.push_back(*std::move(converted));
  }
  HW_ASSIGN_OR_RETURN(const auto stream, migrated->changed().create(kSnapshotIndexStream));
  const std::string bytes = encode(index);
  HW_TRY(stream->Write(bytes.data(), static_cast<int64_t>(bytes.size())));
  HW_TRY(stream->Close());
  migrated->replace(kSnapshotIndexStream);
  return std::static_pointer_cast<SnapshotSource>(std::move(migrated));
}

}  // namespace hw
