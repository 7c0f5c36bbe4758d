// SPDX-License-Identifier: Apache-2.0

#include "engine/table_layout.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sql/utf8.h"

namespace hw {
namespace {

// Rows that are looked at before the widths are fixed.
constexpr size_t kRowsMeasured = 10'000;

struct Range {
  uint32_t first;
  uint32_t last;
};

// Ranges of East Asian Width W and F (Unicode 15, UAX #11), joined where only unassigned code
// points lie between.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26A1, 0x26A1},   {0x26BD, 0x26BE},
    {0x2705, 0x2705},   {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
constexpr Range kNarrowMarks[] = {
    {0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

template <size_t N>
bool in_ranges(uint32_t code_point, const Range (&ranges)[N]) {
  return std::any_of(std::begin(ranges), std::end(ranges), [&](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

size_t width_of_type(const SqlType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return 7;
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
      return 6;
    case TypeKind::kInt:
    case TypeKind::kDate:
      return 11;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return 23;
    case TypeKind::kBigint:
      return 20;
    default:
      return type.is_numeric() ? 22 : 30;
  }
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code_point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length && i + k < text.size(); ++k) {
      code_point = (code_point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    }
    i += length;
    if (in_ranges(code_point, kNarrowMarks)) continue;
    width += in_ranges(code_point, kWide) ? 2 : 1;
  }
  return width;
}

std::string terminal_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    const size_t size = std::max<size_t>(point.size, 1);
    const std::string_view bytes = text.substr(0, size);
    text.remove_prefix(size);
    // Controls of both sets: some terminals take U+009B for the beginning of a command, too.
    const bool control = point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0);
    if (bytes == "\n" || bytes == "\r" || bytes == "\t") {
      out += ' ';
    } else if (point.size == 0 || control) {
      const auto shown =
          point.size == 0 ? static_cast<uint8_t>(bytes[0]) : static_cast<uint8_t>(point.value);
      (out += "\\x").append({kHex[shown >> 4], kHex[shown & 15]});
    } else {
      out += bytes;
    }
  }
  return out;
}

TableLayout::TableLayout(const Schema& schema, bool show_kind, bool widths_from_types) {
  if (show_kind) headings_.push_back({.title = "op", .width = 2, .right = false});
  for (const SqlField& field : schema.fields()) {
    Heading heading{.title = terminal_text(field.name), .right = field.type.is_numeric()};
    heading.width = display_width(heading.title);
    if (widths_from_types) heading.width = std::max(heading.width, width_of_type(field.type));
    headings_.push_back(std::move(heading));
  }
  widths_fixed_ = widths_from_types;
}

void TableLayout::add(std::vector<std::string> cells, std::string& out) {
  ++num_rows_;
  // One row is one line, and what a value holds is nothing to be carried out.
  for (std::string& cell : cells) cell = terminal_text(cell);
  if (widths_fixed_) {
    print_heading(out);
    print_row(cells, false, out);
    return;
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    headings_[i].width = std::max(headings_[i].width, display_width(cells[i]));
  }
  kept_.push_back(std::move(cells));
  if (kept_.size() == kRowsMeasured) flush_kept(out);
}

void TableLayout::flush_kept(std::string& out) {
  widths_fixed_ = true;
  print_heading(out);
  for (const auto& row : kept_) print_row(row, false, out);
  kept_.clear();
}

void TableLayout::finish(std::string& out) {
  flush_kept(out);
  print_rule(out);
  out += std::to_string(num_rows_) + (num_rows_ == 1 ? " row\n" : " rows\n");
}

void TableLayout::print_heading(std::string& out) {
  if (std::exchange(heading_printed_, true)) return;
  print_rule(out);
  std::vector<std::string> titles;
  for (const Heading& heading : headings_) titles.push_back(heading.title);
  print_row(titles, true, out);
  print_rule(out);
}

void TableLayout::print_rule(std::string& out) const {
  for (const Heading& heading : headings_) {
    out += '+';
    out.append(heading.width + 2, '-');
  }
  out += "+\n";
}

void TableLayout::print_row(const std::vector<std::string>& cells, bool as_heading,
                            std::string& out) const {
  for (size_t i = 0; i < cells.size(); ++i) {
    const size_t width = display_width(cells[i]);
    const size_t room = headings_[i].width > width ? headings_[i].width - width : 0;
    out += "| ";
    if (headings_[i].right && !as_heading) out.append(room, ' ');
    out += cells[i];
    if (!headings_[i].right || as_heading) out.append(room, ' ');
    out += ' ';
  }
  out += "|\n";
}

}  // namespace hw
