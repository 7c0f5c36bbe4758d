// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_index.h"

#include <algorithm>

#include <simdjson.h>

namespace hw {

struct JsonIndex::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  size_t capacity = 0;
};

JsonIndex::JsonIndex() : parser_(std::make_unique<Parser>()) {}
JsonIndex::~JsonIndex() = default;

JsonIndex::Outcome JsonIndex::build(std::string_view text, uint32_t sentinel) {
  // The offsets' array has as many entries as the text has bytes; the rest is for the sentinels.
  const size_t needed = text.size() + 64;
  if (needed > simdjson::SIMDJSON_MAXSIZE_BYTES) return Outcome::kTooLarge;
  simdjson::error_code error = simdjson::SUCCESS;
  if (parser_->capacity < needed) {
    const size_t capacity =
        std::min<size_t>(std::max(needed, parser_->capacity * 2), simdjson::SIMDJSON_MAXSIZE_BYTES);
    if (parser_->stages == nullptr) {
      error = simdjson::get_active_implementation()->create_dom_parser_implementation(
          capacity, 1, parser_->stages);
    } else {
      error = parser_->stages->set_capacity(capacity);
    }
    if (error != simdjson::SUCCESS) return Outcome::kTooLarge;
    parser_->capacity = capacity;
  }
  error = parser_->stages->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                  simdjson::stage1_mode::regular);
  uint32_t* offsets = parser_->stages->structural_indexes.get();
  const uint32_t count = parser_->stages->n_structural_indexes;
  offsets_ = offsets;
  switch (error) {
    case simdjson::SUCCESS:
      std::fill_n(offsets + count, kSentinels, sentinel);
      return Outcome::kOk;
    case simdjson::EMPTY:
      return Outcome::kBlank;
    case simdjson::UTF8_ERROR:
      // Still walkable: the reader finds the field that holds the bad byte.
      std::fill_n(offsets + count, kSentinels, sentinel);
      return Outcome::kInvalidUtf8;
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return Outcome::kTooLarge;
    default:
      return Outcome::kBrokenString;
  }
}

}  // namespace hw
