// SPDX-License-Identifier: Apache-2.0

#include "columnar/bitmap_value.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>
#include <vector>

#include <roaring/roaring.h>

#include "columnar/sql_type.h"
#include "columnar/text/parse_error.h"

namespace hw {
namespace {

/// The values that share their upper 16 bits are one container.
constexpr size_t kContainersMax = 65'536;
constexpr uint32_t kContainerSize = 65'536;
/// A container of more values is bits, one of fewer a list.
constexpr uint32_t kListMax = 4'096;
/// Text beyond it is cut.
constexpr size_t kTextMax = 0x80000;

roaring_bitmap_t* set_of(void* set) { return static_cast<roaring_bitmap_t*>(set); }

Status damaged(std::string_view why) {
  return Status::Invalid("the bytes are no BITMAP in the portable format of Roaring bitmaps: ",
                         why);
}

/// Walks bytes in the portable format, finds everything that the library takes for granted, and
/// writes runs as lists or bits: sets in memory have none. The library of Debian 12 writes beyond
/// its memory where a run ends with 65535.
class PortableReader {
 public:
  explicit PortableReader(std::string_view bytes) : all_(bytes), rest_(bytes) {}

  /// The same set without runs; valid until the next call.
  Result<std::string_view> read() {
    HW_TRY(read_header());
    if (flags_.empty() || num_containers_ >= kOffsetsFrom) {
      // Where the containers begin; they lie one behind the other anyway.
      if (!skip(num_containers_ * 4)) return too_short();
    }
    if (!flags_.empty()) begin_expanded();
    for (size_t i = 0; i < num_containers_; ++i) {
      const auto size = uint32_t{number<uint16_t>(keys_, i * 4 + 2)} + 1;
      const std::string_view before = rest_;
      if (!flags_.empty() && ((flags_[i / 8] >> (i % 8)) & 1) != 0) {
        HW_TRY(expand_runs(size));
        continue;
      }
      HW_TRY(size > kListMax ? check_bits(size) : check_list(size));
      if (!flags_.empty()) expanded_ += before.substr(0, before.size() - rest_.size());
    }
    return flags_.empty() ? all_ : std::string_view(expanded_);
  }

 private:
  static constexpr uint32_t kPlainCookie = 12'346;
  static constexpr uint32_t kRunsCookie = 12'347;
  /// Fewer containers, of which one has runs, come without the places where they begin.
  static constexpr size_t kOffsetsFrom = 4;

  static Status too_short() { return damaged("they end too early"); }

