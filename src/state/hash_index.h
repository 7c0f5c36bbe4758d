// SPDX-License-Identifier: Apache-2.0
//
// Open addressing from key hash to row number: slots of eight bytes, linear probing, at most 7/10
// full (a small one 7/20). A slot keeps 32 bits of the hash, so that growing needs no keys. Growing
// allocates the larger array and moves a few slots with every insertion; until all have moved,
// lookups look into both, so no insertion ever waits for a whole rehash.
//
// It knows no keys: the caller says whether a row is the one that is sought.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

namespace hw {

class HashIndex {
 public:
  /// Also what find() returns when there is none.
  static constexpr uint32_t kNoRow = UINT32_MAX;

  HashIndex();
  HashIndex(HashIndex&&) = default;
  HashIndex& operator=(HashIndex&&) = default;

  /// The bits of a key hash that an index uses: the low half; key groups come from the high one.
  static uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash); }

  /// Returns the row with that tag for which equal(row) is true, or kNoRow.
  template <typename Equal>
  uint32_t find(uint32_t tag, Equal&& equal) const {
    for (size_t i = tag & mask_;; i = (i + 1) & mask_) {
      const Slot slot = slots_.get()[i];
      if (slot.row == kEmpty) break;
      if (slot.tag == tag && equal(slot.row - 1)) return slot.row - 1;
    }
    if (old_slots_ == nullptr) [[likely]]
      return kNoRow;
    for (size_t i = tag & old_mask_;; i = (i + 1) & old_mask_) {
      const Slot slot = old_slots_.get()[i];
      if (slot.row == kEmpty) return kNoRow;
      if (slot.row != kMoved && slot.tag == tag && equal(slot.row - 1)) return slot.row - 1;
    }
  }
  /// A row that find() with this tag is likely to look at, or kNoRow. Only a hint: for prefetching
  /// what the comparison will read.
  uint32_t peek(uint32_t tag) const {
    const Slot slot = slots_.get()[tag & mask_];
    return slot.tag == tag ? slot.row - 1 : kNoRow;
  }
  void prefetch(uint32_t tag) const { __builtin_prefetch(slots_.get() + (tag & mask_)); }

  /// Adds a row. Requires: it is not in yet.
  void insert(uint32_t tag, uint32_t row) {
    if (size_ >= capacity_) grow();
    if (old_slots_ != nullptr) move_some(kMovedPerInsert);
    place(tag, row);
    ++size_;
  }
  /// Requires: (tag, row) is in.
  void erase(uint32_t tag, uint32_t row);
  void clear();
  /// Makes room for that many rows in one go. Requires: empty.
  void reserve(size_t num_rows);

  /// Writes the tag of each row r to tags[r]. Requires: one place more than there are rows.
  void tags_by_row(std::span<uint32_t> tags) const;
  size_t size() const { return size_; }
  /// Larger than what a core's cache holds: worth prefetching.
  bool large() const { return mask_ >= kLargeSlots; }
  int64_t num_bytes() const;

 private:
  struct Slot {
    uint32_t tag;
    uint32_t row;  // + 1; kEmpty, kMoved
  };
  struct Free {
    void operator()(Slot* slots) const { std::free(slots); }
  };
  using Slots = std::unique_ptr<Slot[], Free>;

  static constexpr uint32_t kEmpty = 0;
  static constexpr uint32_t kMoved = UINT32_MAX;
  static constexpr size_t kSlotsMin = 16;
  static constexpr size_t kLargeSlots = 1 << 16;  // 512 KiB; with the keys beside it L2 is full
  static constexpr size_t kMovedPerInsert = 8;
  // While slots are in cache, an early hit is worth more than their size.
  static constexpr size_t capacity_of(size_t num_slots) {
    return num_slots <= kLargeSlots ? num_slots * 7 / 20 : num_slots * 7 / 10;
  }

  static Slots make_slots(size_t num_slots);
  void place(uint32_t tag, uint32_t row) {
    size_t i = tag & mask_;
    while (slots_.get()[i].row != kEmpty) i = (i + 1) & mask_;
    slots_.get()[i] = {tag, row + 1};
  }
  void grow();
  void move_some(size_t num_slots);

  Slots slots_;
  size_t mask_ = 0;
  size_t capacity_ = 0;  // rows at which it grows
  size_t size_ = 0;
  // While growing.
  Slots old_slots_;
  size_t old_mask_ = 0;
  size_t moved_ = 0;
};

}  // namespace hw
