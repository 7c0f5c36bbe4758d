// SPDX-License-Identifier: Apache-2.0
//
// Any bytes become tokens that lie one behind the other within the text, and the lexer ends.

// libraries: base
// sources: src/sql/lexer*.cc src/sql/parser*.cc src/sql/token*.cc src/sql/ast*.cc
// sources: src/sql/keywords.cc src/sql/spelling.cc src/sql/utf8.cc src/sql/unparse*.cc

#include "sql/lexer.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  hw::Lexer lexer(text);
  size_t end = 0;
  while (true) {
    const hw::Token token = lexer.next();
    HW_CHECK(token.begin >= end && token.end >= token.begin && token.end <= size);
    HW_CHECK(token.position.known());
    if (token.kind == hw::TokenKind::kEnd) break;
    HW_CHECK(token.end > end);
    end = token.end;
  }
  return 0;
}
