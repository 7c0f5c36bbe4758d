// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_columns.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "columnar/column_builder.h"
#include "columnar/constant.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

std::string_view name_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Result<ColumnPtr> metadata_value(const std::string& key, const SqlType& type, const FileEntry& file,
                                 Env& env) {
  if (key == "file.path") return constant_text(type, absolute_path(file.path, env), 1);
  if (key == "file.name") return constant_text(type, name_of(file.path), 1);
  if (key == "file.size") return constant_int(type, file.size, 1);
  if (key == "file.modification-time") {
    return constant_int(type, file.modified_ms * (type.ticks_per_second() / 1000), 1);
  }
  return Status::Invalid("unknown metadata key '", key, "' of connector 'filesystem'");
}

Result<ColumnPtr> partition_value(const SqlType& type, const std::string& text,
                                  const std::string& default_partition,
                                  const std::string& time_zone) {
  if (text == default_partition) return hw::Column::nulls(type.with_nullable(true), 1);
  HW_ASSIGN_OR_RETURN(const auto parser, ValueParser::make(type, time_zone));
  HW_ASSIGN_OR_RETURN(const auto builder, ColumnBuilder::make(type));
  HW_TRY(parser->parse(text, *builder));
  HW_ASSIGN_OR_RETURN(const ColumnPtr column, builder->finish());
  return constant_from(*column, 0, 1);
}

}  // namespace

Result<FileColumns> FileColumns::make(const ScanRequest& request) {
  FileColumns made;
  made.request_ = request;
  const std::vector<std::string>& keys = request.partition_keys;
  for (const std::string& key : keys) {
    if (request.physical->index_of(key) < 0) {
      return Status::Invalid("a partition key is a column of the table, but '", key, "' is not");
    }
  }
  std::vector<SqlField> in_files;
  for (const SqlField& field : request.physical->fields()) {
    if (std::find(keys.begin(), keys.end(), field.name) == keys.end()) in_files.push_back(field);
  }
  made.file_schema_ = make_schema(std::move(in_files));
  for (const int key : request.primary_key) {
    const int index = made.file_schema_->index_of(request.physical->name(key));
    if (index >= 0) made.primary_key_.push_back(index);
  }
  std::vector<SqlField> all;
  std::vector<SqlField> decoded;
  for (const ScanRequest::Column& column : request.columns) {
    all.push_back({column.name, column.type});
    const auto key = std::find(keys.begin(), keys.end(), column.name);
    if (!column.metadata_key.empty()) {
      made.columns_.push_back({Column::Origin::kMetadata, column.type, column.metadata_key});
    } else if (key != keys.end()) {
      made.columns_.push_back({Column::Origin::kPartition, column.type, column.name,
                               static_cast<int>(key - keys.begin())});
    } else {
      made.columns_.push_back(
          {Column::Origin::kFile, column.type, {}, static_cast<int>(decoded.size())});
      decoded.push_back({column.name, column.type});
    }
  }
  made.schema_ = make_schema(std::move(all));
  made.decoded_schema_ = make_schema(std::move(decoded));
  return made;
}

DecoderRequest FileColumns::decoder_request(const SourceContext& context) const {
  DecoderRequest request;
  request.schema = decoded_schema_;
  request.physical = file_schema_;
  request.primary_key = primary_key_;
  request.predicates = request_.predicates;
  request.time_zone = request_.time_zone;
  request.memory_pool = context.memory_pool;
  request.counter = context.counter;
  return request;
}

Status FileColumns::begin_file(const FileEntry& file, const std::string& default_partition,
                               Env& env) {
  shared_.assign(columns_.size(), nullptr);
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    if (column.origin == Column::Origin::kMetadata) {
      HW_ASSIGN_OR_RETURN(shared_[i], metadata_value(column.key, column.type, file, env));
    } else if (column.origin == Column::Origin::kPartition) {
      const std::string& text = file.partition[static_cast<size_t>(column.index)];
      Result<ColumnPtr> value =
          partition_value(column.type, text, default_partition, request_.time_zone);
      if (!value.ok()) {
        return while_doing(value.status(),
                           "reading partition '" + column.key + "' of '" + file.shown + "'");
      }
      shared_[i] = *std::move(value);
    }
  }
  return Status::OK();
}

Batch FileColumns::assemble(const Batch& decoded) const {
  std::vector<ColumnPtr> columns;
  const int64_t rows = decoded.num_stored_rows();
  for (size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    if (column.origin == Column::Origin::kFile) {
      columns.push_back(decoded.column(column.index));
    } else {
      columns.push_back(hw::Column::constant(shared_[i]->type(), shared_[i]->values_ptr(), rows));
    }
  }
  return decoded.with_columns(schema_, std::move(columns));
}

}  // namespace hw
