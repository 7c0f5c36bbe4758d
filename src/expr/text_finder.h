// SPDX-License-Identifier: Apache-2.0
//
// Finds one text in many others, by the byte of it that is least common: of `channel_id=` that is
// the underscore, and most texts have none.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hw {

class TextFinder {
 public:
  TextFinder() = default;
  explicit TextFinder(std::string_view wanted);

  const std::string& wanted() const { return wanted_; }
  /// Where it begins in `text`, at or after byte `from`; npos if nowhere. Linear in the text.
  size_t find(std::string_view text, size_t from = 0) const;

 private:
  std::string wanted_;
  size_t rarest_ = 0;  // its place in wanted_
};

}  // namespace hw
