// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/assert.h"
#include "columnar/constant.h"
#include "columnar/key_bytes.h"
#include "columnar/text/json_text.h"
#include "expr/kernel_output.h"
#include "expr/nth_byte.h"
#include "expr/text_finder.h"
#include "formats/csv/special_bytes.h"
#include "paths.h"

namespace hw::bench {
namespace {

std::unique_ptr<ScalarKernel> kernel(const FunctionCatalogue& functions, const char* name,
                                     SqlType result_type, const std::vector<ColumnPtr>& literals) {
  CallBinding binding;
  binding.arg_types = {SqlType::string()};
  binding.literals = {nullptr};
  for (const ColumnPtr& literal : literals) {
    binding.arg_types.push_back(literal->type());
    binding.literals.push_back(literal);
  }
  binding.result_type = std::move(result_type);
  auto made = functions.scalar(name)->kernel(binding);
  HW_CHECK(made.ok());
  return std::move(*made);
}

/// The bits of the rows that are equal to a literal. A view of up to 12 bytes is one comparison.
BufferPtr equal_bits(const ViewColumn& text, std::string_view literal, std::vector<uint8_t>& out) {
  out.resize(static_cast<size_t>(text.num_rows()));
  const auto size = static_cast<int32_t>(literal.size());
  const View* views = text.views();
  if (size <= kInlineMax) {
    const View wanted = inline_view(literal.data(), size, size);
    for (size_t i = 0; i < out.size(); ++i) out[i] = views[i] == wanted ? 1 : 0;
  } else {
    const auto wanted = static_cast<uint64_t>(far_view(literal.data(), size, 0, 0));
    for (int64_t row = 0; row < text.num_rows(); ++row) {
      const bool same_begin = static_cast<uint64_t>(views[row]) == wanted;
      out[static_cast<size_t>(row)] = same_begin && text.value(row) == literal ? 1 : 0;
    }
  }
  BufferPtr bits = *allocate_bitmap(text.num_rows());
  pack_bits(out.data(), text.num_rows(), bits->mutable_data());
  return bits;
}

/// hash_keys of views: the same bytes in the same blocks, since the hash is a file format.
std::vector<uint64_t> hashes_of(const ViewColumn& text) {
  constexpr int64_t kBlockRows = 64;
  std::string block;
  size_t ends[kBlockRows];
  std::vector<uint64_t> hashes(static_cast<size_t>(text.num_rows()));
  for (int64_t first = 0; first < text.num_rows(); first += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, text.num_rows() - first);
    size_t room = 0;
    for (int64_t i = 0; i < rows; ++i) {
      room += 5 + static_cast<size_t>(size_of(text.views()[first + i]));
    }
    if (block.size() < room) block.resize(room + room / 2);
    char* place = block.data();
    for (int64_t i = 0; i < rows; ++i) {
      const std::string_view value = text.value(first + i);
      const auto size = static_cast<uint32_t>(value.size());
      *place = '\1';
      std::memcpy(place + 1, &size, sizeof(size));
      if (size > 0) std::memcpy(place + 5, value.data(), size);
      place += 5 + size;
      ends[i] = static_cast<size_t>(place - block.data());
    }
    size_t begin = 0;
    for (int64_t i = 0; i < rows; begin = ends[i++]) {
      hashes[static_cast<size_t>(first + i)] =
          XXH3_64bits_withSeed(block.data() + begin, ends[i] - begin, kKeyHashSeed);
    }
  }
  return hashes;
}

template <typename Text>
int64_t count_found(const Text& text, const TextFinder& finder) {
  int64_t found = 0;
  for (int64_t row = 0; row < text.num_rows(); ++row) {
    found += finder.find(text.value(row)) != std::string_view::npos ? 1 : 0;
  }
  return found;
}

/// SPLIT_INDEX(text, '/', index): long parts stay where they are.
ViewColumn split_views(const ViewColumn& text, int32_t index) {
  View* to = nullptr;
  BufferPtr views = room_for_views(text.num_rows(), to);
  for (int64_t row = 0; row < text.num_rows(); ++row) {
    const View view = text.views()[row];
    const std::string_view value = text.value(row);
    const char* const end = value.data() + value.size();
    const char* begin = find_nth(value.data(), end, '/', index);
    if (begin != end) ++begin;
    const auto size = static_cast<int32_t>(find_nth(begin, end, '/', 1) - begin);
    const auto skipped = static_cast<int32_t>(begin - value.data());
    to[row] = size <= kInlineMax ? inline_view(begin, size, end - begin)
                                 : far_view(begin, size, block_of(view), place_of(view) + skipped);
  }
  return ViewColumn(text.num_rows(), std::move(views), text.blocks());
}

template <typename Text>
size_t write_json(const Text& text, std::string& out) {
  out.clear();
  for (int64_t row = 0; row < text.num_rows(); ++row) append_json_string(text.value(row), out);
  return out.size();
}

/// What CsvEncoder does with text that needs no quotes.
template <typename Text>
size_t write_csv(const Text& text, const SpecialBytes& special, std::string& out) {
  out.clear();
  for (int64_t row = 0; row < text.num_rows(); ++row) {
    const std::string_view value = text.value(row);
    if (special.any_in(value)) out += '"';
    out += value;
    out += ',';
  }
  return out.size();
}

}  // namespace