  template <typename T>
  static T number(std::string_view bytes, size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    return value;
  }
  template <typename T>
  void append(T value) {
    expanded_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  bool skip(size_t count) {
    if (rest_.size() < count) return false;
    rest_.remove_prefix(count);
    return true;
  }
  /// The next `count` bytes; empty when they are not there.
  std::string_view take(size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    return skip(count) ? taken : std::string_view();
  }

  Status read_header() {
    const std::string_view cookie = take(4);
    if (cookie.empty()) return too_short();
    const auto word = number<uint32_t>(cookie, 0);
    if ((word & 0xFFFF) == kRunsCookie) {
      num_containers_ = (word >> 16) + 1;
      flags_ = take((num_containers_ + 7) / 8);
      if (flags_.empty()) return too_short();
    } else if (word == kPlainCookie) {
      const std::string_view count = take(4);
      if (count.empty()) return too_short();
      num_containers_ = number<uint32_t>(count, 0);
      if (num_containers_ > kContainersMax) return damaged("too many containers");
    } else {
      return damaged("they begin with another number");
    }
    if (num_containers_ == 0) return Status::OK();
    keys_ = take(num_containers_ * 4);
    if (keys_.empty()) return too_short();
    for (size_t i = 1; i < num_containers_; ++i) {
      if (number<uint16_t>(keys_, i * 4) <= number<uint16_t>(keys_, i * 4 - 4)) {
        return damaged("containers out of order");
      }
    }
    return Status::OK();
  }

  void begin_expanded() {
    append(kPlainCookie);
    append(static_cast<uint32_t>(num_containers_));
    expanded_ += keys_;
    // Nobody reads where the containers begin.
    expanded_.append(num_containers_ * 4, '\0');
  }

  Status expand_runs(uint32_t size) {
    const std::string_view count = take(2);
    if (count.empty()) return too_short();
    const size_t num_runs = number<uint16_t>(count, 0);
    const std::string_view runs = take(num_runs * 4);
    if (runs.size() != num_runs * 4) return too_short();
    const size_t bits = expanded_.size();
    if (size > kListMax) expanded_.append(kContainerSize / 8, '\0');
    uint32_t end = 0, values = 0;  // `end` is behind the last value
    for (size_t i = 0; i < num_runs; ++i) {
      const uint32_t begin = number<uint16_t>(runs, i * 4);
      const uint32_t length = uint32_t{number<uint16_t>(runs, i * 4 + 2)} + 1;
      if (begin < end || begin + length > kContainerSize) return damaged("runs that overlap");
      end = begin + length;
      values += length;
      if (values > size) break;
      for (uint32_t value = begin; value < end; ++value) {
        if (size <= kListMax) {
          append(static_cast<uint16_t>(value));
        } else if (value % 8 == 0 && end - value >= 8) {
          expanded_[bits + value / 8] = '\xFF';
          value += 7;
        } else {
          expanded_[bits + value / 8] |= static_cast<char>(1 << (value % 8));
        }
      }
    }
    return values == size ? Status::OK() : damaged("a container of another size");
  }

  Status check_bits(uint32_t size) {
    const std::string_view bits = take(kContainerSize / 8);
    if (bits.empty()) return too_short();
    int values = 0;
    for (size_t at = 0; at < bits.size(); at += 8) {
      values += std::popcount(number<uint64_t>(bits, at));
    }
    return values == static_cast<int>(size) ? Status::OK() : damaged("a container of another size");
  }

  Status check_list(uint32_t size) {
    const std::string_view values = take(size_t{size} * 2);
    if (values.empty()) return too_short();
    for (size_t i = 1; i < size; ++i) {
      if (number<uint16_t>(values, i * 2) <= number<uint16_t>(values, i * 2 - 2)) {
        return damaged("values out of order");
      }
    }
    return Status::OK();
  }

  const std::string_view all_;
  std::string_view rest_;
  size_t num_containers_ = 0;
  std::string_view flags_;  // a bit a container: it has runs
  std::string_view keys_;   // two numbers a container: upper bits, size - 1
  std::string expanded_;
};

Status no_bitmap_text(std::string_view text) {
  return parse_error(text, SqlType::bitmap(), ParseOutcome::kMalformed);
}

}  // namespace

bool holds_bitmap(const SqlType& type) {
  if (type.is_bitmap()) return true;
  const std::vector<SqlField>& parts = type.fields();
  return std::any_of(parts.begin(), parts.end(),
                     [](const SqlField& part) { return holds_bitmap(part.type); });
}

void BitmapValue::Free::operator()(void* set) const { roaring_bitmap_free(set_of(set)); }

BitmapValue::BitmapValue() : set_(roaring_bitmap_create()) {}

Result<BitmapValue> BitmapValue::read(std::string_view bytes) {
  PortableReader reader(bytes);
  HW_ASSIGN_OR_RETURN(const std::string_view plain, reader.read());
  void* set = roaring_bitmap_portable_deserialize_safe(plain.data(), plain.size());
  if (set == nullptr) return damaged("they cannot be read");
  return BitmapValue(set);
}

Result<BitmapValue> BitmapValue::parse(std::string_view text) {
  BitmapValue value;
  if (!text.starts_with('{') || !text.ends_with('}') || text.size() < 2) {
    return no_bitmap_text(text);
  }
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size() - 1;
  while (at != end) {
    uint32_t number = 0;
    const auto [behind, error] = std::from_chars(at, end, number);
    const bool last = behind == end;
    if (error != std::errc() || (!last && *behind != ',') || (!last && behind + 1 == end)) {
      return no_bitmap_text(text);
    }
    value.add(number);
    at = last ? end : behind + 1;
  }
  return value;
}

bool BitmapValue::is_empty() const { return roaring_bitmap_is_empty(set_of(set_.get())); }
uint64_t BitmapValue::size() const { return roaring_bitmap_get_cardinality(set_of(set_.get())); }
bool BitmapValue::equals(const BitmapValue& other) const {
  return roaring_bitmap_equals(set_of(set_.get()), set_of(other.set_.get()));
}
bool BitmapValue::contains(uint32_t value) const {
  return roaring_bitmap_contains(set_of(set_.get()), value);
}
void BitmapValue::add(uint32_t value) { roaring_bitmap_add(set_of(set_.get()), value); }
void BitmapValue::remove(uint32_t value) { roaring_bitmap_remove(set_of(set_.get()), value); }
void BitmapValue::copy_values(uint32_t* out) const {
  roaring_bitmap_to_uint32_array(set_of(set_.get()), out);
}

BitmapValue BitmapValue::copy() const {
  return BitmapValue(roaring_bitmap_copy(set_of(set_.get())));
}
void BitmapValue::intersect(const BitmapValue& other) {
  roaring_bitmap_and_inplace(set_of(set_.get()), set_of(other.set_.get()));
}
void BitmapValue::subtract(const BitmapValue& other) {
  roaring_bitmap_andnot_inplace(set_of(set_.get()), set_of(other.set_.get()));
}
void BitmapValue::unite(const BitmapValue& other) {
  roaring_bitmap_or_inplace(set_of(set_.get()), set_of(other.set_.get()));
}
void BitmapValue::differ(const BitmapValue& other) {
  roaring_bitmap_xor_inplace(set_of(set_.get()), set_of(other.set_.get()));
}

void BitmapValue::append_bytes(std::string& out) const {
  // Of lists and bits the library makes runs where these are shorter: one form for each set.
  const BitmapValue runs = copy();
  roaring_bitmap_t* set = set_of(runs.set_.get());
  roaring_bitmap_run_optimize(set);
  const size_t begin = out.size();
  out.resize(begin + roaring_bitmap_portable_size_in_bytes(set));
  roaring_bitmap_portable_serialize(set, out.data() + begin);
}

void BitmapValue::append_text(std::string& out) const {
  struct Output {
    std::string* text;
    size_t begin;
  } output{&out, out.size()};
  out += '{';
  roaring_iterate(
      set_of(set_.get()),
      [](uint32_t value, void* place) {
        const auto [text, begin] = *static_cast<Output*>(place);
        if (text->back() != '{') *text += ',';
        if (text->size() - begin > kTextMax) {
          *text += "...";
          return false;
        }
        char digits[10];
        const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
        text->append(digits, static_cast<size_t>(end - digits));
        return true;
      },
      &output);
  out += '}';
}

}  // namespace hw
