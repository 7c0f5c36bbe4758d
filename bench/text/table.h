// SPDX-License-Identifier: Apache-2.0
//
// Two layouts of one column of text, beside each other: what is measured and how it is printed.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "views.h"

namespace hw::bench {

/// One text column of Nexmark, batch by batch in both layouts.
struct Texts {
  std::string name;
  std::vector<ColumnPtr> columns;
  std::vector<ViewColumn> views;
  int64_t num_values = 0;
  int64_t num_bytes = 0;
};

/// The same work on each layout. `referred`: on offsets, with row numbers in place of copies.
struct Bodies {
  std::function<void()> offsets;
  std::function<void()> views;
  std::function<void()> referred = nullptr;
};

class Table {
 public:
  /// Measures only the paths whose name holds `path_part`.
  explicit Table(std::string path_part) : path_part_(std::move(path_part)) {}

  static void print_head();
  /// A line: medians of turns, in nanoseconds of CPU time a value.
  void contest(const std::string& path, const Texts& texts, int64_t num_values,
               const Bodies& bodies) const;

 private:
  const std::string path_part_;
};

/// Keeps a result that nobody reads.
template <typename T>
void use(const T& result) {
  asm volatile("" : : "g"(&result) : "memory");
}

/// A body that does `work(b)` for each batch.
template <typename Work>
std::function<void()> each_batch(const Texts& texts, Work work) {
  return [work, n = texts.columns.size()] {
    for (size_t b = 0; b < n; ++b) use(work(b));
  };
}

/// Aborts unless both hold the same texts.
void require_equal(const Column& ours, const ViewColumn& theirs);

/// Stored rows 0, 1, … of a column with offsets, read as a ViewColumn is.
class OffsetText {
 public:
  explicit OffsetText(const Column& column) : column_(column) {}
  int64_t num_rows() const { return column_.num_rows(); }
  std::string_view value(int64_t row) const { return column_.slot_value<std::string_view>(row); }

 private:
  const Column& column_;
};

}  // namespace hw::bench
