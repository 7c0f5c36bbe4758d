// SPDX-License-Identifier: Apache-2.0

#include "state/byte_arena.h"

#include <algorithm>

#include <arrow/memory_pool.h>

#include "base/assert.h"

namespace hw {

ByteArena::Block::Block(int64_t block_size, arrow::MemoryPool* block_pool)
    : size(block_size), pool(block_pool) {
  uint8_t* memory = nullptr;
  // Memory budgets are kept above the tables; a pool that refuses here is a machine without memory.
  HW_CHECK(pool->Allocate(size, &memory).ok());
  bytes = reinterpret_cast<char*>(memory);
}

ByteArena::Block::~Block() { pool->Free(reinterpret_cast<uint8_t*>(bytes), size); }

BytesRef ByteArena::store(std::string_view value) {
  HW_CHECK(value.size() < UINT32_MAX);
  BytesRef ref;
  std::memset(&ref, 0, sizeof(ref));
  ref.length = static_cast<uint32_t>(value.size());
  if (ref.is_inline()) {
    if (!value.empty()) std::memcpy(ref.head, value.data(), value.size());
    return ref;
  }
  std::memcpy(ref.head, value.data(), sizeof(ref.head));
  const auto length = static_cast<int64_t>(value.size());
  if (blocks_.empty() || last_used_ + length > blocks_.back()->size) {
    const int64_t grown = std::clamp(block_bytes_, kBlockBytesMin, kBlockBytesMax);
    blocks_.push_back(std::make_shared<Block>(std::max(grown, length), pool_));
    block_bytes_ += blocks_.back()->size;
    last_used_ = 0;
  }
  ref.place.block = static_cast<uint32_t>(blocks_.size() - 1);
  ref.place.offset = static_cast<uint32_t>(last_used_);
  std::memcpy(blocks_.back()->bytes + last_used_, value.data(), value.size());
  last_used_ += length;
  stored_bytes_ += length;
  return ref;
}

void ByteArena::clear() {
  blocks_.clear();
  last_used_ = block_bytes_ = stored_bytes_ = garbage_bytes_ = 0;
}

}  // namespace hw
