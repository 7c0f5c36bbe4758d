// SPDX-License-Identifier: Apache-2.0
//
// Runs a decoder over a text the way a file source does, for tests: in blocks of a given size with
// the unread rest carried over.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/format.h"

namespace hw::testing {

/// What a decoder counted.
class CounterMap {
 public:
  Counter& operator[](std::string_view name);
  int64_t value(std::string_view name) const;

 private:
  class Plain;
  std::map<std::string, std::shared_ptr<Plain>, std::less<>> counters_;
};

/// A request for all columns of `columns`.
DecoderRequest request_for(std::vector<SqlField> columns);

/// The batches of `text`, read `block_bytes` at a time from `file`. Fails as the decoder does, and
/// when it stands still.
Result<std::vector<Batch>> decode_all(Decoder& decoder, std::string_view text, size_t block_bytes,
                                      std::string_view file = "t.file");

/// The rows as text, `+I[1, a] | +I[2, b]`; `error: …` when decoding failed. Runs it with several
/// block sizes and says so when they differ.
std::string decoded(const FormatRecord& format, const DecoderRequest& request,
                    const Options& options, std::string_view text);

}  // namespace hw::testing
