// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_reader.h"

#include <bit>
#include <cstring>
#include <immintrin.h>
#include <limits>
#include <unordered_map>
#include <utility>

#include "formats/json/json_token.h"

namespace hw {

using json_token::is_blank;
using Cursor = JsonReader::Cursor;

JsonReader::JsonReader(JsonNode& root, bool ignore_parse_errors, bool fail_on_missing_field)
    : root_(root),
      ignore_parse_errors_(ignore_parse_errors),
      fail_on_missing_field_(fail_on_missing_field) {}

// --- failures ---

Cursor JsonReader::malformed(Cursor at, const char* rule, const JsonNode* node) {
  failure_ = {.kind = JsonFailure::Kind::kMalformed,
              .rule = rule,
              .at = text_ + at[0],
              .node = node != nullptr ? node : last_field_};
  failed_at_ = at;
  return nullptr;
}

/// A value that the node cannot hold: NULL when errors are ignored.
Cursor JsonReader::wrong(Cursor next, const JsonNode& node, std::string_view text) {
  if (ignore_parse_errors_) {
    ++fields_ignored_;
    return next;
  }
  failure_ = {.kind = JsonFailure::Kind::kValue, .at = text.data(), .node = &node, .text = text};
  failed_at_ = next;
  return nullptr;
}

/// The value at `at` is of another kind than the node: skips it.
Cursor JsonReader::wrong_value(Cursor at, JsonNode& node) {
  const Cursor next = skip_value(at);
  if (next == nullptr) return nullptr;
  return wrong(next, node, written(at, next));
}

std::string_view JsonReader::written(Cursor at, Cursor next) const {
  const char* begin = text_ + at[0];
  const char* end = text_ + next[0];
  while (end > begin && is_blank(end[-1])) --end;
  return {begin, static_cast<size_t>(end - begin)};
}

Cursor JsonReader::missing(Cursor next, const JsonNode& node, const char* rule) {
  failure_ = {
      .kind = JsonFailure::Kind::kMissing, .rule = rule, .at = text_ + next[-1], .node = &node};
  failed_at_ = next;
  return nullptr;
}

Cursor JsonReader::storage(Cursor at, Status status) {
  failure_ = {.kind = JsonFailure::Kind::kStorage, .status = std::move(status)};
  failed_at_ = at;
  return nullptr;
}

// --- tokens ---

inline std::string_view JsonReader::raw_string(Cursor at) const {
  const char* begin = text_ + at[0] + 1;
  // Only blanks lie between a closing quote and what comes next in the index.
  const char* end = text_ + at[1] - 1;
  while (*end != '"') --end;
  return {begin, static_cast<size_t>(end - begin)};
}

std::string_view JsonReader::token(Cursor at) const {
  const char* begin = text_ + at[0];
  const char* end = text_ + at[1];
  while (end > begin && is_blank(end[-1])) --end;
  return {begin, static_cast<size_t>(end - begin)};
}

Cursor JsonReader::read_null(Cursor at) {
  return token(at) == "null" ? at + 1 : malformed(at, "expected a value");
}

int64_t JsonReader::unescape(Cursor at, std::string_view raw, char* to) {
  const int64_t bytes = json_token::unescape(raw, to);
  if (bytes < 0) malformed(at, "an escape in this string is not one of JSON's");
  return bytes;
}

// --- skipping ---

Cursor JsonReader::check_scalar(Cursor at) {
  const std::string_view text = token(at);
  const bool valid =
      text == "null" || text == "true" || text == "false" || json_token::is_number(text);
  return valid ? at + 1 : malformed(at, "expected a value");
}

Cursor JsonReader::skip_value(Cursor at) {
  bool is_object[kDepthMax];
  int depth = 0;
  const auto enter_field = [&]() -> bool {
    if (peek(at) != '"') return malformed(at, "expected a field name") != nullptr;
    if (text_[at[1]] != ':')
      return malformed(at + 1, "expected ':' after the field name") != nullptr;
    at += 2;
    return true;
  };
  while (true) {
    const char c = peek(at);
    if (c == '"') {
      ++at;
    } else if (c == '{' || c == '[') {
      if (depth == kDepthMax) return malformed(at, "nested deeper than 1000 levels");
      is_object[depth++] = c == '{';
      ++at;
      if (peek(at) != (c == '{' ? '}' : ']')) {
        if (c == '{' && !enter_field()) return nullptr;
        continue;
      }
    } else {
      at = check_scalar(at);
      if (at == nullptr) return nullptr;
    }
    // A value ended, or an empty bracket is about to: closes what closes here.
    while (depth > 0 && peek(at) == (is_object[depth - 1] ? '}' : ']')) {
      ++at;
      --depth;
    }
    if (depth == 0) return at;
    if (peek(at) != ',') {
      return malformed(at, is_object[depth - 1] ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    ++at;
    if (is_object[depth - 1] && !enter_field()) return nullptr;
  }
}

// --- objects ---

const JsonExpectedKey* JsonReader::learn_key(Cursor at, JsonNode& node, size_t position) {
  const std::string_view raw = raw_string(at);
  // Keys that are data make no pattern: only the first places are worth remembering.
  constexpr size_t kPlacesMax = 512;
  const size_t place = std::min(position, kPlacesMax);
  if (node.expected.size() <= place) node.expected.resize(place + 1);
  JsonExpectedKey& expected = node.expected[place];
  expected.text.assign(raw.data(), raw.size() + 1);
  expected.length = static_cast<uint32_t>(raw.size() + 1);
  const size_t front = std::min<size_t>(expected.text.size(), sizeof(expected.front));
  std::memset(expected.front, 0, sizeof(expected.front));
  std::memcpy(expected.front, raw.data(), front);
  expected.front_mask = front == 32 ? ~0u : (1u << front) - 1;
  std::string_view name = raw;
  std::string unescaped;
  if (raw.find('\\') != std::string_view::npos) {
    unescaped.resize(raw.size() + SlotColumn::kSlack);
    const int64_t size = unescape(at, raw, unescaped.data());
    if (size < 0) {
      expected.length = 0;
      return nullptr;
    }
    name = std::string_view(unescaped).substr(0, static_cast<size_t>(size));
  }
  const auto found = node.by_name.find(name);
  expected.node = found == node.by_name.end() ? nullptr : found->second;
  return &expected;
}

/// The key at `at`, if it is followed by a colon.
inline const JsonExpectedKey* JsonReader::find_key(Cursor at, JsonNode& node, size_t position) {
  const char* quote = text_ + at[0];
  if (*quote != '"') [[unlikely]] {
    malformed(at, "expected a field name");
    return nullptr;
  }
  if (text_[at[1]] != ':') [[unlikely]] {
    malformed(at + 1, "expected ':' after the field name");
    return nullptr;
  }
  if (position < node.expected.size()) [[likely]] {
    const JsonExpectedKey& expected = node.expected[position];
    const __m256i there = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(quote + 1));
    const __m256i known = _mm256_load_si256(reinterpret_cast<const __m256i*>(expected.front));
    const auto equal = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(there, known)));
    if ((expected.front_mask & ~equal) == 0 && expected.length != 0 &&
        (expected.length <= 32 ||
         (at[0] + expected.length < at[1] &&
          std::memcmp(quote + 1, expected.text.data(), expected.length) == 0))) [[likely]] {
      return &expected;
    }
  }
  return learn_key(at, node, position);
}

