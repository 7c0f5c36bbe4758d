// SPDX-License-Identifier: Apache-2.0

#include "state/hash_index.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"

namespace hw {

HashIndex::HashIndex()
    : slots_(make_slots(kSlotsMin)), mask_(kSlotsMin - 1), capacity_(capacity_of(kSlotsMin)) {}

// Zeroed by the operating system, page by page as they are first touched: an Arrow pool would
// have to clear a large array at once.
HashIndex::Slots HashIndex::make_slots(size_t num_slots) {
  void* memory = std::calloc(num_slots, sizeof(Slot));
  HW_CHECK(memory != nullptr);
  return Slots(static_cast<Slot*>(memory));
}

void HashIndex::grow() {
  if (old_slots_ != nullptr) move_some(old_mask_ + 1);
  const size_t num_slots = (mask_ + 1) * 2;
  old_slots_ = std::exchange(slots_, make_slots(num_slots));
  old_mask_ = std::exchange(mask_, num_slots - 1);
  capacity_ = capacity_of(num_slots);
  moved_ = 0;
  // A small one moves at once: cheaper than looking twice for a while.
  if (old_mask_ < kLargeSlots) move_some(old_mask_ + 1);
}

void HashIndex::move_some(size_t num_slots) {
  const size_t end = std::min(moved_ + num_slots, old_mask_ + 1);
  for (; moved_ < end; ++moved_) {
    Slot& slot = old_slots_.get()[moved_];
    if (slot.row == kEmpty || slot.row == kMoved) continue;
    place(slot.tag, slot.row - 1);
    slot.row = kMoved;
  }
  if (moved_ > old_mask_) old_slots_.reset();
}

void HashIndex::erase(uint32_t tag, uint32_t row) {
  --size_;
  Slot* slots = slots_.get();
  size_t i = tag & mask_;
  while (slots[i].row != kEmpty && slots[i].row != row + 1) i = (i + 1) & mask_;
  if (slots[i].row == kEmpty) {
    HW_CHECK(old_slots_ != nullptr);
    size_t k = tag & old_mask_;
    while (old_slots_.get()[k].row != row + 1) {
      HW_DCHECK(old_slots_.get()[k].row != kEmpty);
      k = (k + 1) & old_mask_;
    }
    old_slots_.get()[k].row = kMoved;
    return;
  }
  // Close the gap: pull back every later slot of the run whose home does not lie behind the gap.
  for (size_t k = (i + 1) & mask_; slots[k].row != kEmpty; k = (k + 1) & mask_) {
    const size_t home = slots[k].tag & mask_;
    if (((k - home) & mask_) >= ((k - i) & mask_)) {
      slots[i] = slots[k];
      i = k;
    }
  }
  slots[i] = {0, kEmpty};
}

void HashIndex::clear() {
  old_slots_.reset();
  size_ = 0;
  std::memset(static_cast<void*>(slots_.get()), 0, (mask_ + 1) * sizeof(Slot));
}

void HashIndex::reserve(size_t num_rows) {
  HW_DCHECK(size_ == 0);
  size_t num_slots = kSlotsMin;
  while (capacity_of(num_slots) < num_rows) num_slots *= 2;
  if (num_slots <= mask_ + 1) return;
  old_slots_.reset();
  slots_ = make_slots(num_slots);
  mask_ = num_slots - 1;
  capacity_ = capacity_of(num_slots);
}

void HashIndex::tags_by_row(std::span<uint32_t> tags) const {
  // Which slots are taken is as good as random: those that are not write behind the last row.
  const auto nowhere = static_cast<uint32_t>(tags.size() - 1);
  const auto copy = [&](const Slot* slots, size_t num_slots) {
    static_assert(kEmpty - 1 == UINT32_MAX && kMoved == UINT32_MAX);
    for (size_t i = 0; i < num_slots; ++i) {
      tags[std::min(slots[i].row - 1, nowhere)] = slots[i].tag;
    }
  };
  copy(slots_.get(), mask_ + 1);
  if (old_slots_ != nullptr) copy(old_slots_.get(), old_mask_ + 1);
}

int64_t HashIndex::num_bytes() const {
  return static_cast<int64_t>((mask_ + 1 + (old_slots_ ? old_mask_ + 1 : 0)) * sizeof(Slot));
}

}  // namespace hw
