// SPDX-License-Identifier: Apache-2.0
//
// What a bulk reader says of its file when parts of it can be read without the others.

#pragma once

#include <cstdint>
#include <vector>

namespace hw {

class ReadsInParts {
 public:
  virtual ~ReadsInParts() = default;
  /// Rows of each part that will be read, in order: where one ends, skip_to costs nothing.
  virtual const std::vector<int64_t>& part_rows() const = 0;
};

}  // namespace hw
