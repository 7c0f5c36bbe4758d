// SPDX-License-Identifier: Apache-2.0
//
// How stored Arrow IPC data is read, wherever it lies.

#pragma once

#include <arrow/ipc/type_fwd.h>
#include <arrow/type_fwd.h>

namespace hw {

/// One thread, memory from `pool`, and every buffer as its type wants it aligned: what a file says
/// of its places is not to be trusted, and columns are read by address.
arrow::ipc::IpcReadOptions ipc_read_options(arrow::MemoryPool* pool);

}  // namespace hw
