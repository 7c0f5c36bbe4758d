// SPDX-License-Identifier: Apache-2.0
//
// What holds of every row format whatever the bytes are; the fuzz targets of the decoders share it.
// A promise that does not hold aborts, which is what libFuzzer looks for.

#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/status.h"
#include "columnar/batch.h"
#include "formats/testing/decoded.h"
#include "runtime/format_catalogue.h"

namespace hw::fuzz {

using OptionValues = std::map<std::string, std::string>;

inline bool is_error(std::string_view rows) { return rows.starts_with("error: "); }

/// The record that `register_format` adds to a catalogue, which lives as long as the process.
inline const FormatRecord& format_of(void (*register_format)(FormatCatalogue&)) {
  static FormatCatalogue& catalogue = *new FormatCatalogue();
  register_format(catalogue);
  return catalogue.all().back();
}

/// One format under one set of options.
class DecoderChecks {
 public:
  DecoderChecks(const FormatRecord& format, const DecoderRequest& request, OptionValues values)
      : format_(format), request_(request), options_(values) {
    values["ignore-parse-errors"] = "true";
    ignoring_ = Options(std::move(values));
  }

  /// The same rows or the same error whatever the block size; with errors ignored never an error,
  /// and the same rows where there was none. Returns the rows or the error.
  std::string check_blocks(std::string_view text) const {
    constexpr size_t kSmallBlock = 5;
    const std::string whole = rows_or_error(options_, text, text.size() + 1);
    HW_CHECK(rows_or_error(options_, text, kSmallBlock) == whole);
    const std::string rest = rows_or_error(ignoring_, text, text.size() + 1);
    HW_CHECK(!is_error(rest));
    HW_CHECK(rows_or_error(ignoring_, text, kSmallBlock) == rest);
    HW_CHECK(is_error(whole) || whole == rest);
    return whole;
  }

  /// The whole text as one message; returns its rows or the error.
  std::string check_message(std::string_view text) const {
    const auto decoder = format_.decoder(request_, options_).ValueOrDie();
    const Status status = decoder->decode_record(text, {.origin = "message"});
    HW_CHECK(!status.IsUnknownError());
    if (!status.ok()) return "error: " + status.message();
    const Batch batch = decoder->take().ValueOrDie();
    HW_CHECK(batch.validate().ok());
    return batch.num_rows() == 0 ? "" : batch.to_text();
  }

  /// What was read and written again reads back as the same rows.
  void check_round_trip(std::string_view text) const {
    const auto batches = decode(options_, text, text.size() + 1);
    if (!batches.ok()) return;
    const Result<std::string> once = written(*batches);
    HW_CHECK(once.ok());
    HW_CHECK(rows_of(decode_written(*once)) == rows_of(*batches));
  }

  /// The same for a format that has one text for several values (NULL and ''): what was written
  /// stays as it is from then on. A value without any text may be refused.
  void check_text_is_stable(std::string_view text) const {
    const auto batches = decode(options_, text, text.size() + 1);
    if (!batches.ok()) return;
    const Result<std::string> once = written(*batches);
    HW_CHECK(once.ok() || once.status().IsInvalid());
    if (!once.ok()) return;
    const Result<std::string> twice = written(decode_written(*once));
    HW_CHECK(twice.ok() && *twice == *once);
  }

 private:
  static std::string rows_of(const std::vector<Batch>& batches) {
    std::string rows;
    for (const Batch& batch : batches) rows += (rows.empty() ? "" : " | ") + batch.to_text();
    return rows;
  }

  Result<std::vector<Batch>> decode(const Options& options, std::string_view text,
                                    size_t block_bytes) const {
    const auto decoder = format_.decoder(request_, options).ValueOrDie();
    return testing::decode_all(*decoder, text, block_bytes);
  }

  std::string rows_or_error(const Options& options, std::string_view text,
                            size_t block_bytes) const {
    const auto batches = decode(options, text, block_bytes);
    if (batches.ok()) return rows_of(*batches);
    HW_CHECK(!batches.status().IsUnknownError());
    return "error: " + batches.status().message();
  }

  Result<std::string> written(const std::vector<Batch>& batches) const {
    const auto encoder = format_.encoder(request_.schema, options_).ValueOrDie();
    std::string text;
    encoder->begin_file(text);
    for (const Batch& batch : batches) HW_TRY(encoder->encode(batch, text));
    return text;
  }

  std::vector<Batch> decode_written(std::string_view text) const {
    auto batches = decode(options_, text, text.size() + 1);
    HW_CHECK(batches.ok());
    return std::move(batches).ValueOrDie();
  }

  const FormatRecord& format_;
  const DecoderRequest& request_;
  const Options options_;
  Options ignoring_;
};

/// The element of `choices` that the first byte of an input picks: '0' the first, '1' the second.
template <typename T>
const T& picked(const std::vector<T>& choices, char byte) {
  return choices[static_cast<unsigned char>(byte - '0') % choices.size()];
}

}  // namespace hw::fuzz
