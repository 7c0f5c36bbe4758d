// SPDX-License-Identifier: Apache-2.0
//
// Text to syntax tree, by recursive descent. Errors carry the SQL position and say what was
// expected and what was found. The parser resolves no name: that is the binder's work.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sql/ast.h"

namespace hw {

class Parser;

/// A statement and where it stands in the text.
struct ParsedStatement {
  ast::StatementPtr statement;
  /// Bytes from the first token to the last, without the semicolon.
  size_t begin = 0;
  size_t end = 0;
};

/// Yields the statements of a script one by one, so that each can run before the next is parsed and
/// an error late in the script does not hide what stands before it.
class StatementReader {
 public:
  /// Requires: `script` outlives the reader.
  explicit StatementReader(std::string_view script);
  ~StatementReader();
  StatementReader(const StatementReader&) = delete;
  StatementReader& operator=(const StatementReader&) = delete;

  /// Returns the next statement, or no value at the end. Empty statements are passed over.
  /// Fails when the next statement is malformed; the reader then stands behind that statement's
  /// semicolon, so a caller who collects several errors may go on.
  Result<std::optional<ParsedStatement>> next();

 private:
  std::unique_ptr<Parser> parser_;
};

/// Parses all statements of a script.
Result<std::vector<ast::StatementPtr>> parse_script(std::string_view script);

/// Parses one statement; a semicolon may follow.
Result<ast::StatementPtr> parse_statement(std::string_view text);

/// Parses one query and nothing else. `place`, if known, becomes the position of all its parts:
/// that of a view's name, say, which stands for its text.
Result<ast::QueryPtr> parse_query(std::string_view text, SqlPosition place = {});

/// Parses one expression and nothing else; `place` as above.
Result<ast::ExprPtr> parse_expression(std::string_view text, SqlPosition place = {});

/// Parses one type and nothing else, e.g. "ROW<a INT NOT NULL, b STRING>".
Result<ast::Type> parse_type(std::string_view text);

}  // namespace hw
