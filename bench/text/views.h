// SPDX-License-Identifier: Apache-2.0
//
// Columns of text as Arrow's string views (utf8_view), made as the engine would make them: 16 bytes
// a value, which hold up to 12 bytes themselves and refer to a block for more. Nothing is NULL.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "columnar/fast_builders.h"
#include "columnar/gather.h"

namespace hw::bench {

using BufferPtr = std::shared_ptr<arrow::Buffer>;

/// From the low bits on: 32 of length, then 96 of text, or its first 32, block and place in it.
__extension__ using View = unsigned __int128;
static_assert(sizeof(View) == sizeof(arrow::BinaryViewType::c_type));

constexpr int32_t kInlineMax = arrow::BinaryViewType::kInlineSize;
/// A short text is taken by one load of so many bytes where they may be read.
constexpr int64_t kInlineRoom = 16;

inline int32_t size_of(View view) { return static_cast<int32_t>(view); }
inline bool is_inline(View view) { return size_of(view) <= kInlineMax; }
inline int32_t block_of(View view) { return static_cast<int32_t>(view >> 64); }
inline int32_t place_of(View view) { return static_cast<int32_t>(view >> 96); }

/// `room` bytes from `text` on may be read.
inline View inline_view(const char* text, int32_t size, int64_t room) {
  View bytes = 0;
  std::memcpy(&bytes, text, room < kInlineRoom ? static_cast<size_t>(size) : kInlineRoom);
  bytes &= (View{1} << (8 * size)) - 1;
  return bytes << 32 | static_cast<uint32_t>(size);
}
inline View far_view(const char* text, int32_t size, int32_t block, int32_t place) {
  uint32_t prefix = 0;
  std::memcpy(&prefix, text, sizeof(prefix));
  return View{static_cast<uint32_t>(place)} << 96 | View{static_cast<uint32_t>(block)} << 64 |
         View{prefix} << 32 | static_cast<uint32_t>(size);
}
inline View moved_to_block(View view, int32_t first_block) {
  return is_inline(view) ? view : view + (View{static_cast<uint32_t>(first_block)} << 64);
}

class ViewColumn {
 public:
  ViewColumn(int64_t num_rows, BufferPtr views, std::span<const BufferPtr> blocks) {
    std::vector<BufferPtr> buffers;
    buffers.reserve(2 + blocks.size());
    buffers.push_back(nullptr);
    buffers.push_back(std::move(views));
    buffers.insert(buffers.end(), blocks.begin(), blocks.end());
    storage_ = arrow::ArrayData::Make(arrow::utf8_view(), num_rows, std::move(buffers), 0);
    views_ = reinterpret_cast<const View*>(storage_->buffers[1]->data());
    bytes_.reserve(blocks.size());
    for (const BufferPtr& block : blocks) {
      bytes_.push_back(reinterpret_cast<const char*>(block->data()));
    }
  }

  int64_t num_rows() const { return storage_->length; }
  const View* views() const { return views_; }
  std::span<const BufferPtr> blocks() const { return std::span(storage_->buffers).subspan(2); }
  const std::shared_ptr<arrow::ArrayData>& storage() const { return storage_; }
  std::string_view value(int64_t row) const {
    const View& view = views_[row];
    const auto size = static_cast<size_t>(size_of(view));
    if (is_inline(view)) return {reinterpret_cast<const char*>(&view) + 4, size};
    return {bytes_[static_cast<size_t>(block_of(view))] + place_of(view), size};
  }

