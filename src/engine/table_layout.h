// SPDX-License-Identifier: Apache-2.0
//
// Aligned text tables. Widths come from the first rows (or, for rows that come as they happen,
// from the types); wide characters count two; numbers stand right.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/schema.h"

namespace hw {

/// Cells that text takes on a terminal: wide East Asian characters and emoji two, combining marks
/// none.
size_t display_width(std::string_view text);

/// `text` with nothing that a terminal would obey: control characters and bytes that are not UTF-8
/// are spelled out as `\x1b`, line breaks and tabs are blanks.
std::string terminal_text(std::string_view text);

class TableLayout {
 public:
  /// With `show_kind` the first cell of each row is its row kind under the title `op`.
  TableLayout(const Schema& schema, bool show_kind, bool widths_from_types);

  /// Appends what can be printed now; cells as terminal_text.
  void add(std::vector<std::string> cells, std::string& out);
  /// Appends the rest, the closing rule and the row count.
  void finish(std::string& out);

 private:
  struct Heading {
    std::string title;
    size_t width = 0;
    bool right = false;
  };

  void flush_kept(std::string& out);
  void print_heading(std::string& out);
  void print_rule(std::string& out) const;
  void print_row(const std::vector<std::string>& cells, bool as_heading, std::string& out) const;

  std::vector<Heading> headings_;
  // Rows kept until the widths are known.
  std::vector<std::vector<std::string>> kept_;
  bool widths_fixed_ = false;
  bool heading_printed_ = false;
  size_t num_rows_ = 0;
};

}  // namespace hw
