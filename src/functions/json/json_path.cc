// SPDX-License-Identifier: Apache-2.0

#include "functions/json/json_path.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace hw {
namespace {

using Id = JsonDocument::Id;

constexpr int64_t kOpenEnd = INT64_MAX;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

class JsonPath::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<JsonPath> run() {
    JsonPath path;
    skip_blanks();
    if (accept_word("lax")) {
      path.lax_ = true;
    } else {
      accept_word("strict");
    }
    if (!accept('$')) return malformed("it begins with $");
    while (true) {
      skip_blanks();
      if (at_ == text_.size()) break;
      HW_ASSIGN_OR_RETURN(Step step, this->step());
      const bool one = step.names.size() + step.positions.size() == 1 &&
                       step.kind != StepKind::kSlice && !step.everywhere;
      path.definite_ = path.definite_ && one;
      path.steps_.push_back(std::move(step));
    }
    return path;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// A word in any case with a blank behind it.
  bool accept_word(std::string_view word) {
    if (text_.size() - at_ <= word.size() || !is_blank(text_[at_ + word.size()])) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if ((text_[at_ + i] | 0x20) != word[i]) return false;
    }
    at_ += word.size();
    skip_blanks();
    return true;
  }

  Status malformed(const char* rule) const {
    return Status::Invalid("'", text_, "' is not a JSON path: ", rule);
  }

  Result<Step> step() {
    Step step;
    if (accept('[')) {
      HW_TRY(bracket(step));
      return step;
    }
    if (!accept('.')) return malformed("steps begin with . or [");
    if (accept('.')) {
      step.everywhere = true;
      if (accept('[')) {
        HW_TRY(bracket(step));
        return step;
      }
    }
    if (accept('*')) return step;
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '.' && text_[at_] != '[' && text_[at_] != '(' &&
           !is_blank(text_[at_])) {
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '(') {
      return Status::NotImplemented("not supported yet: functions in JSON paths, as in '", text_,
                                    "'");
    }
    if (at_ == begin) return malformed("a name stands behind .");
    step.kind = StepKind::kMembers;
    step.names.emplace_back(text_.substr(begin, at_ - begin));
    return step;
  }

  /// Behind `[`.
  Status bracket(Step& step) {
    skip_blanks();
    if (accept('*')) return close();
    if (at_ < text_.size() && (text_[at_] == '?' || text_[at_] == '(')) {
      return Status::NotImplemented("not supported yet: filters in JSON paths, as in '", text_,
                                    "'");
    }
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      step.kind = StepKind::kMembers;
      do {
        skip_blanks();
        HW_TRY(quoted_name(step));
        skip_blanks();
      } while (accept(','));
      return close();
    }
    step.kind = StepKind::kElements;
    do {
      skip_blanks();
      int64_t position = 0;
      const bool has_begin = integer(position);
      skip_blanks();
      if (step.positions.empty() && accept(':')) {
        step.kind = StepKind::kSlice;
        step.positions = {has_begin ? position : 0, kOpenEnd};
        skip_blanks();
        integer(step.positions[1]);
        return close();
      }
      if (!has_begin) return malformed("[ ] holds positions, names in quotes or *");
      step.positions.push_back(position);
    } while (accept(','));
    return close();
  }

  Status close() {
    skip_blanks();
    return accept(']') ? Status::OK() : malformed("] is missing");
  }

  Status quoted_name(Step& step) {
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') return malformed("a name in quotes is expected");
    ++at_;
    std::string name;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      name += text_[at_++];
    }
    if (!accept(quote)) return malformed("a quote is missing");
    step.names.push_back(std::move(name));
    return Status::OK();
  }

  bool integer(int64_t& value) {
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) return false;
    at_ += static_cast<size_t>(end - begin);
    return true;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

Result<JsonPath> JsonPath::parse(std::string_view text) { return Parser(text).run(); }

bool JsonPath::follow(const JsonDocument& document, std::vector<Id>& found) const {
  found.assign(1, document.root());
  std::vector<Id> next;
  bool definite = true;
  for (const Step& step : steps_) {
    next.clear();
    for (const Id node : found) {
      if (step.everywhere) {
        apply_everywhere(step, document, node, next);
      } else if (!apply(step, document, node, next) && definite) {
        return false;
      }
    }
    definite = definite && !step.everywhere && step.kind != StepKind::kAll &&
               step.kind != StepKind::kSlice && step.names.size() + step.positions.size() == 1;
    found.swap(next);
  }
  return true;
}

bool JsonPath::apply(const Step& step, const JsonDocument& document, Id node,
                     std::vector<Id>& out) {
  const JsonValueKind kind = document.kind(node);
  switch (step.kind) {
    case StepKind::kAll:
      if (kind < JsonValueKind::kArray) return false;
      for (Id child = document.first_child(node); child != JsonDocument::kNone;
           child = document.next(child)) {
        out.push_back(child);
      }
      return true;
    case StepKind::kMembers: {
      if (kind != JsonValueKind::kObject) return false;
      bool any = false;
      for (const std::string& name : step.names) {
        const Id member = document.member(node, name);
        if (member == JsonDocument::kNone) continue;
        out.push_back(member);
        any = true;
      }
      return any;
    }
    default:
      return kind == JsonValueKind::kArray && apply_elements(step, document, node, out);
  }
}

bool JsonPath::apply_elements(const Step& step, const JsonDocument& document, Id node,
                              std::vector<Id>& out) {
  std::vector<Id> elements;
  for (Id child = document.first_child(node); child != JsonDocument::kNone;
       child = document.next(child)) {
    elements.push_back(child);
  }
  const auto size = static_cast<int64_t>(elements.size());
  const auto from_front = [&](int64_t position) {
    return position < 0 ? position + size : position;
  };
  if (step.kind == StepKind::kSlice) {
    const int64_t begin = std::max<int64_t>(0, from_front(step.positions[0]));
    const int64_t end = std::min(size, from_front(step.positions[1]));
    for (int64_t i = begin; i < end; ++i) out.push_back(elements[static_cast<size_t>(i)]);
    return true;
  }
  bool any = false;
  for (const int64_t position : step.positions) {
    const int64_t i = from_front(position);
    if (i < 0 || i >= size) continue;
    out.push_back(elements[static_cast<size_t>(i)]);
    any = true;
  }
  return any;
}

void JsonPath::apply_everywhere(const Step& step, const JsonDocument& document, Id node,
                                std::vector<Id>& out) {
  apply(step, document, node, out);
  for (Id child = document.first_child(node); child != JsonDocument::kNone;
       child = document.next(child)) {
    apply_everywhere(step, document, child, out);
  }
}

}  // namespace hw
