// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_reader.h"

#include <bit>
#include <cstring>
#include <immintrin.h>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "formats/json/json_token.h"

namespace hw {

using json_token::is_blank;

JsonReader::JsonReader(JsonNode& root, bool ignore_parse_errors, bool fail_on_missing_field)
    : root_(root),
      ignore_parse_errors_(ignore_parse_errors),
      fail_on_missing_field_(fail_on_missing_field) {}

// --- failures ---

bool JsonReader::malformed(const char* rule, const JsonNode* node) {
  failure_ = {.kind = JsonFailure::Kind::kMalformed,
              .rule = rule,
              .at = text_ + at_[0],
              .node = node != nullptr ? node : last_field_};
  return false;
}

bool JsonReader::wrong(const JsonNode& node, std::string_view text) {
  if (ignore_parse_errors_) {
    ++fields_ignored_;
    return true;
  }
  failure_ = {.kind = JsonFailure::Kind::kValue, .at = text.data(), .node = &node, .text = text};
  return false;
}

/// The value that is read next is of another kind than the node: skips it.
bool JsonReader::wrong_value(JsonNode& node) {
  const char* begin = text_ + at_[0];
  if (!skip_value()) return false;
  const char* end = text_ + at_[0];
  while (end > begin && (is_blank(end[-1]) || end[-1] == ',')) --end;
  return wrong(node, {begin, static_cast<size_t>(end - begin)});
}

bool JsonReader::storage(Status status) {
  failure_ = {.kind = JsonFailure::Kind::kStorage, .status = std::move(status)};
  return false;
}

// --- tokens ---

std::string_view JsonReader::raw_string() const {
  const char* begin = text_ + at_[0] + 1;
  // Only blanks lie between a closing quote and what comes next in the index.
  const char* end = text_ + at_[1] - 1;
  while (*end != '"') --end;
  return {begin, static_cast<size_t>(end - begin)};
}

std::string_view JsonReader::token() const {
  const char* begin = text_ + at_[0];
  const char* end = text_ + at_[1];
  while (end > begin && is_blank(end[-1])) --end;
  return {begin, static_cast<size_t>(end - begin)};
}

bool JsonReader::read_null() {
  if (token() != "null") return malformed("expected a value");
  ++at_;
  return true;
}

bool JsonReader::unescape(std::string_view raw, char* to, int64_t* size) {
  const int64_t bytes = json_token::unescape(raw, to);
  if (bytes < 0) return malformed("an escape in this string is not one of JSON's");
  *size = bytes;
  return true;
}

// --- skipping ---

bool JsonReader::check_scalar() {
  const std::string_view text = token();
  const bool valid =
      text == "null" || text == "true" || text == "false" || json_token::is_number(text);
  if (!valid) return malformed("expected a value");
  ++at_;
  return true;
}

bool JsonReader::skip_value() {
  bool is_object[kDepthMax];
  int depth = 0;
  while (true) {
    const char c = peek();
    if (c == '{' || c == '[') {
      if (depth == kDepthMax) return malformed("nested deeper than 1000 levels");
      is_object[depth++] = c == '{';
      ++at_;
      if (peek() != (c == '{' ? '}' : ']')) {
        if (c == '[') continue;
        if (peek() != '"') return malformed("expected a field name");
        if (text_[at_[1]] != ':') return malformed("expected ':' after the field name");
        at_ += 2;
        continue;
      }
    } else if (c == '"') {
      ++at_;
    } else if (!check_scalar()) {
      return false;
    }
    // A value ended, or an empty bracket is about to: close what closes here.
    while (depth > 0 && peek() == (is_object[depth - 1] ? '}' : ']')) {
      ++at_;
      --depth;
    }
    if (depth == 0) return true;
    if (peek() != ',') {
      return malformed(is_object[depth - 1] ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    ++at_;
    if (is_object[depth - 1]) {
      if (peek() != '"') return malformed("expected a field name");
      if (text_[at_[1]] != ':') return malformed("expected ':' after the field name");
      at_ += 2;
    }
  }
}

// --- objects ---

JsonExpectedKey* JsonReader::learn_key(JsonNode& node, size_t position, const char* key) {
  const std::string_view raw = raw_string();
  // Keys that are data make no pattern: only the first places are worth remembering.
  constexpr size_t kPlacesMax = 512;
  const size_t place = std::min(position, kPlacesMax);
  if (node.expected.size() <= place) node.expected.resize(place + 1);
  JsonExpectedKey& expected = node.expected[place];
  expected.text.assign(key, raw.size() + 1);
  expected.length = static_cast<uint32_t>(raw.size() + 1);
  const size_t front = std::min<size_t>(expected.text.size(), sizeof(expected.front));
  std::memset(expected.front, 0, sizeof(expected.front));
  std::memcpy(expected.front, key, front);
  expected.front_mask = front == 32 ? ~0u : (1u << front) - 1;
  std::string_view name = raw;
  std::string unescaped;
  if (raw.find('\\') != std::string_view::npos) {
    unescaped.resize(raw.size() + SlotColumn::kSlack);
    int64_t size = 0;
    if (!unescape(raw, unescaped.data(), &size)) return nullptr;
    name = std::string_view(unescaped).substr(0, static_cast<size_t>(size));
  }
  const auto found = node.by_name.find(name);
  expected.node = found == node.by_name.end() ? nullptr : found->second;
  return &expected;
}

/// Reads a key and its colon; `field` is the node it names, or null.
bool JsonReader::match_key(JsonNode& node, size_t position, JsonNode** field) {
  const char* quote = text_ + at_[0];
  if (*quote != '"') [[unlikely]]
    return malformed("expected a field name");
  if (text_[at_[1]] != ':') [[unlikely]]
    return malformed("expected ':' after the field name");
  const JsonExpectedKey* expected = nullptr;
  if (position < node.expected.size()) [[likely]] {
    expected = &node.expected[position];
    const __m256i there = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(quote + 1));
    const __m256i known = _mm256_load_si256(reinterpret_cast<const __m256i*>(expected->front));
    const auto equal = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(there, known)));
    const bool same = (equal & expected->front_mask) == expected->front_mask &&
                      expected->length != 0 &&
                      (expected->length <= 32 ||
                       (at_[0] + expected->length < at_[1] &&
                        std::memcmp(quote + 1, expected->text.data(), expected->length) == 0));
    if (!same) [[unlikely]]
      expected = nullptr;
  }
  if (expected == nullptr) [[unlikely]] {
    expected = learn_key(node, position, quote + 1);
    if (expected == nullptr) return false;
  }
  *field = expected->node;
  at_ += 2;
  return true;
}

