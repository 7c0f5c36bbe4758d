// SPDX-License-Identifier: Apache-2.0

#include "columnar/arrow_ipc.h"

#include <arrow/ipc/options.h>

namespace hw {

arrow::ipc::IpcReadOptions ipc_read_options(arrow::MemoryPool* pool) {
  arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = pool;
  options.use_threads = false;
  options.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
  return options;
}

}  // namespace hw
