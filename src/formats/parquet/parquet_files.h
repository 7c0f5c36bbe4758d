// SPDX-License-Identifier: Apache-2.0
//
// Reads and writes whole Parquet files.

#pragma once

#include <memory>
#include <string>

#include "runtime/format.h"

namespace hw {

Result<std::unique_ptr<BulkReader>> open_parquet_reader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, std::string origin,
    const DecoderRequest& request, const Options& options);

Result<std::unique_ptr<BulkWriter>> open_parquet_writer(
    std::shared_ptr<arrow::io::OutputStream> sink, const SchemaPtr& schema, const Options& options);

}  // namespace hw