bool JsonReader::read_record(int64_t row) {
  last_field_ = nullptr;
  row_kind_ = RowKind::kInsert;
  if (peek() != '{') return malformed("expected an object: {…}");
  return read_object(root_, row);
}

bool JsonReader::read_object(JsonNode& node, int64_t row) {
  const uint64_t object = ++objects_;
  size_t found = 0;
  ++at_;
  if (peek() == '}') {
    ++at_;
    return check_object(node, row, object, found);
  }
  for (size_t position = 0;; ++position) {
    JsonNode* field = nullptr;
    if (!match_key(node, position, &field)) return false;
    if (field == nullptr) {
      if (!skip_value()) return false;
    } else {
      last_field_ = field;
      if (field->seen_in == object) [[unlikely]] {
        if (!read_again(*field, row)) return false;
      } else {
        field->seen_in = object;
        ++found;
        if (!read_value(*field, row)) return false;
      }
    }
    const char c = peek();
    ++at_;
    if (c == ',') continue;
    if (c == '}') break;
    --at_;
    return malformed("expected ',' or '}'");
  }
  return check_object(node, row, object, found);
}

/// A field that an object has twice: the last one counts.
bool JsonReader::read_again(JsonNode& node, int64_t row) {
  if (node.slot != nullptr) node.slot->truncate(row);
  for (JsonNode& child : node.children) {
    if (node.slot == nullptr && child.slot != nullptr) child.slot->truncate(row);
  }
  return read_value(node, row);
}

bool JsonReader::check_object(JsonNode& node, int64_t row, uint64_t object, size_t fields_found) {
  const bool missing =
      (fail_on_missing_field_ || node.all_required) && fields_found < node.children.size();
  if (!missing && !node.has_not_null) [[likely]] {
    return true;
  }
  for (const JsonNode& child : node.children) {
    const bool absent = missing && child.seen_in != object;
    const bool null = !child.nullable && child.slot != nullptr && !child.slot->is_set(row);
    if (!absent && !null) continue;
    failure_ = {.kind = JsonFailure::Kind::kMissing,
                .rule = null ? "declared NOT NULL" : "required",
                .at = text_ + at_[-1],
                .node = &child};
    return false;
  }
  return true;
}

bool JsonReader::read_array(JsonNode& node, int64_t row) {
  if (peek() != '[') return wrong_value(node);
  ++at_;
  JsonNode& element = node.children.front();
  int64_t end = node.slot->open_list(row);
  if (peek() == ']') {
    ++at_;
    node.slot->close_list(row, end);
    return true;
  }
  while (true) {
    if (Status room = element.slot->reserve(end + 1); !room.ok()) return storage(std::move(room));
    if (!read_value(element, end)) return false;
    if (!element.nullable && !element.slot->is_set(end)) {
      failure_ = {.kind = JsonFailure::Kind::kMissing,
                  .rule = "declared NOT NULL",
                  .at = text_ + at_[-1],
                  .node = &element};
      return false;
    }
    ++end;
    const char c = peek();
    ++at_;
    if (c == ',') continue;
    if (c == ']') break;
    --at_;
    return malformed("expected ',' or ']'", &node);
  }
  node.slot->close_list(row, end);
  return true;
}

