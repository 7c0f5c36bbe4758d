// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <cstring>

#include "base/assert.h"
#include "base/env/env.h"
#include "columnar/gather.h"
#include "expr/frame_gather.h"
#include "paths.h"

namespace hw::bench {
namespace {

ColumnPtr referred(const Column& column, std::span<const int32_t> rows) {
  auto numbers = pooled_buffer(static_cast<int64_t>(rows.size_bytes()));
  std::memcpy(numbers->mutable_data(), rows.data(), rows.size_bytes());
  return Column::dictionary(column.type(), column.values_ptr(), std::move(numbers),
                            static_cast<int64_t>(rows.size()));
}

void filtered(const Table& table, const std::string& path, const Texts& texts,
              const std::function<bool(int64_t)>& keep) {
  std::vector<std::vector<int32_t>> kept(texts.columns.size());
  int64_t num_kept = 0;
  int64_t position = 0;
  for (size_t b = 0; b < kept.size(); ++b) {
    for (int32_t row = 0; row < texts.columns[b]->num_rows(); ++row) {
      if (keep(position++)) kept[b].push_back(row);
    }
    num_kept += static_cast<int64_t>(kept[b].size());
  }
  FrameGather frame;
  const auto copied = [&](size_t b) {
    frame.clear();
    return *frame.gather(*texts.columns[b], kept[b]);
  };
  const auto views = [&](size_t b) { return gather(texts.views[b], kept[b]); };
  const auto owned = [&](size_t b) { return gather_owned(texts.views[b], kept[b]); };
  require_equal(*copied(0), views(0));
  require_equal(*copied(0), owned(0));
  table.contest(path, texts, num_kept,
                {.offsets = each_batch(texts, copied),
                 .views = each_batch(texts, views),
                 .referred = each_batch(
                     texts, [&](size_t b) { return referred(*texts.columns[b], kept[b]); })});
  table.contest(path + ", bytes copied", texts, num_kept,
                {.offsets = each_batch(texts, copied), .views = each_batch(texts, owned)});
}

/// What a receiver does at least: it looks at each value.
template <typename ValueAt>
int64_t look_at(int64_t num_rows, ValueAt value_at) {
  int64_t sum = 0;
  for (int64_t row = 0; row < num_rows; ++row) {
    const std::string_view value = value_at(row);
    sum += static_cast<int64_t>(value.size()) + (value.empty() ? 0 : value.back());
  }
  return sum;
}

}  // namespace

void filters(const Table& table, const Texts& texts) {
  Random random(7);
  filtered(table, "bids of merged events, 92 %", texts, [](int64_t i) { return i % 50 >= 4; });
  filtered(table, "filter of 50 %", texts, [&](int64_t) { return random.below(2) == 0; });
  filtered(table, "filter of 5 %", texts, [&](int64_t) { return random.below(20) == 0; });
}

void random_rows(const Table& table, const Texts& texts) {
  const size_t sources = std::min<size_t>(16, texts.columns.size());
  const size_t groups = texts.columns.size() / sources;
  Random random(7);
  std::vector<std::vector<RowSource>> from(groups);
  std::vector<std::vector<ColumnPtr>> columns(groups);
  for (size_t g = 0; g < groups; ++g) {
    const auto first = texts.columns.begin() + static_cast<std::ptrdiff_t>(g * sources);
    columns[g].assign(first, first + static_cast<std::ptrdiff_t>(sources));
    for (int64_t i = 0; i < kBatchRowsMax; ++i) {
      const auto source = static_cast<size_t>(random.below(sources));
      const auto rows = static_cast<uint64_t>(columns[g][source]->num_rows());
      from[g].push_back({static_cast<int32_t>(source), static_cast<int32_t>(random.below(rows))});
    }
  }
  const auto views = [&](size_t g) {
    return gather_from(std::span(texts.views).subspan(g * sources, sources), from[g]);
  };
  require_equal(**hw::gather_from(columns[0], from[0]), views(0));
  const auto each_group = [&](auto work) {
    return [work, groups] {
      for (size_t g = 0; g < groups; ++g) use(work(g));
    };
  };
  table.contest(
      "random rows of 16 batches", texts, static_cast<int64_t>(groups) * kBatchRowsMax,
      {.offsets = each_group([&](size_t g) { return *hw::gather_from(columns[g], from[g]); }),
       .views = each_group(views)});
}

void concatenation(const Table& table, const Texts& texts) {
  constexpr int64_t kRows = 256;
  std::vector<std::vector<ColumnPtr>> columns(texts.columns.size());
  std::vector<std::vector<ViewColumn>> views(texts.columns.size());
  for (size_t b = 0; b < texts.columns.size(); ++b) {
    for (int64_t at = 0; at < texts.columns[b]->num_rows(); at += kRows) {
      std::vector<int32_t> rows;
      const int64_t end = std::min(at + kRows, texts.columns[b]->num_rows());
      for (int64_t row = at; row < end; ++row) rows.push_back(static_cast<int32_t>(row));
      columns[b].push_back(*hw::gather(*texts.columns[b], rows));
      views[b].push_back(gather_owned(texts.views[b], rows));
    }
  }
  require_equal(**hw::concatenate(columns[0]), concatenate(views[0]));
  table.contest(
      "batches of 256 rows joined", texts, texts.num_values,
      {.offsets = each_batch(texts, [&](size_t b) { return *hw::concatenate(columns[b]); }),
       .views = each_batch(texts, [&](size_t b) { return concatenate(views[b]); })});
}

void exchange(const Table& table, const Texts& texts) {
  const SchemaPtr schema = make_schema({{"t", SqlType::string()}});
  std::vector<Batch> batches;
  std::vector<std::array<std::vector<int32_t>, 2>> rows(texts.columns.size());
  Random random(7);
  for (size_t b = 0; b < texts.columns.size(); ++b) {
    batches.emplace_back(schema, std::vector{texts.columns[b]}, texts.columns[b]->num_rows());
    for (int32_t row = 0; row < batches[b].num_rows(); ++row) {
      rows[b][random.below(2)].push_back(row);
    }
  }
  const auto sent = [&](TextRows how) {
    return each_batch(texts, [&, how](size_t b) {
      int64_t sum = 0;
      for (const std::vector<int32_t>& numbers : rows[b]) {
        const Batch part = *hw::gather(batches[b], numbers, how);
        const Column& column = *part.column(0);
        sum += look_at(part.num_rows(),
                       [&](int64_t row) { return column.value<std::string_view>(row); });
      }
      return sum;
    });
  };
  const auto views = [&](size_t b) {
    int64_t sum = 0;
    for (const std::vector<int32_t>& numbers : rows[b]) {
      const ViewColumn part = gather(texts.views[b], numbers);
      sum += look_at(part.num_rows(), [&](int64_t row) { return part.value(row); });
    }
    return sum;
  };
  table.contest("exchange to 2, each value seen", texts, texts.num_values,
                {.offsets = sent(TextRows::kCopied),
                 .views = each_batch(texts, views),
                 .referred = sent(TextRows::kReferred)});
}

}  // namespace hw::bench
