// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are a script that parses or fails with a position; what parses has a canonical text
// that parses to the same canonical text.

// libraries: base
// sources: src/sql/lexer*.cc src/sql/parser*.cc src/sql/token*.cc src/sql/ast*.cc
// sources: src/sql/keywords.cc src/sql/spelling.cc src/sql/utf8.cc src/sql/unparse*.cc

#include "sql/parser.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "sql/unparse.h"

namespace {

void check_round_trip(const hw::ast::Statement& statement) {
  const std::string once = hw::ast::to_sql(statement);
  const hw::Result<hw::ast::StatementPtr> again = hw::parse_statement(once);
  HW_CHECK(again.ok());
  HW_CHECK(hw::ast::to_sql(**again) == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  hw::StatementReader reader(text);
  while (true) {
    const hw::Result<std::optional<hw::ParsedStatement>> next = reader.next();
    if (!next.ok()) {
      HW_CHECK(hw::position_of(next.status()).known());
      continue;
    }
    if (!next->has_value()) return 0;
    const hw::ParsedStatement& parsed = **next;
    HW_CHECK(parsed.begin <= parsed.end && parsed.end <= size);
    check_round_trip(*parsed.statement);
  }
}
