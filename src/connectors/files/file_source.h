// SPDX-License-Identifier: Apache-2.0
//
// The source of the filesystem connector: what all its readers share, and the two kinds of them.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/files/file_columns.h"
#include "runtime/connector_catalogue.h"
#include "runtime/source.h"
#include "runtime/table_estimate.h"

namespace hw {

/// Constant after construction; outlives the readers.
struct FileScan {
  ScanRequest request;
  FileListRequest list;
  std::string default_partition;
  /// How often to look for new files; none: once.
  std::optional<int64_t> monitor_interval_ms;
  Options format_options;
  const FormatRecord* format = nullptr;
};

/// Reads the records of files one after the other, in blocks with the unread rest carried over.
/// Position: file, byte (of the text, if the file is compressed), line, what the decoder keeps.
Result<std::unique_ptr<SplitReader>> make_record_reader(std::shared_ptr<const FileScan> scan,
                                                        std::vector<FileEntry> files,
                                                        const SourceContext& context);

/// Reads files of a bulk format one after the other. Position: file, row.
Result<std::unique_ptr<SplitReader>> make_bulk_reader(std::shared_ptr<const FileScan> scan,
                                                      std::vector<FileEntry> files,
                                                      const SourceContext& context);

/// Rows and ranges of files of a bulk format, by what the files say of themselves. Fails
/// (NotImplemented) where the format does not tell.
Result<TableEstimate> estimate_bulk(const FileScan& scan, const std::vector<FileEntry>& files,
                                    Env& env);

/// Emits `batch` in pieces of at most kBatchRowsMax rows, at most `limit` rows in all; takes what
/// was emitted off the limit.
void emit_rows(const Batch& batch, std::optional<int64_t>* limit, Output& output);

Result<std::unique_ptr<Source>> make_file_source(FileScan scan);

}  // namespace hw
