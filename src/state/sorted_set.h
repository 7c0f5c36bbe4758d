// SPDX-License-Identifier: Apache-2.0
//
// The index of one set of an ordered table: entry numbers in sorted order. Leaves of up to 128
// items lie in one array, so that a small set is one leaf and a large one splits without moving
// more than a leaf and the array of leaves. Eight leading order bytes lie beside each number;
// most comparisons need no more.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hw {

class SortedSet {
 public:
  struct Item {
    uint64_t prefix;  // first eight order bytes, as a number that sorts alike
    uint32_t entry;
  };
  /// Where an item is or belongs.
  struct Place {
    size_t leaf;
    size_t index;
  };

  static uint64_t prefix_of(std::string_view order);

  size_t size() const { return size_; }
  /// The first place whose item is not before what is sought. `before(item)` tells, for an item,
  /// whether it sorts before it.
  template <typename Before>
  Place lower_bound(Before&& before) const {
    size_t low = 0;
    size_t high = leaves_.size();
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (before(leaves_[middle].back())) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == leaves_.size()) return {low, 0};
    const std::vector<Item>& leaf = leaves_[low];
    size_t begin = 0;
    size_t end = leaf.size();
    while (begin < end) {
      const size_t middle = (begin + end) / 2;
      if (before(leaf[middle])) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    return {low, begin};
  }
  bool at_end(Place place) const { return place.leaf == leaves_.size(); }
  const Item& at(Place place) const { return leaves_[place.leaf][place.index]; }
  const Item& front() const { return leaves_.front().front(); }
  const Item& back() const { return leaves_.back().back(); }

  void insert(Place place, Item item);
  void erase(Place place);
  void clear();
  /// Calls visit(entry) for positions [begin, end).
  template <typename Visit>
  void visit_range(size_t begin, size_t end, Visit&& visit) const {
    size_t position = 0;
    for (const std::vector<Item>& leaf : leaves_) {
      if (position >= end) return;
      if (position + leaf.size() > begin) {
        const size_t from = begin > position ? begin - position : 0;
        for (size_t i = from; i < leaf.size() && position + i < end; ++i) visit(leaf[i].entry);
      }
      position += leaf.size();
    }
  }
  int64_t num_bytes() const;

 private:
  static constexpr size_t kLeafItemsMax = 128;

  std::vector<std::vector<Item>> leaves_;  // none is empty
  size_t size_ = 0;
};

}  // namespace hw
