// SPDX-License-Identifier: Apache-2.0

#include "runtime/options.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "runtime/options_text.h"

namespace hw {

OptionSpec OptionSpec::for_column(std::string_view column) const {
  OptionSpec spec = *this;
  const size_t mark = spec.name.find('#');
  if (mark != std::string::npos) spec.name.replace(mark, 1, column);
  return spec;
}

bool Options::has(std::string_view name) const { return values_.contains(std::string(name)); }

std::optional<std::string> Options::given(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Options::given(const OptionSpec& spec) const {
  if (std::optional<std::string> value = given(spec.name)) return value;
  for (const std::string& name : spec.deprecated_names) {
    if (std::optional<std::string> value = given(name)) return value;
  }
  return std::nullopt;
}

std::string Options::text(const OptionSpec& spec) const {
  std::string value = given(spec).value_or(spec.default_value);
  if (spec.type != OptionType::kEnum) return value;
  // Enums compare without case; callers see the declared spelling.
  for (const std::string& declared : spec.values) {
    if (option_text::equal_ignoring_case(declared, value)) return declared;
  }
  return value;
}

bool Options::boolean(const OptionSpec& spec) const {
  return option_text::equal_ignoring_case(text(spec), "true");
}

int64_t Options::integer(const OptionSpec& spec) const {
  const std::string value = text(spec);
  if (value.empty()) return 0;
  const Result<int64_t> parsed = option_text::parse_integer(value);
  HW_CHECK(parsed.ok());
  return *parsed;
}

double Options::real(const OptionSpec& spec) const {
  const std::string value = text(spec);
  if (value.empty()) return 0;
  const Result<double> parsed = option_text::parse_real(value);
  HW_CHECK(parsed.ok());
  return *parsed;
}

int64_t Options::duration_ms(const OptionSpec& spec) const {
  const std::string value = text(spec);
  if (value.empty()) return 0;
  const Result<int64_t> parsed = parse_duration_ms(value);
  HW_CHECK(parsed.ok());
  return *parsed;
}

int64_t Options::size_bytes(const OptionSpec& spec) const {
  const std::string value = text(spec);
  if (value.empty()) return 0;
  const Result<int64_t> parsed = parse_size_bytes(value);
  HW_CHECK(parsed.ok());
  return *parsed;
}

std::vector<std::string> Options::list(const OptionSpec& spec) const {
  const std::string value = text(spec);
  std::vector<std::string> items;
  size_t begin = 0;
  while (begin <= value.size()) {
    const size_t end = std::min(value.find(';', begin), value.size());
    const std::string_view item =
        option_text::trimmed(std::string_view(value).substr(begin, end - begin));
    if (!item.empty()) items.emplace_back(item);
    begin = end + 1;
  }
  return items;
}

}  // namespace hw
