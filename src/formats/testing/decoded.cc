// SPDX-License-Identifier: Apache-2.0

#include "formats/testing/decoded.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace hw::testing {

class CounterMap::Plain final : public Counter {
 public:
  void add(int64_t n) override { value_ += n; }
  int64_t value() const { return value_; }

 private:
  int64_t value_ = 0;
};

Counter& CounterMap::operator[](std::string_view name) {
  std::shared_ptr<Plain>& counter = counters_[std::string(name)];
  if (counter == nullptr) counter = std::make_shared<Plain>();
  return *counter;
}

int64_t CounterMap::value(std::string_view name) const {
  const auto found = counters_.find(name);
  return found == counters_.end() ? 0 : found->second->value();
}

DecoderRequest request_for(std::vector<SqlField> columns) {
  DecoderRequest request;
  request.physical = make_schema(std::move(columns));
  request.schema = request.physical;
  return request;
}

Result<std::vector<Batch>> decode_all(Decoder& decoder, std::string_view text, size_t block_bytes,
                                      std::string_view file) {
  constexpr size_t kPadding = 64;
  std::vector<Batch> batches;
  size_t begin = 0;
  size_t end = std::min(block_bytes, text.size());
  int64_t line = 1;
  while (true) {
    std::string block(text.substr(begin, end - begin));
    const size_t size = block.size();
    // What lies behind a block must not matter.
    block.append(kPadding, '"');
    const bool last = end == text.size();
    HW_ASSIGN_OR_RETURN(const int64_t consumed,
                        decoder.decode_block(std::string_view(block).substr(0, size), last,
                                             {.origin = file, .line = line}));
    line += decoder.lines_consumed();
    begin += static_cast<size_t>(consumed);
    const bool took = decoder.num_rows() > 0;
    if (took) {
      HW_ASSIGN_OR_RETURN(Batch batch, decoder.take());
      HW_TRY(batch.validate());
      batches.push_back(std::move(batch));
    }
    if (begin == text.size()) return batches;
    if (consumed == 0 && !took) {
      if (last) return Status::UnknownError("the decoder stands still at byte ", begin);
      end = std::min(text.size(), end + std::max<size_t>(block_bytes, end - begin));
    } else {
      end = std::min(text.size(), std::max(end, begin + block_bytes));
    }
  }
}

namespace {

std::string decoded_in_blocks(const FormatRecord& format, const DecoderRequest& request,
                              const Options& options, std::string_view text, size_t block_bytes) {
  const auto decoder = format.decoder(request, options);
  if (!decoder.ok()) return "error: " + decoder.status().message();
  const auto batches = decode_all(**decoder, text, block_bytes);
  if (!batches.ok()) return "error: " + batches.status().message();
  std::string rows;
  for (const Batch& batch : *batches) rows += (rows.empty() ? "" : " | ") + batch.to_text();
  return rows;
}

}  // namespace

std::string decoded(const FormatRecord& format, const DecoderRequest& request,
                    const Options& options, std::string_view text) {
  const std::string whole = decoded_in_blocks(format, request, options, text, text.size() + 1);
  for (const size_t block_bytes : {size_t{1}, size_t{7}, size_t{64}}) {
    const std::string parts = decoded_in_blocks(format, request, options, text, block_bytes);
    if (parts != whole) {
      return "blocks of " + std::to_string(block_bytes) + " bytes give: " + parts +
             "\n  one block gives: " + whole;
    }
  }
  return whole;
}

}  // namespace hw::testing