void equality(const Table& table, const FunctionCatalogue& functions, const Texts& texts) {
  const std::string literal(texts.columns[0]->value<std::string_view>(0));
  const auto constant = [&](int64_t rows) {
    return constant_text(SqlType::string(), literal, rows);
  };
  const auto equal = kernel(functions, "=", SqlType::boolean(), {constant(1)});
  const auto offsets = [&](size_t b) {
    const int64_t rows = texts.columns[b]->num_rows();
    const ColumnPtr arguments[] = {texts.columns[b], constant(rows)};
    return *equal->evaluate({.num_rows = rows}, arguments);
  };
  std::vector<uint8_t> bytes;
  const auto views = [&](size_t b) { return equal_bits(texts.views[b], literal, bytes); };
  const ColumnPtr ours = offsets(0);
  const BufferPtr theirs = views(0);
  for (int64_t row = 0; row < ours->num_rows(); ++row) {
    HW_CHECK(ours->value<bool>(row) == arrow::bit_util::GetBit(theirs->data(), row));
  }
  table.contest("equal to a literal", texts, texts.num_values,
                {.offsets = each_batch(texts, offsets), .views = each_batch(texts, views)});
}

void hashes(const Table& table, const Texts& texts) {
  const auto offsets = [&](size_t b) {
    return hash_keys(std::span(&texts.columns[b], 1), texts.columns[b]->num_rows());
  };
  const auto views = [&](size_t b) { return hashes_of(texts.views[b]); };
  HW_CHECK(offsets(0) == views(0));
  table.contest("hash for a key", texts, texts.num_values,
                {.offsets = each_batch(texts, offsets), .views = each_batch(texts, views)});
}

void search(const Table& table, const Texts& texts) {
  const TextFinder finder("channel_id=");
  const auto offsets = [&](size_t b) { return count_found(OffsetText(*texts.columns[b]), finder); };
  const auto views = [&](size_t b) { return count_found(texts.views[b], finder); };
  HW_CHECK(offsets(0) == views(0));
  table.contest("search of channel_id=", texts, texts.num_values,
                {.offsets = each_batch(texts, offsets), .views = each_batch(texts, views)});
}

void split(const Table& table, const FunctionCatalogue& functions, const Texts& texts) {
  constexpr int32_t kIndex = 3;
  const auto slash = [](int64_t rows) { return constant_text(SqlType::string(), "/", rows); };
  const auto index = [](int64_t rows) { return constant_int(SqlType::integer(), kIndex, rows); };
  const auto split_index =
      kernel(functions, "SPLIT_INDEX", SqlType::string(), {slash(1), index(1)});
  const auto offsets = [&](size_t b) {
    const int64_t rows = texts.columns[b]->num_rows();
    const ColumnPtr arguments[] = {texts.columns[b], slash(rows), index(rows)};
    return *split_index->evaluate({.num_rows = rows}, arguments);
  };
  const auto views = [&](size_t b) { return split_views(texts.views[b], kIndex); };
  require_equal(*offsets(0), views(0));
  table.contest("SPLIT_INDEX(x, '/', 3)", texts, texts.num_values,
                {.offsets = each_batch(texts, offsets), .views = each_batch(texts, views)});
}

void encoding(const Table& table, const Texts& texts) {
  const SpecialBytes special({',', '"', '"', '\n', '\r'});
  std::string out;
  table.contest(
      "to JSON", texts, texts.num_values,
      {.offsets = each_batch(
           texts, [&](size_t b) { return write_json(OffsetText(*texts.columns[b]), out); }),
       .views = each_batch(texts, [&](size_t b) { return write_json(texts.views[b], out); })});
  table.contest(
      "to CSV", texts, texts.num_values,
      {.offsets = each_batch(
           texts, [&](size_t b) { return write_csv(OffsetText(*texts.columns[b]), special, out); }),
       .views =
           each_batch(texts, [&](size_t b) { return write_csv(texts.views[b], special, out); })});
}

}  // namespace hw::bench