Cursor JsonReader::read_record(Cursor at, int64_t row) {
  last_field_ = nullptr;
  row_kind_ = RowKind::kInsert;
  if (peek(at) != '{') return malformed(at, "expected an object: {…}");
  return read_object(at, root_, row);
}

Cursor JsonReader::read_object(Cursor at, JsonNode& node, int64_t row) {
  const uint64_t object = ++objects_;
  size_t found = 0;
  ++at;
  if (peek(at) == '}') return check_object(at + 1, node, row, object, found);
  for (size_t position = 0;; ++position) {
    const JsonExpectedKey* key = find_key(at, node, position);
    if (key == nullptr) return nullptr;
    at += 2;
    if (JsonNode* field = key->node; field == nullptr) {
      at = skip_value(at);
    } else {
      last_field_ = field;
      if (field->seen_in == object) [[unlikely]] {
        at = read_again(at, *field, row);
      } else {
        field->seen_in = object;
        ++found;
        at = read_value(at, *field, row);
      }
    }
    if (at == nullptr) return nullptr;
    const char c = peek(at);
    if (c == '}') break;
    if (c != ',') return malformed(at, "expected ',' or '}'");
    ++at;
  }
  return check_object(at + 1, node, row, object, found);
}

/// A field that an object has twice: the last one counts.
Cursor JsonReader::read_again(Cursor at, JsonNode& node, int64_t row) {
  if (node.slot != nullptr) node.slot->truncate(row);
  for (JsonNode& child : node.children) {
    if (node.slot == nullptr && child.slot != nullptr) child.slot->truncate(row);
  }
  return read_value(at, node, row);
}

