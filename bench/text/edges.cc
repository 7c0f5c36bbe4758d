// SPDX-License-Identifier: Apache-2.0

#include "paths.h"

namespace hw::bench {

void edges(const Table& table, const Texts& texts) {
  const auto offsets = [&](size_t b) {
    const OffsetText text(*texts.columns[b]);
    BytesBuilder out;
    out.reserve(text.num_rows(), 0);
    for (int64_t row = 0; row < text.num_rows(); ++row) out.append(text.value(row));
    return *out.finish(SqlType::string());
  };
  const auto views = [&](size_t b) {
    const OffsetText text(*texts.columns[b]);
    ViewBuilder out(text.num_rows());
    const int64_t last = text.num_rows() - 1;
    for (int64_t row = 0; row < last; ++row) out.append(text.value(row), kInlineRoom);
    out.append(text.value(last), 0);
    return out.finish();
  };
  require_equal(*offsets(0), views(0));
  table.contest("made by a decoder", texts, texts.num_values,
                {.offsets = each_batch(texts, offsets), .views = each_batch(texts, views)});
  const auto as_is = [&](size_t b) { return texts.columns[b]; };
  table.contest("from offsets (Parquet, Arrow)", texts, texts.num_values,
                {.offsets = each_batch(texts, as_is), .views = each_batch(texts, [&](size_t b) {
                                                        return views_of(*texts.columns[b]);
                                                      })});
  table.contest("to offsets (Arrow)", texts, texts.num_values,
                {.offsets = each_batch(texts, as_is), .views = each_batch(texts, [&](size_t b) {
                                                        return with_offsets(texts.views[b]);
                                                      })});
}

}  // namespace hw::bench
