// SPDX-License-Identifier: Apache-2.0

#include "columnar/bitmap_value.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <roaring/roaring.h>

#include "columnar/bitmap_format.h"
#include "columnar/sql_type.h"
#include "columnar/text/parse_error.h"

namespace hw {
namespace {

/// Text beyond it is cut.
constexpr size_t kTextMax = 0x80000;

roaring_bitmap_t* set_of(void* set) { return static_cast<roaring_bitmap_t*>(set); }

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
  std::string scratch;
  HW_ASSIGN_OR_RETURN(const std::string_view plain, bitmap_without_runs(bytes, scratch));
  void* set = roaring_bitmap_portable_deserialize_safe(plain.data(), plain.size());
  if (set == nullptr) return Status::Invalid("a BITMAP has no room in memory");
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
  write_short_runs_as_lists(out, begin);
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