inline Cursor JsonReader::check_object(Cursor next, JsonNode& node, int64_t row, uint64_t object,
                                       size_t found) {
  const bool incomplete =
      (fail_on_missing_field_ || node.all_required) && found < node.children.size();
  if (!incomplete && !node.has_not_null) [[likely]] {
    return next;
  }
  for (const JsonNode& child : node.children) {
    if (!child.nullable && child.slot != nullptr && !child.slot->is_set(row)) {
      return missing(next, child, "declared NOT NULL");
    }
    if (incomplete && child.seen_in != object) return missing(next, child, "required");
  }
  return next;
}

Cursor JsonReader::read_array(Cursor at, JsonNode& node, int64_t row) {
  if (peek(at) != '[') return wrong_value(at, node);
  ++at;
  JsonNode& element = node.children.front();
  int64_t end = node.slot->open_list(row);
  if (peek(at) == ']') {
    node.slot->close_list(row, end);
    return at + 1;
  }
  while (true) {
    if (Status room = element.slot->reserve(end + 1); !room.ok()) {
      return storage(at, std::move(room));
    }
    at = read_value(at, element, end);
    if (at == nullptr) return nullptr;
    if (!element.nullable && !element.slot->is_set(end)) {
      return missing(at, element, "declared NOT NULL");
    }
    ++end;
    const char c = peek(at);
    if (c == ']') break;
    if (c != ',') return malformed(at, "expected ',' or ']'", &node);
    ++at;
  }
  node.slot->close_list(row, end);
  return at + 1;
}

// --- maps ---

Cursor JsonReader::read_map(Cursor at, JsonNode& node, int64_t row) {
  if (peek(at) != '{') return wrong_value(at, node);
  const Cursor begin = at;
  // Finds keys that come again later: of those the last one counts.
  std::vector<bool> left_out;
  std::unordered_map<std::string_view, size_t> places;
  if (text_[at[1]] != '}') {
    ++at;
    for (size_t i = 0;; ++i) {
      if (peek(at) != '"') return malformed(at, "expected a key", &node);
      if (text_[at[1]] != ':') return malformed(at + 1, "expected ':' after the key", &node);
      const auto [place, added] = places.emplace(raw_string(at), i);
      left_out.push_back(false);
      if (!added) {
        left_out[place->second] = true;
        place->second = i;
      }
      at = skip_value(at + 2);
      if (at == nullptr) return nullptr;
      if (peek(at) != ',') break;
      ++at;
    }
    if (peek(at) != '}') return malformed(at, "expected ',' or '}'", &node);
  }
  return read_map_entries(begin, node, row, left_out);
}

/// Reads the entries; their grammar has been checked.
Cursor JsonReader::read_map_entries(Cursor at, JsonNode& node, int64_t row,
                                    const std::vector<bool>& left_out) {
  SlotColumn& keys = *node.children[0].slot;
  JsonNode& value = node.children[1];
  ++at;
  int64_t end = node.slot->open_list(row);
  for (const bool out : left_out) {
    if (out) {
      at = skip_value(at + 2);
    } else {
      if (Status room = keys.reserve(end + 1); !room.ok()) return storage(at, std::move(room));
      if (Status room = value.slot->reserve(end + 1); !room.ok()) {
        return storage(at, std::move(room));
      }
      const std::string_view raw = raw_string(at);
      char* to = keys.open_bytes(end, static_cast<int64_t>(raw.size()));
      if (to == nullptr) return storage(at, Status::CapacityError("more than 2 GiB of map keys"));
      const int64_t size = unescape(at, raw, to);
      if (size < 0) return nullptr;
      keys.close_bytes(end, size);
      at = read_value(at + 2, value, end);
      if (at != nullptr && !value.nullable && !value.slot->is_set(end)) {
        return missing(at, value, "declared NOT NULL");
      }
      ++end;
    }
    if (at == nullptr) return nullptr;
    ++at;  // the comma, or the bracket that ends it
  }
  if (left_out.empty()) ++at;
  node.slot->close_list(row, end);
  return at;
}

