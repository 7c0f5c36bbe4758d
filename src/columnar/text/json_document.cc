// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/json_document.h"

#include <algorithm>

#include "columnar/text/json_text.h"

namespace hw {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const uint32_t mark = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
  out += static_cast<char>(mark | code >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
}

}  // namespace

/// Recursive descent, kDepthMax deep at most.
class JsonDocument::Parser {
 public:
  Parser(JsonDocument& document, std::string_view text) : document_(document), text_(text) {}

  bool run() {
    if (!value(0, {})) return false;
    skip_blanks();
    return at_ == text_.size();
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Node& node(Id id) { return document_.nodes_[static_cast<size_t>(id)]; }

  bool value(int depth, std::string_view key) {
    skip_blanks();
    if (depth > kDepthMax || at_ >= text_.size()) return false;
    const auto id = static_cast<Id>(document_.nodes_.size());
    document_.nodes_.emplace_back();
    node(id).key = key;
    switch (text_[at_]) {
      case '{':
        return constructed(id, JsonValueKind::kObject, '}', depth);
      case '[':
        return constructed(id, JsonValueKind::kArray, ']', depth);
      case '"': {
        std::string_view text;
        if (!string(text)) return false;
        node(id).kind = JsonValueKind::kString;
        node(id).text = text;
        return true;
      }
      case 't':
        return word(id, JsonValueKind::kTrue, "true");
      case 'f':
        return word(id, JsonValueKind::kFalse, "false");
      case 'n':
        return word(id, JsonValueKind::kNull, "null");
      default:
        return number(id);
    }
  }

  bool word(Id id, JsonValueKind kind, std::string_view name) {
    if (!text_.substr(at_).starts_with(name)) return false;
    node(id).kind = kind;
    node(id).text = text_.substr(at_, name.size());
    at_ += name.size();
    return true;
  }

  bool number(Id id) {
    const size_t length = json_number_length(text_.substr(at_));
    if (length == 0) return false;
    node(id).kind = JsonValueKind::kNumber;
    node(id).text = text_.substr(at_, length);
    at_ += length;
    return true;
  }

  bool string(std::string_view& out) {
    const size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '"') {
      out = text_.substr(begin, at_++ - begin);
      return true;
    }
    document_.unescaped_.push_back(std::make_unique<std::string>(text_.substr(begin, at_ - begin)));
    std::string& plain = *document_.unescaped_.back();
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (text_[at_] != '\\') {
        plain += text_[at_++];
      } else if (!escape(plain)) {
        return false;
      }
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    out = plain;
    return true;
  }

  bool escape(std::string& out) {
    if (++at_ >= text_.size()) return false;
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = text_[at_++];
    if (const size_t i = kLetters.find(letter); i != std::string_view::npos) {
      out += kMeanings[i];
      return true;
    }
    uint32_t code = 0;
    if (letter != 'u' || !four_digits(code)) return false;
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && text_.substr(at_).starts_with("\\u")) {
      const size_t before = at_;
      uint32_t low = 0;
      at_ += 2;
      if (!four_digits(low)) return false;
      if (low >= 0xDC00 && low < 0xE000) {
        append_utf8(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), out);
        return true;
      }
      at_ = before;
    }
    append_utf8(code >= 0xD800 && code < 0xE000 ? 0xFFFD : code, out);
    return true;
  }

  bool four_digits(uint32_t& code) {
    if (text_.size() - at_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const int value = hex_value(text_[at_++]);
      if (value < 0) return false;
      code = code << 4 | static_cast<uint32_t>(value);
    }
    return true;
  }

  bool constructed(Id id, JsonValueKind kind, char end, int depth) {
    node(id).kind = kind;
    ++at_;
    if (accept(end)) return true;
    Id previous = kNone;
    while (true) {
      std::string_view key;
      if (kind == JsonValueKind::kObject) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != '"' || !string(key) || !accept(':')) return false;
      }
      const auto child = static_cast<Id>(document_.nodes_.size());
      if (!value(depth + 1, key)) return false;
      (previous == kNone ? node(id).first_child : node(previous).next) = child;
      previous = child;
      ++node(id).num_children;
      if (accept(end)) return true;
      if (!accept(',')) return false;
    }
  }

  JsonDocument& document_;
  const std::string_view text_;
  size_t at_ = 0;
};

bool JsonDocument::parse(std::string_view text) {
  nodes_.clear();
  unescaped_.clear();
  return Parser(*this, text).run();
}

JsonDocument::Id JsonDocument::member(Id object, std::string_view name) const {
  Id found = kNone;
  for (Id child = first_child(object); child != kNone; child = next(child)) {
    if (key(child) == name) found = child;
  }
  return found;
}

void JsonDocument::append_text(Id node, std::string& out) const {
  switch (kind(node)) {
    case JsonValueKind::kString:
      return append_json_string(text(node), out);
    case JsonValueKind::kArray: {
      out += '[';
      for (Id child = first_child(node); child != kNone; child = next(child)) {
        if (child != first_child(node)) out += ',';
        append_text(child, out);
      }
      out += ']';
      return;
    }
    case JsonValueKind::kObject:
      return append_object(node, out);
    default:
      out += text(node);
  }
}

void JsonDocument::append_object(Id node, std::string& out) const {
  std::vector<Id> members;
  for (Id child = first_child(node); child != kNone; child = next(child)) members.push_back(child);
  std::stable_sort(members.begin(), members.end(), [&](Id a, Id b) { return key(a) < key(b); });
  out += '{';
  bool first = true;
  for (size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && key(members[i]) == key(members[i + 1])) continue;
    if (!first) out += ',';
    first = false;
    append_json_string(key(members[i]), out);
    out += ':';
    append_text(members[i], out);
  }
  out += '}';
}

}  // namespace hw
