// SPDX-License-Identifier: Apache-2.0
//
// What a JSON reader looks for: a tree of nodes, one for each column, field, element, key and
// value that is wanted, with the slot column that it writes. Fields that no node names are skipped.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "formats/slots/scalar_text.h"
#include "formats/slots/slot_column.h"
#include "runtime/options.h"

namespace hw {

enum class JsonKind : uint8_t {
  kBoolean,
  kTinyint,
  kSmallint,
  kInt,
  kBigint,
  kFloat,
  kDouble,
  kDecimal,
  kText,
  kVariant,  // any value
  kBinary,
  kDate,
  kTime,
  kTimestamp,
  kRow,
  kArray,
  kMap,      // MULTISET too: values are counts
  kRowKind,  // of changelog-json: `op`
};

struct JsonNode;

/// A key as the last record of the same shape had it at the same place: expected again.
struct JsonExpectedKey {
  alignas(32) char front[32] = {};  // the first bytes of `text`
  uint32_t front_mask = 0;          // a bit for each byte of `front` that counts
  uint32_t length = 0;              // of `text`
  std::string text;                 // as written, with the closing quote
  JsonNode* node = nullptr;         // null = not wanted
};

struct JsonNode {
  JsonKind kind = JsonKind::kText;
  bool nullable = true;
  /// Null for the record itself, whose columns are the children, and for kRowKind.
  SlotColumn* slot = nullptr;
  SqlType type;
  std::string name;
  const JsonNode* parent = nullptr;
  scalar_text::TimestampShape timestamp;
  /// The last timestamp's text up to the minute, and its ticks: the next is likely to share them.
  char minute_text[16] = {};
  int64_t minute_ticks = 0;
  int64_t ticks_per_second = 0;

  /// kRow: fields; kArray: the element; kMap: key and value.
  std::deque<JsonNode> children;
  std::unordered_map<std::string_view, JsonNode*> by_name;
  std::vector<JsonExpectedKey> expected;
  /// The number of the object in which the parent last met this field.
  uint64_t seen_in = 0;
  /// Children must be looked at after each object: one of them is NOT NULL.
  bool has_not_null = false;
  /// Every child must be there, whatever the options say.
  bool all_required = false;

  /// `bid.items.element`.
  std::string path() const;
};

/// How the options of the json family read.
struct JsonSettings {
  std::string format = "json";  // for messages
  bool fail_on_missing_field = false;
  bool ignore_parse_errors = false;
  char timestamp_separator = ' ';
  bool timestamp_offset = false;

  static Result<JsonSettings> from(const Options& options, std::string format);
};

/// Fills `node` for `type`, writing to `slot`. Fails (NotImplemented, Invalid) for types that JSON
/// cannot carry: a MAP without text keys.
Status shape_json_node(const SqlType& type, SlotColumn* slot, const JsonSettings& settings,
                       JsonNode* node);

/// Fails (Invalid) when the json format cannot carry one of the columns.
Status check_json_schema(const Schema& schema);

}  // namespace hw
