// SPDX-License-Identifier: Apache-2.0
//
// Which of a scan's columns come out of a file, and which are known about the file: metadata and
// the values of its partition folders.

#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "connectors/files/file_list.h"
#include "runtime/format.h"
#include "runtime/source.h"

namespace hw {

class Env;

class FileColumns {
 public:
  /// Fails when a partition key is no column of the table.
  static Result<FileColumns> make(const ScanRequest& request);

  /// What to ask the format for: columns that are in the files.
  DecoderRequest decoder_request(const SourceContext& context) const;

  /// Prepares the values that all rows of `file` share. Fails when a folder's text is no value of
  /// the partition column's type.
  Status begin_file(const FileEntry& file, const std::string& default_partition, Env& env);
  /// Adds those to decoded rows, in the order of the scan.
  Batch assemble(const Batch& decoded) const;

 private:
  struct Column {
    enum class Origin : uint8_t { kFile, kMetadata, kPartition };
    Origin origin;
    SqlType type;
    std::string key;  // metadata key or partition key
    int index = 0;    // of the decoded columns, or of the partition keys
  };

  ScanRequest request_;
  std::vector<Column> columns_;
  SchemaPtr schema_;
  SchemaPtr decoded_schema_;
  SchemaPtr file_schema_;  // all declared columns that the files hold
  std::vector<int> primary_key_;
  std::vector<ColumnPtr> shared_;  // one row each; null where the file has the column
};

}  // namespace hw
