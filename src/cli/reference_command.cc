// SPDX-License-Identifier: Apache-2.0

#include "cli/reference_command.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/did_you_mean.h"
#include "base/env/env.h"
#include "engine/catalogues.h"
#include "engine/connector_book.h"
#include "engine/function_book.h"
#include "engine/syntax_reference.h"

namespace hw {
namespace {

constexpr int kUsageError = 2;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return (x >= 'a' && x <= 'z' ? x - 32 : x) == (y >= 'a' && y <= 'z' ? y - 32 : y);
  });
}

std::string padded(std::string_view text, size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string examples_text(const std::vector<FunctionExample>& examples) {
  std::string out = "\nExamples:\n";
  for (const FunctionExample& example : examples) {
    out += "  " + example.expression + "\n    -> " + example.result + "\n";
  }
  return out;
}

std::string describe_syntax(const SyntaxForm& form) {
  std::string out = form.name + "\n  " + form.sentence + "\n\n";
  for (const std::string& text : form.forms) out += "  " + text + "\n";
  return out + examples_text(form.examples);
}

template <typename Function>
std::string describe_function(const Function& function) {
  std::string out = function.name + "\n  " + function.sentence + "\n\n";
  for (const std::string& signature : function.signatures) {
    out += "  " + function.name + signature + "\n";
  }
  if (!function.aliases.empty()) {
    out += "  also called:";
    for (const std::string& alias : function.aliases) out += " " + alias;
    out += "\n";
  }
  return out + examples_text(function.examples);
}

std::string describe_options(const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    out += "  " + option.name + " (" + option_type_text(option) + ")";
    if (option.required) out += ", required";
    if (!option.default_value.empty()) out += ", default " + option.default_value;
    if (option.not_built) out += ", not supported yet";
    out += "\n";
    if (!option.sentence.empty()) out += "      " + option.sentence + "\n";
  }
  return out.empty() ? "  none\n" : out;
}

std::string describe_connector(const ConnectorRecord& record) {
  std::string out = record.name + "\n  " + record.sentence + "\n\n";
  out += "Use: " + std::string(record.source ? "source" : "") +
         (record.source && record.sink ? ", " : "") + (record.sink ? "sink" : "") + "\n";
  if (!record.changelog_mode.empty()) out += "Changelog: " + record.changelog_mode + "\n";
  if (!record.guarantee.empty()) out += "Guarantee: " + record.guarantee + "\n";
  out += "\nOptions:\n" + describe_options(record.options);
  if (!record.metadata.empty()) {
    out += "\nMetadata columns:\n";
    for (const MetadataColumn& column : record.metadata) {
      out += "  " + column.key + " " + column.type.to_sql() + (column.readable ? ", read" : "") +
             (column.writable ? ", written" : "") + "\n";
    }
  }
  if (!record.example.empty()) out += "\nExample:\n" + record.example + "\n";
  return out;
}

std::string describe_format(const FormatRecord& record) {
  std::string out = record.name + "\n  " + record.sentence + "\n\nOptions (prefix '" + record.name +
                    ".'):\n" + describe_options(record.options);
  if (!record.example.empty()) out += "\nExample:\n" + record.example + "\n";
  return out;
}

std::string list_functions() {
  std::map<std::string, std::vector<std::string>> families;
  for (const ScalarFunction& function : catalogues().functions.scalars()) {
    families[function.family].push_back(function.name);
  }
  for (const AggregateFunction& function : catalogues().functions.aggregates()) {
    families["aggregate"].push_back(function.name);
  }
  for (const SyntaxForm& form : syntax_forms()) families[form.family].push_back(form.name);
  std::string out;
  for (auto& [family, names] : families) {
    std::sort(names.begin(), names.end());
    out += family + ":\n";
    std::string line = " ";
    for (const std::string& name : names) {
      if (line.size() + name.size() > 96) {
        out += line + "\n";
        line = " ";
      }
      line += " " + name;
    }
    out += line + "\n";
  }
  return out + "\nheadwater functions NAME shows one with examples.\n";
}

template <typename Records>
std::string list_records(const Records& records) {
  size_t width = 0;
  std::vector<std::string> lines;
  for (const auto& record : records) width = std::max(width, record.name.size());
  for (const auto& record : records) {
    lines.push_back(padded(record.name, width + 2) + record.sentence + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

int unknown(std::string_view what, const std::string& name, const std::vector<std::string>& near,
            Env& env) {
  std::string text = "error: there is no " + std::string(what) + " '" + name + "'\n";
  if (!near.empty()) text += "  did you mean '" + near[0] + "'?\n";
  (void)env.write_stderr(text);
  return kUsageError;
}

int print(const std::string& text, Env& env) { return env.write_stdout(text).ok() ? 0 : 1; }

template <typename Records, typename Describe>
int reference(const Records& records, const std::string& name, std::string_view what,
              Describe describe, Env& env) {
  if (name.empty()) return print(list_records(records), env);
  std::vector<std::string> names;
  for (const auto& record : records) {
    if (equal_ignoring_case(record.name, name)) return print(describe(record), env);
    names.push_back(record.name);
  }
  return unknown(what, name, nearest(name, names), env);
}

}  // namespace

int reference_command(const Arguments& arguments, Env& env) {
  const Catalogues& all = catalogues();
  if (arguments.verb == Verb::kConnectors) {
    if (arguments.markdown) return print(connector_book(), env);
    return reference(all.connectors.all(), arguments.name, "connector", describe_connector, env);
  }
  if (arguments.verb == Verb::kFormats) {
    if (arguments.markdown) return print(format_book(), env);
    return reference(all.formats.all(), arguments.name, "format", describe_format, env);
  }
  if (arguments.markdown) return print(function_book(), env);
  if (arguments.name.empty()) return print(list_functions(), env);
  if (const ScalarFunction* function = all.functions.scalar(arguments.name)) {
    return print(describe_function(*function), env);
  }
  if (const AggregateFunction* function = all.functions.aggregate(arguments.name)) {
    return print(describe_function(*function), env);
  }
  for (const SyntaxForm& form : syntax_forms()) {
    if (equal_ignoring_case(form.name, arguments.name)) return print(describe_syntax(form), env);
  }
  return unknown("function", arguments.name, all.functions.near(arguments.name), env);
}

}  // namespace hw
