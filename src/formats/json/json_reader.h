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
  /// `root` outlives this; its children are the columns.
  JsonReader(JsonNode& root, bool ignore_parse_errors, bool fail_on_missing_field);

  /// Sets the text and the offsets of its structure.
  void start(const char* text, const uint32_t* offsets) {
    text_ = text;
    at_ = offsets;
  }
  /// The offset that is read next.
  const uint32_t* at() const { return at_; }
  void skip_to(const uint32_t* at) { at_ = at; }
  /// Validates text as UTF-8 while reading it, to name the field; the index does it otherwise.
  void set_check_utf8(bool check) { check_utf8_ = check; }

  /// Reads one object into `row` of the root's columns, which have room for it. False = failure();
  /// the row may be half written.
  bool read_record(int64_t row);
  const JsonFailure& failure() const { return failure_; }
  /// Fields set to NULL since the start because they could not be converted.
  int64_t fields_ignored() const { return fields_ignored_; }
  /// The kind that a kRowKind field of the last record said.
  RowKind row_kind() const { return row_kind_; }

  static constexpr int kDepthMax = 1000;

 private:
  enum class Verdict : uint8_t { kOk, kMalformed, kWrong };

  char peek() const { return text_[at_[0]]; }
  bool malformed(const char* rule, const JsonNode* node = nullptr);
  bool wrong(const JsonNode& node, std::string_view text);
  bool wrong_value(JsonNode& node);
  bool storage(Status status);
  JsonExpectedKey* learn_key(JsonNode& node, size_t position, const char* key);
  bool match_key(JsonNode& node, size_t position, JsonNode** field);

  bool read_value(JsonNode& node, int64_t row);
  bool read_again(JsonNode& node, int64_t row);
  bool read_object(JsonNode& node, int64_t row);
  bool check_object(JsonNode& node, int64_t row, uint64_t object, size_t fields_found);
  bool read_array(JsonNode& node, int64_t row);
  bool read_map(JsonNode& node, int64_t row);
  bool read_map_entries(JsonNode& node, int64_t row, const std::vector<bool>& left_out);
  bool read_scalar(JsonNode& node, int64_t row);
  bool read_text(JsonNode& node, int64_t row);
  bool read_text_with_escapes(JsonNode& node, int64_t row, std::string_view raw);
  bool read_other_as_text(JsonNode& node, int64_t row);
  bool read_row_kind(JsonNode& node);
  template <typename T>
  bool read_integer(JsonNode& node, int64_t row);
  bool read_timestamp(JsonNode& node, int64_t row);
  bool store_scalar(JsonNode& node, int64_t row, std::string_view text, bool is_string);
  bool read_null();
  bool skip_value();
  bool check_scalar();

  /// The string whose opening quote is read next, without quotes, escapes as they are.
  std::string_view raw_string() const;
  /// The scalar that is read next, without blanks behind it.
  std::string_view token() const;
  bool unescape(std::string_view raw, char* to, int64_t* size);

  JsonNode& root_;
  const bool ignore_parse_errors_;
  const bool fail_on_missing_field_;
  bool check_utf8_ = false;
  const char* text_ = nullptr;
  const uint32_t* at_ = nullptr;
  uint64_t objects_ = 0;
  int64_t fields_ignored_ = 0;
  RowKind row_kind_ = RowKind::kInsert;
  const JsonNode* last_field_ = nullptr;
  std::string scratch_;
  JsonFailure failure_;
};

}  // namespace hw
