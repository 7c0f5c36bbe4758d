// SPDX-License-Identifier: Apache-2.0

#include "state/sorted_set.h"

#include <cstring>

namespace hw {

uint64_t SortedSet::prefix_of(std::string_view order) {
  uint64_t prefix = 0;
  if (!order.empty()) std::memcpy(&prefix, order.data(), order.size() < 8 ? order.size() : 8);
  return __builtin_bswap64(prefix);
}

void SortedSet::insert(Place place, Item item) {
  ++size_;
  if (leaves_.empty()) {
    leaves_.push_back({item});
    return;
  }
  if (place.leaf == leaves_.size()) place = {leaves_.size() - 1, leaves_.back().size()};
  std::vector<Item>& leaf = leaves_[place.leaf];
  leaf.insert(leaf.begin() + static_cast<ptrdiff_t>(place.index), item);
  if (leaf.size() <= kLeafItemsMax) return;
  // An ascending input fills leaves to the brim; any other halves them.
  const bool at_the_end = place.leaf + 1 == leaves_.size() && place.index + 1 == leaf.size();
  const size_t keep = at_the_end ? kLeafItemsMax : leaf.size() / 2;
  std::vector<Item> rest(leaf.begin() + static_cast<ptrdiff_t>(keep), leaf.end());
  leaf.resize(keep);
  leaves_.insert(leaves_.begin() + static_cast<ptrdiff_t>(place.leaf) + 1, std::move(rest));
}

void SortedSet::erase(Place place) {
  --size_;
  std::vector<Item>& leaf = leaves_[place.leaf];
  leaf.erase(leaf.begin() + static_cast<ptrdiff_t>(place.index));
  if (leaf.empty()) {
    leaves_.erase(leaves_.begin() + static_cast<ptrdiff_t>(place.leaf));
    if (leaves_.empty()) leaves_.shrink_to_fit();
    return;
  }
  // Two small neighbours become one, so that a set that shrank does not stay scattered.
  if (place.leaf + 1 == leaves_.size()) return;
  std::vector<Item>& next = leaves_[place.leaf + 1];
  if (leaf.size() + next.size() > kLeafItemsMax / 2) return;
  leaf.insert(leaf.end(), next.begin(), next.end());
  leaves_.erase(leaves_.begin() + static_cast<ptrdiff_t>(place.leaf) + 1);
}

void SortedSet::clear() {
  leaves_.clear();
  leaves_.shrink_to_fit();
  size_ = 0;
}

int64_t SortedSet::num_bytes() const {
  size_t bytes = leaves_.capacity() * sizeof(std::vector<Item>);
  for (const std::vector<Item>& leaf : leaves_) bytes += leaf.capacity() * sizeof(Item);
  return static_cast<int64_t>(bytes);
}

}  // namespace hw
