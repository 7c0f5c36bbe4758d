// SPDX-License-Identifier: Apache-2.0
//
// Memory for columns. Touching fresh memory costs several times as much as reusing what was just
// freed, and a batch's buffers live for a moment: so freed blocks go to free lists by size class,
// one set a thread, and from there to the next allocation. A thread that only frees (a consumer)
// hands its surplus to a shared set, from which a thread that only allocates refills.

#pragma once

#include <cstdint>
#include <memory>

#include <arrow/type_fwd.h>

namespace hw {

/// The pool of this process. Any thread may allocate, and free what another one allocated.
/// What it keeps is bounded: 32 MiB a thread and 256 MiB shared; blocks above 4 MiB and, under
/// AddressSanitizer, all blocks go straight back to the system.
arrow::MemoryPool* recycling_pool();

/// Returns `bytes` of uninitialised memory of the pool, 64-byte aligned. Crashes when the system
/// has none.
std::shared_ptr<arrow::ResizableBuffer> pooled_buffer(int64_t bytes);

/// The same, all zero.
std::shared_ptr<arrow::ResizableBuffer> zeroed_buffer(int64_t bytes);

}  // namespace hw
