// SPDX-License-Identifier: Apache-2.0
//
// Decodes JSON lines and JSON messages into columns: one object a row, or an array of them.
// changelog-json is the same with an envelope, `{"op":"+I","data":{…}}`.

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "columnar/row_kind.h"
#include "formats/json/json_shape.h"
#include "runtime/format.h"

namespace hw {

/// What the envelope of changelog-json may say.
struct JsonEnvelope {
  RowKindSet kinds;
  /// A -D needs no more than the primary key.
  bool deletes_by_key = false;
};

/// Fails when a column cannot be carried by JSON.
Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderRequest& request,
                                                   const JsonSettings& settings,
                                                   const std::optional<JsonEnvelope>& envelope);

}  // namespace hw
