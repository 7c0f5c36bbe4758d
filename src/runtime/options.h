// SPDX-License-Identifier: Apache-2.0
//
// The options of a table (`WITH (…)`): what a connector or format declares, and the checked
// values it gets. Values are strings; durations, sizes, lists and enums are parsed here, so that
// every connector reads them alike.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace hw {

enum class OptionType : uint8_t {
  kString,
  kBoolean,
  kInteger,
  kDouble,
  kDuration,
  kSize,
  kEnum,
  kList,
  kMap
};

/// One line of a connector's documentation.
struct OptionSpec {
  std::string name;  // a trailing `.*` takes any suffix; `#` stands for a column name
  OptionType type = OptionType::kString;
  std::string default_value = {};  // empty = none
  bool required = false;
  std::vector<std::string> values = {};  // kEnum
  std::string sentence = {};
  /// Known to Flink but not built: using it is a "not supported yet" error.
  bool not_built = false;
  /// Of `values`: known to Flink but not built.
  std::vector<std::string> not_built_values = {};
  std::vector<std::string> deprecated_names = {};
  bool secret = false;

  /// The same option under a concrete name: `#` replaced by `column`.
  OptionSpec for_column(std::string_view column) const;
};

/// Checked options of one table. Getters assume a successful check: they return the given value,
/// else the default.
class Options {
 public:
  Options() = default;
  explicit Options(std::map<std::string, std::string> values) : values_(std::move(values)) {}

  bool has(std::string_view name) const;
  std::string text(const OptionSpec& spec) const;
  bool boolean(const OptionSpec& spec) const;
  int64_t integer(const OptionSpec& spec) const;
  double real(const OptionSpec& spec) const;
  int64_t duration_ms(const OptionSpec& spec) const;
  int64_t size_bytes(const OptionSpec& spec) const;
  std::vector<std::string> list(const OptionSpec& spec) const;
  /// As written, or nothing.
  std::optional<std::string> given(std::string_view name) const;
  /// As written under its name or a deprecated one, or nothing.
  std::optional<std::string> given(const OptionSpec& spec) const;
  const std::map<std::string, std::string>& all() const { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

/// Checks names and values against the specs: all missing required ones at once, unknown names
/// with a "did you mean" and the sorted list of what is supported, values by type. `what` is
/// e.g. "connector 'filesystem'"; `place`, if not empty, follows it: "table orders, line 7".
/// Fails with Invalid; with NotImplemented for what is known but not built.
Status check_options(const Options& options, const std::vector<OptionSpec>& specs,
                     std::string_view what, std::string_view place = {});

/// One sentence for each deprecated name that is used.
std::vector<std::string> option_warnings(const Options& options,
                                         const std::vector<OptionSpec>& specs);

/// The spec that a given name belongs to, or null.
const OptionSpec* find_option(const std::vector<OptionSpec>& specs, std::string_view name);

/// `10 s`, `5 min`, `1 d`, `500 ms`, a bare number = ms.
Result<int64_t> parse_duration_ms(std::string_view text);
/// `128mb`, `2 kb`, a bare number = bytes.
Result<int64_t> parse_size_bytes(std::string_view text);

}  // namespace hw
