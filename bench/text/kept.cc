// SPDX-License-Identifier: Apache-2.0

#include <cstring>

#include "base/assert.h"
#include "base/env/env.h"
#include "paths.h"
#include "state/row_columns.h"

namespace hw::bench {
namespace {

std::vector<uint32_t> add_rows(RowChunks& rows, int64_t count) {
  std::vector<uint32_t> numbers;
  for (int64_t i = 0; i < count; ++i) {
    if (!rows.has_room()) HW_CHECK(rows.grow().ok());
    numbers.push_back(rows.add());
  }
  return numbers;
}

/// Rows of state whose bytes lie in blocks that a reader may keep alive: the arena of RowChunks as
/// it would have to be.
class SharedRows {
 public:
  explicit SharedRows(const Texts& texts) {
    for (const ViewColumn& text : texts.views) {
      for (int64_t row = 0; row < text.num_rows(); ++row) add(text.views()[row], text.value(row));
    }
    local_.assign(blocks_.size(), -1);
  }

  ViewColumn read(std::span<const uint32_t> rows) {
    View* to = nullptr;
    BufferPtr views = room_for_views(static_cast<int64_t>(rows.size()), to);
    std::vector<BufferPtr> used;
    std::vector<int32_t> numbers;
    for (size_t i = 0; i < rows.size(); ++i) {
      const View view = views_[rows[i]];
      to[i] = view;
      if (is_inline(view)) continue;
      const int32_t block = block_of(view);
      int32_t& local = local_[static_cast<size_t>(block)];
      if (local < 0) {
        local = static_cast<int32_t>(used.size());
        used.push_back(blocks_[static_cast<size_t>(block)]);
        numbers.push_back(block);
      }
      to[i] = view - (View{static_cast<uint32_t>(block)} << 64) +
              (View{static_cast<uint32_t>(local)} << 64);
    }
    for (const int32_t block : numbers) local_[static_cast<size_t>(block)] = -1;
    return ViewColumn(static_cast<int64_t>(rows.size()), std::move(views), used);
  }

 private:
  static constexpr int64_t kBlockBytes = 32 << 10;

  void add(View view, std::string_view text) {
    if (is_inline(view)) {
      views_.push_back(view);
      return;
    }
    const auto size = static_cast<int32_t>(text.size());
    if (blocks_.empty() || used_ + size > kBlockBytes) {
      blocks_.push_back(pooled_buffer(kBlockBytes));
      used_ = 0;
    }
    std::memcpy(blocks_.back()->mutable_data() + used_, text.data(), text.size());
    views_.push_back(far_view(text.data(), size, static_cast<int32_t>(blocks_.size()) - 1, used_));
    used_ += size;
  }

  std::vector<View> views_;
  std::vector<BufferPtr> blocks_;
  std::vector<int32_t> local_;
  int32_t used_ = 0;
};

}  // namespace

void write_state(const Table& table, const Texts& texts) {
  const auto with_rows = [&](auto write) {
    return [write, &texts] {
      RowChunks rows({row_column_of(SqlType::string())}, recycling_pool());
      for (size_t b = 0; b < texts.columns.size(); ++b) {
        write(rows, b, add_rows(rows, texts.columns[b]->num_rows()));
      }
    };
  };
  const auto offsets = [&](RowChunks& rows, size_t b, const std::vector<uint32_t>& numbers) {
    write_rows(rows, 0, *texts.columns[b], numbers, {});
  };
  const auto views = [&](RowChunks& rows, size_t b, const std::vector<uint32_t>& numbers) {
    const FixedColumn<uint8_t> nulls = rows.nulls(0);
    for (const uint32_t number : numbers) nulls[number] = 0;
    for (size_t i = 0; i < numbers.size(); ++i) {
      rows.set_bytes(0, numbers[i], texts.views[b].value(static_cast<int64_t>(i)));
    }
  };
  table.contest("state: written", texts, texts.num_values,
                {.offsets = with_rows(offsets), .views = with_rows(views)});
}

void read_state(const Table& table, const Texts& texts) {
  RowChunks rows({row_column_of(SqlType::string())}, recycling_pool());
  for (const ColumnPtr& column : texts.columns) {
    write_rows(rows, 0, *column, add_rows(rows, column->num_rows()), {});
  }
  SharedRows shared(texts);
  Random random(7);
  std::vector<std::vector<uint32_t>> wanted(texts.columns.size());
  for (std::vector<uint32_t>& numbers : wanted) {
    for (int64_t i = 0; i < kBatchRowsMax; ++i) {
      const auto number = random.below(static_cast<uint64_t>(texts.num_values));
      numbers.push_back(static_cast<uint32_t>(number));
    }
  }
  const auto copied = [&](size_t b) {
    ViewBuilder out(kBatchRowsMax);
    // A short one lies four bytes behind the begin of its 16, and more follows in the slab.
    for (const uint32_t number : wanted[b]) out.append(rows.bytes(0, number), kInlineRoom);
    return out.finish();
  };
  const auto offsets = [&](size_t b) { return *read_rows(rows, 0, SqlType::string(), wanted[b]); };
  const auto referred = [&](size_t b) { return shared.read(wanted[b]); };
  require_equal(*offsets(0), copied(0));
  require_equal(*offsets(0), referred(0));
  const auto values = static_cast<int64_t>(wanted.size()) * kBatchRowsMax;
  table.contest("state: read, bytes copied", texts, values,
                {.offsets = each_batch(texts, offsets), .views = each_batch(texts, copied)});
  table.contest("state: read, its blocks stay", texts, values,
                {.offsets = each_batch(texts, offsets), .views = each_batch(texts, referred)});
}

}  // namespace hw::bench
