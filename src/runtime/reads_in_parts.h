// SPDX-License-Identifier: Apache-2.0
//
// What the reader or decoder of a file says when parts of the file can be read without the others.

#pragma once

#include <cstdint>
#include <vector>

namespace hw {

/// A bulk reader.
class ReadsInParts {
 public:
  virtual ~ReadsInParts() = default;
  /// Rows of each part that will be read, in order: where one ends, skip_to costs nothing.
  virtual const std::vector<int64_t>& part_rows() const = 0;
};

/// A decoder.
class DecodesLines {
 public:
  virtual ~DecodesLines() = default;
  /// Whether a record is what lies between two line breaks, and nothing of what came before it
  /// matters.
  virtual bool lines_stand_alone() const = 0;
};

}  // namespace hw
