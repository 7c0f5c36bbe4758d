// SPDX-License-Identifier: Apache-2.0

#include "engine/function_book.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "engine/catalogues.h"
#include "engine/syntax_reference.h"

namespace hw {
namespace {

/// One function as the book shows it.
struct Entry {
  std::string name;
  std::vector<std::string> forms;
  std::vector<std::string> aliases;
  std::string sentence;
  const std::vector<FunctionExample>* examples;
};

/// As code, whatever it holds.
std::string code(std::string_view text) {
  const std::string mark = text.find('`') == std::string_view::npos ? "`" : "``";
  return mark + std::string(text) + mark;
}

/// Families in the order in which people look for them; the rest follows by name.
constexpr std::string_view kFamilies[] = {
    "comparison", "logical",    "conditional", "arithmetic", "string",    "regex",  "hash",
    "temporal",   "collection", "JSON",        "bitmap",     "aggregate", "window",
};

std::string heading(std::string_view family) {
  std::string text(family);
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return "## " + text + "\n\n";
}

template <typename Function>
Entry entry_of(const Function& function) {
  Entry entry{.name = function.name,
              .forms = {},
              .aliases = function.aliases,
              .sentence = function.sentence,
              .examples = &function.examples};
  for (const std::string& signature : function.signatures) {
    entry.forms.push_back(function.name + signature);
  }
  return entry;
}

std::string text_of(const Entry& entry) {
  std::string out = "### " + entry.name + "\n\n" + entry.sentence + "\n\n";
  for (const std::string& form : entry.forms) out += "- " + code(form) + "\n";
  if (!entry.aliases.empty()) {
    out += "- also called";
    for (const std::string& alias : entry.aliases) out += " " + code(alias);
    out += "\n";
  }
  for (const FunctionExample& example : *entry.examples) {
    out += "- " + code(example.expression) + " is " +
           (example.result.empty() ? "the empty text" : code(example.result)) + "\n";
  }
  return out + "\n";
}

}  // namespace

std::string function_book() {
  std::map<std::string, std::vector<Entry>> families;
  for (const ScalarFunction& function : catalogues().functions.scalars()) {
    families[function.family].push_back(entry_of(function));
  }
  for (const AggregateFunction& function : catalogues().functions.aggregates()) {
    families["aggregate"].push_back(entry_of(function));
  }
  for (const SyntaxForm& form : syntax_forms()) {
    families[form.family].push_back({form.name, form.forms, {}, form.sentence, &form.examples});
  }
  std::string out =
      "# Functions\n\nWritten from the functions' own records by `headwater functions --markdown`; "
      "each example is run by a test. A NULL argument gives NULL unless a sentence says "
      "otherwise.\n\n";
  const auto add = [&](std::string_view family, std::vector<Entry>& entries) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.name < b.name; });
    out += heading(family);
    for (const Entry& entry : entries) out += text_of(entry);
  };
  for (const std::string_view family : kFamilies) {
    const auto found = families.find(std::string(family));
    if (found == families.end()) continue;
    add(family, found->second);
    families.erase(found);
  }
  for (auto& [family, entries] : families) add(family, entries);
  out.pop_back();
  return out;
}

}  // namespace hw
