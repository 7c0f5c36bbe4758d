// SPDX-License-Identifier: Apache-2.0
//
// Walks indexed JSON text and writes what a shape asks for into slot columns. Grammar is checked
// everywhere, also in what is skipped. Errors are remembered, not thrown: the caller asks for them.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/row_kind.h"
#include "columnar/text/variant.h"
#include "formats/json/json_shape.h"

namespace hw {

/// Why the last read failed.
struct JsonFailure {
  enum class Kind : uint8_t {
    kMalformed,  // `rule` says what was expected; `at` where
    kValue,      // `node` cannot hold `text`
    kMissing,    // `node` has no value but needs one
    kStorage,    // `status`
  };
  Kind kind = Kind::kMalformed;
  std::string rule;
  const char* at = nullptr;
  const JsonNode* node = nullptr;  // the field in question, or the last one met
  std::string_view text;
  Status status;
};

class JsonReader {
 public:
  /// A place among the offsets of the structure.
  using Cursor = const uint32_t*;

  /// `root` outlives this; its children are the columns.
  JsonReader(JsonNode& root, bool ignore_parse_errors, bool fail_on_missing_field);

  /// Sets the text whose structure cursors point into.
  void set_text(const char* text) { text_ = text; }
  /// Validates text as UTF-8 while reading it, to name the field; the index does it otherwise.
  void set_check_utf8(bool check) { check_utf8_ = check; }

  /// Reads the object at `at` into `row` of the root's columns, which have room for it. Returns the
  /// cursor behind it, or null: then failure() says why, and the row may be half written.
  Cursor read_record(Cursor at, int64_t row);
  const JsonFailure& failure() const { return failure_; }
  /// Where the last failed read stood; no line end lies between the record's begin and it.
  Cursor failed_at() const { return failed_at_; }
  /// Fields set to NULL since the start because they could not be converted.
  int64_t fields_ignored() const { return fields_ignored_; }
  /// The kind that a kRowKind field of the last record said.
  RowKind row_kind() const { return row_kind_; }

  static constexpr int kDepthMax = 1000;

 private:
  // Everything below takes the cursor of what is read next and returns the one behind, or null.
  char peek(Cursor at) const { return text_[at[0]]; }
  Cursor malformed(Cursor at, const char* rule, const JsonNode* node = nullptr);
  Cursor wrong(Cursor next, const JsonNode& node, std::string_view text);
  Cursor wrong_value(Cursor at, JsonNode& node);
  Cursor missing(Cursor next, const JsonNode& node, const char* rule);
  Cursor storage(Cursor at, Status status);

  const JsonExpectedKey* learn_key(Cursor at, JsonNode& node, size_t position);
  const JsonExpectedKey* find_key(Cursor at, JsonNode& node, size_t position);
  Cursor read_value(Cursor at, JsonNode& node, int64_t row);
  Cursor read_again(Cursor at, JsonNode& node, int64_t row);
  Cursor read_object(Cursor at, JsonNode& node, int64_t row);
  Cursor check_object(Cursor next, JsonNode& node, int64_t row, uint64_t object, size_t found);
  Cursor read_array(Cursor at, JsonNode& node, int64_t row);
  Cursor read_map(Cursor at, JsonNode& node, int64_t row);
  Cursor read_map_entries(Cursor at, JsonNode& node, int64_t row,
                          const std::vector<bool>& left_out);
  Cursor read_scalar(Cursor at, JsonNode& node, int64_t row);
  Cursor read_text(Cursor at, JsonNode& node, int64_t row);
  Cursor read_text_with_escapes(Cursor at, JsonNode& node, int64_t row, std::string_view raw);
  Cursor read_other_as_text(Cursor at, JsonNode& node, int64_t row);
  Cursor read_variant(Cursor at, JsonNode& node, int64_t row);
  Cursor read_row_kind(Cursor at, JsonNode& node);
  template <typename T>
  Cursor read_integer(Cursor at, JsonNode& node, int64_t row);
  Cursor read_timestamp(Cursor at, JsonNode& node, int64_t row);
  Cursor store_scalar(Cursor next, JsonNode& node, int64_t row, std::string_view text,
                      bool is_string);
  Cursor read_null(Cursor at);
  Cursor skip_value(Cursor at);
  Cursor check_scalar(Cursor at);
  int64_t unescape(Cursor at, std::string_view raw, char* to);

  /// The string whose opening quote is at `at`, without quotes, escapes as they are.
  std::string_view raw_string(Cursor at) const;
  /// The value from `at` up to `next`, the cursor behind it.
  std::string_view written(Cursor at, Cursor next) const;
  /// The scalar at `at`, without blanks behind it.
  std::string_view token(Cursor at) const;

  JsonNode& root_;
  const bool ignore_parse_errors_;
  const bool fail_on_missing_field_;
  bool check_utf8_ = false;
  const char* text_ = nullptr;
  Cursor failed_at_ = nullptr;
  uint64_t objects_ = 0;
  int64_t fields_ignored_ = 0;
  RowKind row_kind_ = RowKind::kInsert;
  const JsonNode* last_field_ = nullptr;
  std::string scratch_;
  VariantReader variants_;
  JsonFailure failure_;
};

}  // namespace hw
