// SPDX-License-Identifier: Apache-2.0
//
// Byte strings of one row chunk: short ones lie inside their 16-byte reference, longer ones in
// append-only blocks. Blocks are shared with a pinned copy of the chunk, which is safe because
// written bytes never change: a new value is appended, and the owner rebuilds the arena when too
// much of it is garbage.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

namespace hw {

/// A byte string inside an arena. All zero = empty. The first four bytes are always in `head`, so
/// that unequal strings are mostly told apart without a look into the arena.
struct BytesRef {
  static constexpr uint32_t kInlineMax = 12;
  uint32_t length;
  char head[4];
  // Inline: bytes 4..11. Else: the block and the place in it.
  union {
    char tail[8];
    struct {
      uint32_t block;
      uint32_t offset;
    } place;
  };
  bool is_inline() const { return length <= kInlineMax; }
};
static_assert(sizeof(BytesRef) == 16);

class ByteArena {
 public:
  explicit ByteArena(arrow::MemoryPool* pool) : pool_(pool) {}

  /// Returns a reference to a copy of `value`. Requires: fewer than 2^32 bytes.
  BytesRef store(std::string_view value);
  /// Says that `ref` is not needed any more.
  void forget(const BytesRef& ref) {
    if (!ref.is_inline()) garbage_bytes_ += ref.length;
  }
  /// The bytes; points into `ref` itself if they are inline.
  std::string_view view(const BytesRef& ref) const {
    if (ref.is_inline()) return {ref.head, ref.length};
    return {blocks_[ref.place.block]->bytes + ref.place.offset, ref.length};
  }
  /// True when `ref` is surely unequal to `value`; cheap.
  static bool differs_early(const BytesRef& ref, std::string_view value) {
    if (ref.length != value.size()) return true;
    // An empty view may point nowhere, which memcmp does not take.
    return !value.empty() &&
           std::memcmp(ref.head, value.data(), value.size() < 4 ? value.size() : 4) != 0;
  }

  /// Worth rebuilding: more garbage than live bytes.
  bool wasteful() const {
    return garbage_bytes_ > kGarbageMin && garbage_bytes_ * 2 > stored_bytes_;
  }
  void clear();
  int64_t num_bytes() const { return block_bytes_; }

 private:
  struct Block {
    Block(int64_t size, arrow::MemoryPool* pool);
    ~Block();
    char* bytes;
    const int64_t size;
    arrow::MemoryPool* const pool;
  };
  static constexpr int64_t kBlockBytesMin = 1 << 10;
  static constexpr int64_t kBlockBytesMax = 1 << 18;
  static constexpr int64_t kGarbageMin = 1 << 14;

  arrow::MemoryPool* pool_;
  std::vector<std::shared_ptr<Block>> blocks_;
  int64_t last_used_ = 0;  // bytes used of the last block
  int64_t block_bytes_ = 0;
  int64_t stored_bytes_ = 0;
  int64_t garbage_bytes_ = 0;
};

}  // namespace hw
