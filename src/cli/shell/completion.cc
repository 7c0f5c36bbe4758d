// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/completion.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>

#include "engine/catalogues.h"
#include "engine/session.h"
#include "engine/syntax_reference.h"
#include "plan/config/config_keys.h"
#include "sql/lexer.h"

namespace hw {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

bool is_word_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    tokens.push_back(std::move(token));
  }
  return tokens;
}

/// Where the last quote that is not closed begins; text.size() = none is open.
size_t open_quote(std::string_view text) {
  bool open = false;
  size_t begin = text.size();
  for (size_t i = 0; i < text.size(); ++i) {
    if (!open && text.substr(i, 2) == "--") {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '\'') {
      open = !open;
      begin = open ? i : text.size();
    }
  }
  return begin;
}

bool is_name(const Token& token) {
  return token.kind == TokenKind::kIdentifier || token.kind == TokenKind::kQuotedIdentifier;
}

/// Collects what begins with a word; equal candidates once.
class Candidates {
 public:
  explicit Candidates(std::string_view word) : word_(word) {}

  void add(std::string_view candidate) {
    if (candidate.starts_with(word_)) found_.emplace_back(candidate);
  }
  /// Keywords and functions are written as their first letter was typed.
  void add_word(std::string_view candidate) {
    if (!starts_with_ignoring_case(candidate, word_)) return;
    std::string text(candidate);
    if (!word_.empty() && std::islower(static_cast<unsigned char>(word_[0])) != 0) {
      std::transform(text.begin(), text.end(), text.begin(), lower);
    }
    found_.push_back(std::move(text));
  }
  Completion take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return {.replaces = word_.size(), .candidates = std::move(found_)};
  }

 private:
  const std::string word_;
  std::vector<std::string> found_;
};

class Completer {
 public:
  Completer(std::string_view before, std::string_view after, const Session& session)
      : session_(session) {
    const size_t quote = open_quote(before);
    in_quotes_ = quote < before.size();
    size_t begin = before.size();
    if (in_quotes_) {
      begin = quote + 1;
    } else {
      while (begin > 0 && is_word_byte(before[begin - 1])) --begin;
    }
    word_ = before.substr(begin);
    tokens_ = tokens_of(before.substr(0, in_quotes_ ? quote : begin));
    all_ = tokens_;
    for (Token& token : tokens_of(after)) all_.push_back(std::move(token));
  }

  Completion run() {
    Candidates found(word_);
    if (in_quotes_) {
      add_quoted(found);
    } else if (last_is(TokenKind::kDot)) {
      add_behind_dot(found);
    } else if (wants_catalog()) {
      for (const std::string& name : catalog().catalogs()) found.add(name);
    } else if (wants_table()) {
      add_tables(found, catalog().current_catalog(), catalog().current_database());
      add_databases(found);
      found.add_word("TABLE");
    } else {
      add_words(found);
    }
    return found.take();
  }

 private:
  const Catalog& catalog() const { return session_.catalog(); }

  const Token* last(size_t back = 0) const {
    return back < tokens_.size() ? &tokens_[tokens_.size() - 1 - back] : nullptr;
  }
  bool last_is(TokenKind kind) const { return last() != nullptr && last()->kind == kind; }
  bool last_is(Keyword word) const {
    return last_is(TokenKind::kIdentifier) && last()->keyword == word;
  }
  bool begins_with(Keyword word) const { return !tokens_.empty() && tokens_[0].keyword == word; }

  bool wants_catalog() const {
    return last_is("CATALOG") || (last_is("CATALOGS") && begins_with("USE"));
  }
  bool wants_table() const {
    for (const Keyword word :
         std::array<Keyword, 10>{"FROM", "JOIN", "INTO", "OVERWRITE", "TABLE", "VIEW", "DESCRIBE",
                                 "DESC", "UPDATE", "USE"}) {
      if (last_is(word)) return true;
    }
    return false;
  }

  void add_tables(Candidates& found, const std::string& in_catalog, const std::string& database) {
    const auto names = catalog().objects(in_catalog, database, false);
    if (!names.ok()) return;
    for (const std::string& name : *names) found.add(name);
  }
  void add_databases(Candidates& found) {
    const auto names = catalog().databases(catalog().current_catalog());
    if (names.ok()) {
      for (const std::string& name : *names) found.add(name);
    }
    for (const std::string& name : catalog().catalogs()) found.add(name);
  }

  SchemaPtr schema_of(const std::vector<std::string>& parts) const {
    const auto path = catalog().complete(parts);
    if (!path.ok()) return nullptr;
    const auto object = catalog().find(*path);
    if (!object.ok() || !object->has_value()) return nullptr;
    return (*object)->table != nullptr ? (*object)->table->schema() : (*object)->view->schema;
  }

  /// Tables that the statement names, by the names that their columns go under.
  std::map<std::string, SchemaPtr> named_tables() const {
    std::map<std::string, SchemaPtr> tables;
    for (size_t i = 0; i < all_.size(); ++i) {
      if (!is_name(all_[i]) || (i > 0 && all_[i - 1].kind == TokenKind::kDot)) continue;
      std::vector<std::string> parts{all_[i].text};
      size_t next = i + 1;
      while (parts.size() < 3 && next + 1 < all_.size() && all_[next].kind == TokenKind::kDot &&
             is_name(all_[next + 1])) {
        parts.push_back(all_[next + 1].text);
        next += 2;
      }
      const SchemaPtr schema = schema_of(parts);
      if (schema == nullptr) continue;
      tables[parts.back()] = schema;
      if (next < all_.size() && all_[next].keyword == Keyword("AS")) ++next;
      const bool alias = next < all_.size() && is_name(all_[next]) && !all_[next].keyword.known();
      if (alias) tables[all_[next].text] = schema;
    }
    return tables;
  }

