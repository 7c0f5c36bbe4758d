// SPDX-License-Identifier: Apache-2.0
//
// Checks given options against their specs, and words what is wrong.

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/did_you_mean.h"
#include "runtime/options.h"
#include "runtime/options_text.h"

namespace hw {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string quoted(std::string_view word) { return "'" + std::string(word) + "'"; }

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with(".*")) {
    return name.size() > pattern.size() - 1 &&
           name.starts_with(pattern.substr(0, pattern.size() - 1));
  }
  const size_t mark = pattern.find('#');
  if (mark == std::string_view::npos) return pattern == name;
  const std::string_view front = pattern.substr(0, mark);
  const std::string_view back = pattern.substr(mark + 1);
  return name.size() > front.size() + back.size() && name.starts_with(front) &&
         name.ends_with(back);
}

/// "for connector 'x' (table t, line 7)".
std::string subject(std::string_view what, std::string_view place) {
  std::string text(what);
  if (!place.empty()) text.append(" (").append(place).append(")");
  return text;
}

std::vector<std::string> supported_names(const std::vector<OptionSpec>& specs) {
  std::set<std::string> names;
  for (const OptionSpec& spec : specs) {
    if (!spec.not_built) names.insert(spec.name);
  }
  return {names.begin(), names.end()};
}

/// Returns what the value must be, or nothing when it is that.
std::string broken_rule(const OptionSpec& spec, const std::string& value) {
  const auto rule_of = [](const auto& result) {
    return result.ok() ? std::string() : result.status().message();
  };
  switch (spec.type) {
    case OptionType::kBoolean:
      return option_text::equal_ignoring_case(value, "true") ||
                     option_text::equal_ignoring_case(value, "false")
                 ? ""
                 : "'true' or 'false'";
    case OptionType::kInteger:
      return rule_of(option_text::parse_integer(value));
    case OptionType::kDouble:
      return rule_of(option_text::parse_real(value));
    case OptionType::kDuration:
      return rule_of(parse_duration_ms(value));
    case OptionType::kSize:
      return rule_of(parse_size_bytes(value));
    case OptionType::kEnum: {
      for (const std::string& declared : spec.values) {
        if (option_text::equal_ignoring_case(declared, value)) return "";
      }
      return "one of " + joined(spec.values, ", ");
    }
    case OptionType::kString:
    case OptionType::kList:
    case OptionType::kMap:
      return "";
  }
  return "";
}

Status check_value(const OptionSpec& spec, const std::string& name, const std::string& value,
                   std::string_view what, std::string_view place) {
  if (spec.not_built) {
    return not_supported_yet("option " + quoted(name) + " of " + subject(what, place));
  }
  const std::string rule = broken_rule(spec, value);
  if (!rule.empty()) {
    std::string message = "option " + quoted(name) + " of " + subject(what, place) + " must be " +
                          rule + ", but is " + quoted(value);
    const std::vector<std::string> near = nearest(value, spec.values);
    if (!near.empty()) message += "\n  did you mean " + quoted(near[0]) + "?";
    return Status::Invalid(message);
  }
  for (const std::string& missing : spec.not_built_values) {
    if (option_text::equal_ignoring_case(missing, value)) {
      return not_supported_yet(quoted(name) + " = " + quoted(value) + " of " +
                               subject(what, place));
    }
  }
  return Status::OK();
}

std::string unknown_message(const std::vector<std::string>& unknown,
                            const std::vector<std::string>& supported, std::string_view what,
                            std::string_view place) {
  std::vector<std::string> words;
  for (const std::string& name : unknown) words.push_back(quoted(name));
  std::string message = unknown.size() == 1 ? "unknown option " : "unknown options ";
  message += joined(words, ", ") + " for " + subject(what, place);
  for (const std::string& name : unknown) {
    const std::vector<std::string> near = nearest(name, supported);
    if (near.empty()) continue;
    message += "\n  did you mean " + quoted(near[0]);
    if (unknown.size() > 1) message += " instead of " + quoted(name);
    message += "?";
  }
  return message;
}

std::string missing_message(const std::vector<std::string>& missing, std::string_view what,
                            std::string_view place) {
  std::vector<std::string> words;
  for (const std::string& name : missing) words.push_back(quoted(name));
  return std::string(missing.size() == 1 ? "missing required option "
                                         : "missing required options ") +
         joined(words, ", ") + " for " + subject(what, place);
}

}  // namespace

const OptionSpec* find_option(const std::vector<OptionSpec>& specs, std::string_view name) {
  const OptionSpec* by_pattern = nullptr;
  for (const OptionSpec& spec : specs) {
    if (spec.name == name) return &spec;
    if (std::find(spec.deprecated_names.begin(), spec.deprecated_names.end(), name) !=
        spec.deprecated_names.end()) {
      return &spec;
    }
    if (by_pattern == nullptr && matches(spec.name, name)) by_pattern = &spec;
  }
  return by_pattern;
}

Status check_options(const Options& options, const std::vector<OptionSpec>& specs,
                     std::string_view what, std::string_view place) {
  std::vector<std::string> unknown;
  std::vector<std::string> missing;
  for (const auto& [name, value] : options.all()) {
    if (find_option(specs, name) == nullptr) unknown.push_back(name);
  }
  for (const OptionSpec& spec : specs) {
    if (spec.required && !options.given(spec)) missing.push_back(spec.name);
  }
  if (!unknown.empty() || !missing.empty()) {
    const std::vector<std::string> supported = supported_names(specs);
    std::sort(missing.begin(), missing.end());
    std::string message;
    if (!unknown.empty()) message = unknown_message(unknown, supported, what, place);
    if (!missing.empty()) {
      if (!message.empty()) message += "\n";
      message += missing_message(missing, what, place);
    }
    return Status::Invalid(message, "\n  supported: ", joined(supported, ", "));
  }
  for (const auto& [name, value] : options.all()) {
    HW_TRY(check_value(*find_option(specs, name), name, value, what, place));
  }
  return Status::OK();
}

std::vector<std::string> option_warnings(const Options& options,
                                         const std::vector<OptionSpec>& specs) {
  std::vector<std::string> warnings;
  for (const auto& [name, value] : options.all()) {
    const OptionSpec* spec = find_option(specs, name);
    if (spec == nullptr) continue;
    if (std::find(spec->deprecated_names.begin(), spec->deprecated_names.end(), name) !=
        spec->deprecated_names.end()) {
      warnings.push_back("option " + quoted(name) + " is deprecated; write " + quoted(spec->name));
    }
  }
  return warnings;
}

}  // namespace hw
