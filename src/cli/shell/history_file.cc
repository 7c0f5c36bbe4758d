// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/history_file.h"

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "runtime/options_reference.h"
#include "sql/lexer.h"

namespace hw {
namespace {

std::string as_line(std::string_view statement) {
  std::string line;
  for (const char c : statement) {
    if (c == '\\') {
      line += "\\\\";
    } else if (c == '\n') {
      line += "\\n";
    } else {
      line += c;
    }
  }
  return line + "\n";
}

std::string as_statement(std::string_view line) {
  std::string statement;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      statement += line[i];
    } else {
      ++i;
      statement += line[i] == 'n' ? '\n' : line[i];
    }
  }
  return statement;
}

bool names_a_secret(std::string_view statement) {
  Lexer lexer(statement);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (token.kind == TokenKind::kString && is_secret_option(token.text)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> HistoryFile::statements() const {
  std::vector<std::string> statements;
  if (path_.empty()) return statements;
  const Result<std::string> text = read_text_file(env_, path_);
  if (!text.ok()) return statements;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) statements.push_back(as_statement(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return statements;
}

void HistoryFile::append(std::string_view statement) {
  if (path_.empty() || names_a_secret(statement)) return;
  const auto file = env_.open_append(path_);
  if (file.ok()) (void)(*file)->append(as_line(statement));
}

std::string history_path(const std::string& given, Env& env) {
  if (!given.empty()) return given;
  if (const auto path = env.variable("HEADWATER_HISTORY")) return *path;
  const auto home = env.variable("HOME");
  return home ? *home + "/.headwater_history" : std::string();
}

}  // namespace hw
