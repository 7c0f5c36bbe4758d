// SPDX-License-Identifier: Apache-2.0
//
// Writes rows as JSON lines. The text of values is that of the json format everywhere in Headwater.

#pragma once

#include <memory>
#include <string>

#include "runtime/format.h"

namespace hw {

struct JsonEncodeSettings {
  char timestamp_separator = ' ';
  bool ignore_null_fields = false;
  enum class NullKey : uint8_t { kFail, kDrop, kLiteral } null_key = NullKey::kFail;
  std::string null_key_literal = "null";
  /// changelog-json: wraps each row as `{"op":"+I","data":{…}}`.
  bool envelope = false;

  static JsonEncodeSettings from(const Options& options);
};

Result<std::unique_ptr<Encoder>> make_json_encoder(const SchemaPtr& schema,
                                                   const JsonEncodeSettings& settings);

}  // namespace hw