  void add_behind_dot(Candidates& found) {
    const Token* owner = last(1);
    if (owner == nullptr || !is_name(*owner)) return;
    const auto tables = named_tables();
    if (const auto table = tables.find(owner->text); table != tables.end()) {
      for (const SqlField& field : table->second->fields()) found.add(field.name);
    }
    const Token* dot = last(2);
    const Token* outer = last(3);
    if (dot != nullptr && dot->kind == TokenKind::kDot && outer != nullptr && is_name(*outer)) {
      return add_tables(found, outer->text, owner->text);
    }
    add_tables(found, catalog().current_catalog(), owner->text);
    const auto databases = catalog().databases(owner->text);
    if (!databases.ok()) return;
    for (const std::string& name : *databases) found.add(name);
  }

  void add_words(Candidates& found) {
    for (const std::string_view word : kKeywords) found.add_word(word);
    if (tokens_.empty()) {
      for (const char* command : {"HELP", "QUIT", "EXIT", "CLEAR"}) found.add_word(command);
      return;
    }
    const FunctionCatalogue& functions = catalogues().functions;
    const auto is_callable = [](const std::string& name) {
      return std::all_of(name.begin(), name.end(), is_word_byte);
    };
    for (const ScalarFunction& function : functions.scalars()) {
      if (is_callable(function.name)) found.add_word(function.name);
    }
    for (const AggregateFunction& function : functions.aggregates()) {
      if (is_callable(function.name)) found.add_word(function.name);
    }
    for (const SyntaxForm& form : syntax_forms()) found.add_word(form.name);
    for (const std::string& name :
         catalog().functions().names(catalog().current_catalog(), catalog().current_database())) {
      found.add(name);
    }
    for (const auto& [name, schema] : named_tables()) {
      found.add(name);
      for (const SqlField& field : schema->fields()) found.add(field.name);
    }
  }

  // ---- inside quotes: keys and values of options ----

  void add_quoted(Candidates& found) {
    const bool value = last_is(TokenKind::kEqual);
    const Token* key = value ? last(1) : nullptr;
    if (begins_with("SET") || begins_with("RESET")) {
      if (!value) {
        for (const ConfigKey& each : config_keys()) found.add(each.name);
      } else if (const ConfigKey* known = find_config_key(key->text)) {
        add_values(*known, found);
      }
      return;
    }
    if (value) return add_option_values(*key, found);
    for (const OptionSpec& option : options_so_far()) found.add(option.name);
  }

  static void add_values(const ConfigKey& key, Candidates& found) {
    if (key.type == OptionType::kBoolean) {
      found.add("true");
      found.add("false");
    }
    std::string_view values = key.values;
    while (!values.empty()) {
      const size_t bar = std::min(values.find('|'), values.size());
      found.add(values.substr(0, bar));
      values.remove_prefix(std::min(bar + 1, values.size()));
    }
  }

  void add_option_values(const Token& key, Candidates& found) {
    if (key.text == "connector") {
      for (const ConnectorRecord& record : catalogues().connectors.all()) found.add(record.name);
    }
    if (key.text == "format") {
      for (const FormatRecord& record : catalogues().formats.all()) found.add(record.name);
    }
    for (const OptionSpec& option : options_so_far()) {
      if (option.name != key.text) continue;
      for (const std::string& value : option.values) found.add(value);
      if (option.type == OptionType::kBoolean) {
        found.add("true");
        found.add("false");
      }
    }
  }

  /// The value that the statement gives to an option; empty if none.
  std::string option_value(std::string_view name) const {
    for (size_t i = 2; i < all_.size(); ++i) {
      const bool given = all_[i].kind == TokenKind::kString &&
                         all_[i - 1].kind == TokenKind::kEqual && all_[i - 2].text == name;
      if (given) return all_[i].text;
    }
    return {};
  }

  /// Options that fit the connector and format named so far; without a connector those of all.
  std::vector<OptionSpec> options_so_far() const {
    std::vector<OptionSpec> options{{.name = "connector"}};
    const std::string connector = option_value("connector");
    for (const ConnectorRecord& record : catalogues().connectors.all()) {
      if (!connector.empty() && record.name != connector) continue;
      options.insert(options.end(), record.options.begin(), record.options.end());
      if (record.takes_format) options.push_back({.name = "format"});
    }
    for (const std::string side : {"", "key.", "value."}) {
      const std::string format = option_value(side + "format");
      for (const FormatRecord& record : catalogues().formats.all()) {
        if (record.name != format) continue;
        for (OptionSpec option : record.options) {
          option.name = side + record.name + "." + option.name;
          options.push_back(std::move(option));
        }
      }
    }
    return options;
  }

  const Session& session_;
  std::string_view word_;
  bool in_quotes_ = false;
  std::vector<Token> tokens_;  // before the word
  std::vector<Token> all_;     // and those behind the cursor
};

}  // namespace

Completion complete(std::string_view before, std::string_view after, const Session& session) {
  return Completer(before, after, session).run();
}

std::string shared_beginning(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return {};
  std::string shared = candidates.front();
  for (const std::string& candidate : candidates) {
    const auto [mine, other] =
        std::mismatch(shared.begin(), shared.end(), candidate.begin(), candidate.end());
    shared.erase(mine, shared.end());
  }
  return shared;
}

}  // namespace hw
