// SPDX-License-Identifier: Apache-2.0

#include "functions/aggregate/counted_set.h"

#include <algorithm>
#include <cstring>

namespace hw {
namespace {

void append_piece(const BitmapValue& set, std::string& out) {
  const size_t place = out.size();
  out.append(sizeof(uint64_t), '\0');
  set.append_bytes(out);
  const uint64_t size = out.size() - place - sizeof(size);
  std::memcpy(out.data() + place, &size, sizeof(size));
}

Result<BitmapValue> take_piece(std::string_view& bytes) {
  uint64_t size = 0;
  if (bytes.size() < sizeof(size)) return Status::Invalid("counts end too early");
  std::memcpy(&size, bytes.data(), sizeof(size));
  bytes.remove_prefix(sizeof(size));
  Result<BitmapValue> set = BitmapValue::read(bytes.substr(0, size));
  bytes.remove_prefix(std::min<uint64_t>(size, bytes.size()));
  return set;
}

}  // namespace

Result<CountedSet> CountedSet::read(std::string_view bytes) {
  CountedSet counts;
  if (bytes.empty()) return counts;
  HW_ASSIGN_OR_RETURN(counts.negative_, take_piece(bytes));
  while (!bytes.empty()) {
    HW_ASSIGN_OR_RETURN(BitmapValue digit, take_piece(bytes));
    counts.digits_.push_back(std::move(digit));
  }
  return counts;
}

void CountedSet::append_bytes(std::string& out) const {
  // Nothing left of all that came is what nothing ever came is: equal states have equal bytes.
  if (digits_.empty() && negative_.is_empty()) return;
  append_piece(negative_, out);
  for (const BitmapValue& digit : digits_) append_piece(digit, out);
}

void CountedSet::add(const CountedSet& other) {
  // One digit more than either has holds every sum; the next one is its sign.
  const size_t places = std::max(digits_.size(), other.digits_.size()) + 2;
  while (digits_.size() < places) digits_.push_back(negative_.copy());
  BitmapValue carry;
  for (size_t k = 0; k < places; ++k) {
    const BitmapValue& theirs = other.digit(k);
    if (theirs.is_empty() && carry.is_empty()) continue;
    BitmapValue& mine = digits_[k];
    BitmapValue both = mine.copy();
    both.intersect(theirs);
    mine.differ(theirs);
    BitmapValue carried = mine.copy();
    carried.intersect(carry);
    mine.differ(carry);
    both.unite(carried);
    carry = std::move(both);
  }
  negative_ = digits_.back().copy();
  while (!digits_.empty() && digits_.back().equals(negative_)) digits_.pop_back();
}

void CountedSet::add(const BitmapValue& values, int weight) {
  CountedSet other;
  other.digits_.push_back(values.copy());
  if (weight < 0) other.negative_ = values.copy();
  add(other);
}

void CountedSet::add(std::span<const std::pair<uint32_t, int64_t>> counts) {
  CountedSet other;
  for (const auto& [value, count] : counts) {
    if (count < 0) other.negative_.add(value);
    // The digits of a negative number that are 0.
    const auto bits = static_cast<uint64_t>(count < 0 ? ~count : count);
    while (bits >> other.digits_.size() != 0) other.digits_.emplace_back();
  }
  for (const auto& [value, count] : counts) {
    for (size_t k = 0; k < other.digits_.size(); ++k) {
      if (((static_cast<uint64_t>(count) >> k) & 1) != 0) other.digits_[k].add(value);
    }
  }
  add(other);
}

BitmapValue CountedSet::positive() const {
  BitmapValue set;
  for (const BitmapValue& digit : digits_) set.unite(digit);
  set.subtract(negative_);
  return set;
}

BitmapValue CountedSet::with_count(int64_t count) const {
  const auto bits = static_cast<uint64_t>(count);
  BitmapValue set = positive();
  if (digits_.size() < 64 && bits >> digits_.size() != 0) return {};
  for (size_t k = 0; k < digits_.size(); ++k) {
    ((bits >> k) & 1) != 0 ? set.intersect(digits_[k]) : set.subtract(digits_[k]);
  }
  return set;
}

}  // namespace hw
