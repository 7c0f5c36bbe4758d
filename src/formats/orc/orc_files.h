// SPDX-License-Identifier: Apache-2.0
//
// Reads and writes whole ORC files.

#pragma once

#include <memory>
#include <string>

#include "runtime/format.h"

namespace hw {

namespace orc_options {
OptionSpec compress();
OptionSpec stripe_size();
}  // namespace orc_options

Result<std::unique_ptr<BulkReader>> open_orc_reader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, std::string origin,
    const DecoderRequest& request);

/// Fails (NotImplemented) when ORC has no such type.
Result<std::unique_ptr<BulkWriter>> open_orc_writer(std::shared_ptr<arrow::io::OutputStream> sink,
                                                    const SchemaPtr& schema,
                                                    const Options& options);

}  // namespace hw