// --- maps ---

bool JsonReader::read_map(JsonNode& node, int64_t row) {
  if (peek() != '{') return wrong_value(node);
  const uint32_t* begin = at_;
  // Finds keys that come again later: of those the last one counts.
  std::vector<bool> left_out;
  std::unordered_map<std::string_view, size_t> places;
  if (text_[at_[1]] != '}') {
    ++at_;
    for (size_t i = 0;; ++i) {
      if (peek() != '"') return malformed("expected a key", &node);
      if (text_[at_[1]] != ':') return malformed("expected ':' after the key", &node);
      const auto [place, added] = places.emplace(raw_string(), i);
      left_out.push_back(false);
      if (!added) {
        left_out[place->second] = true;
        place->second = i;
      }
      at_ += 2;
      if (!skip_value()) return false;
      if (peek() != ',') break;
      ++at_;
    }
    if (peek() != '}') return malformed("expected ',' or '}'", &node);
    at_ = begin;
  }
  return read_map_entries(node, row, left_out);
}

bool JsonReader::read_map_entries(JsonNode& node, int64_t row, const std::vector<bool>& left_out) {
  SlotColumn& keys = *node.children[0].slot;
  JsonNode& value = node.children[1];
  ++at_;
  int64_t end = node.slot->open_list(row);
  for (const bool out : left_out) {
    if (out) {
      at_ += 2;
      if (!skip_value()) return false;
    } else {
      if (Status room = keys.reserve(end + 1); !room.ok()) return storage(std::move(room));
      if (Status room = value.slot->reserve(end + 1); !room.ok()) return storage(std::move(room));
      const std::string_view raw = raw_string();
      char* to = keys.open_bytes(end, static_cast<int64_t>(raw.size()));
      if (to == nullptr) return storage(Status::CapacityError("more than 2 GiB of map keys"));
      int64_t size = 0;
      if (!unescape(raw, to, &size)) return false;
      keys.close_bytes(end, size);
      at_ += 2;
      if (!read_value(value, end)) return false;
      ++end;
    }
    ++at_;  // the comma, or the bracket that ends it: checked before
  }
  if (left_out.empty()) ++at_;
  node.slot->close_list(row, end);
  return true;
}

// --- values ---

bool JsonReader::read_value(JsonNode& node, int64_t row) {
  switch (node.kind) {
    case JsonKind::kText:
      return read_text(node, row);
    case JsonKind::kBigint:
      return read_integer<int64_t>(node, row);
    case JsonKind::kInt:
      return read_integer<int32_t>(node, row);
    case JsonKind::kTimestamp:
      return read_timestamp(node, row);
    case JsonKind::kRow:
      if (peek() == '{') {
        if (node.slot != nullptr) node.slot->mark(row);
        return read_object(node, row);
      }
      // The record's own object cannot be left out.
      if (node.slot == nullptr) return malformed("expected an object: {…}", &node);
      return peek() == 'n' ? read_null() : wrong_value(node);
    case JsonKind::kArray:
      return peek() == 'n' ? read_null() : read_array(node, row);
    case JsonKind::kMap:
      return peek() == 'n' ? read_null() : read_map(node, row);
    case JsonKind::kSmallint:
      return read_integer<int16_t>(node, row);
    case JsonKind::kTinyint:
      return read_integer<int8_t>(node, row);
    case JsonKind::kRowKind:
      return read_row_kind(node);
    default:
      return read_scalar(node, row);
  }
}

bool JsonReader::read_row_kind(JsonNode& node) {
  if (peek() != '"') return malformed("expected \"+I\", \"-U\", \"+U\" or \"-D\"", &node);
  const std::string_view text = raw_string();
  for (const RowKind kind :
       {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete}) {
    if (text != to_text(kind)) continue;
    row_kind_ = kind;
    ++at_;
    return true;
  }
  return malformed("expected \"+I\", \"-U\", \"+U\" or \"-D\"", &node);
}