// --- values ---

inline Cursor JsonReader::read_value(Cursor at, JsonNode& node, int64_t row) {
  switch (node.kind) {
    case JsonKind::kText:
      return read_text(at, node, row);
    case JsonKind::kBigint:
      return read_integer<int64_t>(at, node, row);
    case JsonKind::kInt:
      return read_integer<int32_t>(at, node, row);
    case JsonKind::kTimestamp:
      return read_timestamp(at, node, row);
    case JsonKind::kRow:
      if (peek(at) == '{') {
        if (node.slot != nullptr) node.slot->mark(row);
        return read_object(at, node, row);
      }
      // The record's own object cannot be left out.
      if (node.slot == nullptr) return malformed(at, "expected an object: {…}", &node);
      return peek(at) == 'n' ? read_null(at) : wrong_value(at, node);
    case JsonKind::kArray:
      return peek(at) == 'n' ? read_null(at) : read_array(at, node, row);
    case JsonKind::kMap:
      return peek(at) == 'n' ? read_null(at) : read_map(at, node, row);
    case JsonKind::kSmallint:
      return read_integer<int16_t>(at, node, row);
    case JsonKind::kTinyint:
      return read_integer<int8_t>(at, node, row);
    case JsonKind::kRowKind:
      return read_row_kind(at, node);
    case JsonKind::kVariant:
      return read_variant(at, node, row);
    default:
      return read_scalar(at, node, row);
  }
}

Cursor JsonReader::read_variant(Cursor at, JsonNode& node, int64_t row) {
  if (peek(at) == 'n') return read_null(at);
  const Cursor next = skip_value(at);
  if (next == nullptr) return nullptr;
  const std::string_view text = written(at, next);
  if (check_utf8_ && scalar_text::find_invalid_utf8(text) >= 0) {
    failure_ = {.kind = JsonFailure::Kind::kValue,
                .rule = "valid UTF-8",
                .at = text.data(),
                .node = &node,
                .text = text};
    failed_at_ = at;
    return nullptr;
  }
  scratch_.clear();
  if (!variants_.read(text, DuplicateNames::kLastCounts, scratch_).ok()) {
    return wrong(next, node, text);
  }
  Status stored = node.slot->set_bytes(row, scratch_);
  return stored.ok() ? next : storage(at, std::move(stored));
}

Cursor JsonReader::read_row_kind(Cursor at, JsonNode& node) {
  const std::string_view text = peek(at) == '"' ? raw_string(at) : std::string_view();
  for (const RowKind kind :
       {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete}) {
    if (text != to_text(kind)) continue;
    row_kind_ = kind;
    return at + 1;
  }
  return malformed(at, "expected \"+I\", \"-U\", \"+U\" or \"-D\"", &node);
}

inline Cursor JsonReader::read_text(Cursor at, JsonNode& node, int64_t row) {
  if (peek(at) != '"') [[unlikely]] {
    return read_other_as_text(at, node, row);
  }
  const std::string_view raw = raw_string(at);
  if (check_utf8_ && scalar_text::find_invalid_utf8(raw) >= 0) [[unlikely]] {
    failure_ = {.kind = JsonFailure::Kind::kValue,
                .rule = "valid UTF-8",
                .at = raw.data(),
                .node = &node,
                .text = raw};
    failed_at_ = at;
    return nullptr;
  }
  char* to = node.slot->open_bytes(row, static_cast<int64_t>(raw.size()));
  if (to == nullptr) [[unlikely]] {
    return storage(at, Status::CapacityError("more than 2 GiB of text in one batch"));
  }
  const __m256i backslash = _mm256_set1_epi8('\\');
  const char* from = raw.data();
  for (size_t i = 0; i < raw.size(); i += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), bytes);
    const auto found =
        static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, backslash)));
    if (found != 0 && i + static_cast<size_t>(std::countr_zero(found)) < raw.size()) [[unlikely]] {
      return read_text_with_escapes(at, node, row, raw);
    }
  }
  node.slot->close_bytes(row, static_cast<int64_t>(raw.size()));
  return at + 1;
}

