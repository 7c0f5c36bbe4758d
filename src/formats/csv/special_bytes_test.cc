// SPDX-License-Identifier: Apache-2.0

#include "formats/csv/special_bytes.h"

#include <string>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(SpecialBytes, AreFoundAtEveryPlaceOfTextsOfEverySize) {
  constexpr std::string_view kSpecial = ",\"\xC3\n\r";
  const SpecialBytes special({',', '"', '\xC3', '\n', '\r'});
  for (size_t size = 0; size < 40; ++size) {
    // Neighbours of special bytes in value.
    for (const char other : {'a', '-', '!', '\xC2', '\0', '\xFF'}) {
      std::string text(size, other);
      EXPECT_FALSE(special.any_in(text)) << size;
      for (size_t at = 0; at < size; ++at) {
        text[at] = kSpecial[at % kSpecial.size()];
        EXPECT_TRUE(special.any_in(text)) << size << " at " << at;
        text[at] = other;
      }
    }
  }
}

}  // namespace
}  // namespace hw