bool JsonReader::read_text(JsonNode& node, int64_t row) {
  if (peek() != '"') [[unlikely]] {
    return read_other_as_text(node, row);
  }
  const std::string_view raw = raw_string();
  if (check_utf8_ && scalar_text::find_invalid_utf8(raw) >= 0) {
    failure_ = {.kind = JsonFailure::Kind::kValue,
                .rule = "text must be valid UTF-8",
                .at = raw.data(),
                .node = &node,
                .text = raw};
    return false;
  }
  char* to = node.slot->open_bytes(row, static_cast<int64_t>(raw.size()));
  if (to == nullptr) return storage(Status::CapacityError("more than 2 GiB of text in one batch"));
  const __m256i backslash = _mm256_set1_epi8('\\');
  const char* from = raw.data();
  for (size_t i = 0; i < raw.size(); i += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), bytes);
    const auto found =
        static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, backslash)));
    if (found != 0 && i + static_cast<size_t>(std::countr_zero(found)) < raw.size()) [[unlikely]] {
      return read_text_with_escapes(node, row, raw);
    }
  }
  node.slot->close_bytes(row, static_cast<int64_t>(raw.size()));
  ++at_;
  return true;
}

bool JsonReader::read_text_with_escapes(JsonNode& node, int64_t row, std::string_view raw) {
  char* to = node.slot->open_bytes(row, static_cast<int64_t>(raw.size()));
  int64_t size = 0;
  if (!unescape(raw, to, &size)) return false;
  node.slot->close_bytes(row, size);
  ++at_;
  return true;
}

/// A text column takes other values as they are written, without blanks.
bool JsonReader::read_other_as_text(JsonNode& node, int64_t row) {
  const char c = peek();
  if (c == 'n') return read_null();
  const char* begin = text_ + at_[0];
  std::string_view written;
  if (c == '{' || c == '[') {
    if (!skip_value()) return false;
    scratch_.clear();
    json_token::minify({begin, static_cast<size_t>(text_ + at_[-1] + 1 - begin)}, &scratch_);
    written = scratch_;
  } else {
    written = token();
    if (!check_scalar()) return false;
  }
  Status stored = node.slot->set_bytes(row, written);
  return stored.ok() || storage(std::move(stored));
}

template <typename T>
bool JsonReader::read_integer(JsonNode& node, int64_t row) {
  const char* p = text_ + at_[0];
  const bool negative = *p == '-';
  const char* digits = p + negative;
  const char* q = digits;
  uint64_t value = 0;
  // Nineteen digits cannot overflow 64 bits without a sign.
  while (static_cast<uint8_t>(*q - '0') <= 9 && q - digits < 19) {
    value = value * 10 + static_cast<uint64_t>(*q++ - '0');
  }
  const char* next = text_ + at_[1];
  const bool plain = q > digits && (q == next || (is_blank(*q) && token().end() == q)) &&
                     (*digits != '0' || q == digits + 1);
  constexpr uint64_t kMax = static_cast<uint64_t>(std::numeric_limits<T>::max());
  if (!plain || value > kMax + negative) [[unlikely]] {
    return read_scalar(node, row);
  }
  node.slot->template set<T>(row, static_cast<T>(negative ? 0 - value : value));
  ++at_;
  return true;
}

bool JsonReader::read_timestamp(JsonNode& node, int64_t row) {
  const char* p = text_ + at_[0];
  // The usual one: `"2020-01-01 00:00:00.123"`, in the same minute as the last.
  const __m128i front = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 1));
  const __m128i known = _mm_loadu_si128(reinterpret_cast<const __m128i*>(node.minute_text));
  const bool same = _mm_movemask_epi8(_mm_cmpeq_epi8(front, known)) == 0xFFFF;
  int64_t ticks = 0;
  if (same && *p == '"' &&
      json_token::parse_second(p + 17, node.ticks_per_second, node.timestamp.precision, &ticks)) {
    node.slot->set<int64_t>(row, node.minute_ticks + ticks);
    ++at_;
    return true;
  }
  return read_scalar(node, row);
}

bool JsonReader::read_scalar(JsonNode& node, int64_t row) {
  const char c = peek();
  if (c == 'n') return read_null();
  if (c == '"') {
    const std::string_view raw = raw_string();
    ++at_;
    if (raw.find('\\') == std::string_view::npos) return store_scalar(node, row, raw, true);
    scratch_.resize(raw.size() + SlotColumn::kSlack);
    int64_t size = 0;
    if (!unescape(raw, scratch_.data(), &size)) return false;
    return store_scalar(node, row, std::string_view(scratch_).substr(0, static_cast<size_t>(size)),
                        true);
  }
  if (c == '{' || c == '[') return wrong_value(node);
  const std::string_view text = token();
  if (!check_scalar()) return false;
  return store_scalar(node, row, text, false);
}

bool JsonReader::store_scalar(JsonNode& node, int64_t row, std::string_view text, bool is_string) {
  switch (json_token::store(node, row, text, is_string, &scratch_)) {
    case json_token::Stored::kYes:
      return true;
    case json_token::Stored::kNo:
      return wrong(node, text);
    case json_token::Stored::kNoRoom:
      return storage(Status::CapacityError("more than 2 GiB of text in one batch"));
  }
  return false;
}

}  // namespace hw