Cursor JsonReader::read_text_with_escapes(Cursor at, JsonNode& node, int64_t row,
                                          std::string_view raw) {
  char* to = node.slot->open_bytes(row, static_cast<int64_t>(raw.size()));
  const int64_t size = unescape(at, raw, to);
  if (size < 0) return nullptr;
  node.slot->close_bytes(row, size);
  return at + 1;
}

/// A text column takes other values as they are written, without blanks.
Cursor JsonReader::read_other_as_text(Cursor at, JsonNode& node, int64_t row) {
  const char c = peek(at);
  if (c == 'n') return read_null(at);
  const char* begin = text_ + at[0];
  std::string_view written = token(at);
  const bool nested = c == '{' || c == '[';
  const Cursor next = nested ? skip_value(at) : check_scalar(at);
  if (next == nullptr) return nullptr;
  if (nested) {
    scratch_.clear();
    json_token::minify({begin, static_cast<size_t>(text_ + next[-1] + 1 - begin)}, &scratch_);
    written = scratch_;
  }
  Status stored = node.slot->set_bytes(row, written);
  return stored.ok() ? next : storage(at, std::move(stored));
}

template <typename T>
inline Cursor JsonReader::read_integer(Cursor at, JsonNode& node, int64_t row) {
  const char* p = text_ + at[0];
  const bool negative = *p == '-';
  const char* digits = p + negative;
  const char* q = digits;
  uint64_t value = 0;
  // Nineteen digits cannot overflow 64 bits without a sign.
  while (static_cast<uint8_t>(*q - '0') <= 9 && q - digits < 19) {
    value = value * 10 + static_cast<uint64_t>(*q++ - '0');
  }
  const char* next = text_ + at[1];
  const bool plain = q > digits && (q == next || (is_blank(*q) && token(at).end() == q)) &&
                     (*digits != '0' || q == digits + 1);
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<T>::max());
  if (!plain || value > kMax + negative) [[unlikely]] {
    return read_scalar(at, node, row);
  }
  node.slot->template set<T>(row, static_cast<T>(negative ? 0 - value : value));
  return at + 1;
}

inline Cursor JsonReader::read_timestamp(Cursor at, JsonNode& node, int64_t row) {
  const char* p = text_ + at[0];
  // The usual one: `"2020-01-01 00:00:00.123"`, in the same minute as the last.
  const __m128i front = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 1));
  const __m128i known = _mm_loadu_si128(reinterpret_cast<const __m128i*>(node.minute_text));
  const bool same = _mm_movemask_epi8(_mm_cmpeq_epi8(front, known)) == 0xFFFF;
  int64_t ticks = 0;
  if (same && *p == '"' &&
      json_token::parse_second(p + 17, node.ticks_per_second, node.timestamp.precision, &ticks)) {
    node.slot->set<int64_t>(row, node.minute_ticks + ticks);
    return at + 1;
  }
  return read_scalar(at, node, row);
}

Cursor JsonReader::read_scalar(Cursor at, JsonNode& node, int64_t row) {
  const char c = peek(at);
  if (c == 'n') return read_null(at);
  if (c == '"') {
    const std::string_view raw = raw_string(at);
    if (raw.find('\\') == std::string_view::npos) return store_scalar(at + 1, node, row, raw, true);
    scratch_.resize(raw.size() + SlotColumn::kSlack);
    const int64_t size = unescape(at, raw, scratch_.data());
    if (size < 0) return nullptr;
    const std::string text = scratch_.substr(0, static_cast<size_t>(size));
    // A message about the value shows it as it is written.
    const Cursor next = store_scalar(at + 1, node, row, text, true);
    if (next == nullptr && failure_.kind == JsonFailure::Kind::kValue) failure_.text = raw;
    return next;
  }
  if (c == '{' || c == '[') return wrong_value(at, node);
  const std::string_view text = token(at);
  const Cursor next = check_scalar(at);
  return next == nullptr ? nullptr : store_scalar(next, node, row, text, false);
}

Cursor JsonReader::store_scalar(Cursor next, JsonNode& node, int64_t row, std::string_view text,
                                bool is_string) {
  switch (json_token::store(node, row, text, is_string, &scratch_)) {
    case json_token::Stored::kYes:
      return next;
    case json_token::Stored::kNo:
      return wrong(next, node, text);
    case json_token::Stored::kNoRoom:
      return storage(next, Status::CapacityError("more than 2 GiB of text in one batch"));
  }
  return nullptr;
}

}  // namespace hw