 private:
  std::shared_ptr<arrow::ArrayData> storage_;
  const View* views_;
  std::vector<const char*> bytes_;
};

inline BufferPtr room_for_views(int64_t num_rows, View*& views) {
  auto buffer = pooled_buffer(num_rows * static_cast<int64_t>(sizeof(View)));
  views = reinterpret_cast<View*>(buffer->mutable_data());
  return buffer;
}

/// What a reader gives that has offsets (Parquet, Arrow): views of its bytes.
inline ViewColumn views_of(const Column& text) {
  View* to = nullptr;
  BufferPtr views = room_for_views(text.num_rows(), to);
  const BufferPtr& bytes = text.values().buffers[2];
  const auto* begin = reinterpret_cast<const char*>(bytes->data());
  for (int64_t row = 0; row < text.num_rows(); ++row) {
    const auto value = text.slot_value<std::string_view>(row);
    const auto size = static_cast<int32_t>(value.size());
    const auto place = static_cast<int32_t>(value.data() - begin);
    to[row] = size <= kInlineMax ? inline_view(value.data(), size, bytes->size() - place)
                                 : far_view(value.data(), size, 0, place);
  }
  return ViewColumn(text.num_rows(), std::move(views), std::span(&bytes, 1));
}

/// What a writer needs that knows offsets.
inline ColumnPtr with_offsets(const ViewColumn& text) {
  BytesBuilder out;
  out.reserve(text.num_rows(), text.num_rows() * kInlineMax);
  for (int64_t row = 0; row < text.num_rows(); ++row) out.append(text.value(row));
  return *out.finish(SqlType::string());
}

inline ViewColumn gather(const ViewColumn& text, std::span<const int32_t> rows) {
  View* to = nullptr;
  BufferPtr views = room_for_views(static_cast<int64_t>(rows.size()), to);
  const View* from = text.views();
  for (size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
  return ViewColumn(static_cast<int64_t>(rows.size()), std::move(views), text.blocks());
}

/// Collects views whose bytes it owns: what a decoder makes, or a gather that lets go of its
/// source.
class ViewBuilder {
 public:
  explicit ViewBuilder(int64_t num_rows) : views_(room_for_views(num_rows, to_)) {}

  /// `room` bytes from the begin of `text` on may be read.
  void append(std::string_view text, int64_t room) {
    const auto size = static_cast<int32_t>(text.size());
    if (size <= kInlineMax) {
      to_[num_rows_++] = inline_view(text.data(), size, room);
      return;
    }
    to_[num_rows_++] = far_view(text.data(), size, 0, static_cast<int32_t>(num_bytes_));
    append_bytes(text);
  }
  void append(View view, std::string_view text) {
    if (is_inline(view)) {
      to_[num_rows_++] = view;
      return;
    }
    to_[num_rows_++] = (view & ~View{0} >> 64) | View{static_cast<uint64_t>(num_bytes_)} << 96;
    append_bytes(text);
  }
  ViewColumn finish() {
    const BufferPtr block = bytes_.finish(num_bytes_);
    return ViewColumn(num_rows_, std::move(views_), std::span(&block, 1));
  }

 private:
  void append_bytes(std::string_view text) {
    const auto size = static_cast<int64_t>(text.size());
    bytes_.reserve(num_bytes_ + size);
    std::memcpy(bytes_.data() + num_bytes_, text.data(), text.size());
    num_bytes_ += size;
  }

  View* to_ = nullptr;
  BufferPtr views_;
  GrowingBuffer bytes_;
  int64_t num_rows_ = 0;
  int64_t num_bytes_ = 0;
};

inline ViewColumn gather_owned(const ViewColumn& text, std::span<const int32_t> rows) {
  ViewBuilder out(static_cast<int64_t>(rows.size()));
  for (const int32_t row : rows) out.append(text.views()[row], text.value(row));
  return out.finish();
}

/// Blocks of several columns, one after the other.
struct JoinedBlocks {
  explicit JoinedBlocks(std::span<const ViewColumn> columns) {
    for (const ViewColumn& column : columns) {
      first.push_back(static_cast<int32_t>(blocks.size()));
      blocks.insert(blocks.end(), column.blocks().begin(), column.blocks().end());
    }
  }
  std::vector<BufferPtr> blocks;
  std::vector<int32_t> first;  // of each column
};

inline ViewColumn gather_from(std::span<const ViewColumn> columns,
                              std::span<const RowSource> from) {
  const JoinedBlocks joined(columns);
  View* to = nullptr;
  BufferPtr views = room_for_views(static_cast<int64_t>(from.size()), to);
  for (size_t i = 0; i < from.size(); ++i) {
    const auto source = static_cast<size_t>(from[i].source);
    to[i] = moved_to_block(columns[source].views()[from[i].row], joined.first[source]);
  }
  return ViewColumn(static_cast<int64_t>(from.size()), std::move(views), joined.blocks);
}

inline ViewColumn concatenate(std::span<const ViewColumn> columns) {
  const JoinedBlocks joined(columns);
  int64_t num_rows = 0;
  for (const ViewColumn& column : columns) num_rows += column.num_rows();
  View* to = nullptr;
  BufferPtr views = room_for_views(num_rows, to);
  for (size_t c = 0; c < columns.size(); ++c) {
    const View* from = columns[c].views();
    const View shift = View{static_cast<uint32_t>(joined.first[c])} << 64;
    for (int64_t row = 0; row < columns[c].num_rows(); ++row) {
      *to++ = from[row] + (is_inline(from[row]) ? 0 : shift);
    }
  }
  return ViewColumn(num_rows, std::move(views), joined.blocks);
}

}  // namespace hw::bench
