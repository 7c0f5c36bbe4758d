// SPDX-License-Identifier: Apache-2.0
//
// STR_TO_MAP: pairs out of a text. Both separators are regular expressions.

#include <string_view>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "columnar/column_builder.h"
#include "expr/encoded_kernel.h"
#include "expr/function_catalogue.h"
#include "functions/regexp/pattern_cache.h"

namespace hw {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// Where the separator first stands at or behind `from`. Empty matches part nothing.
bool find_separator(const re2::RE2& separator, std::string_view text, size_t from, size_t& begin,
                    size_t& end) {
  re2::StringPiece match;
  if (!separator.Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, &match, 1) ||
      match.empty()) {
    return false;
  }
  begin = static_cast<size_t>(match.data() - text.data());
  end = begin + match.size();
  return true;
}

/// The parts between separators; empty ones at the end are dropped, as Java's split does.
void split(const re2::RE2& separator, std::string_view text, std::vector<std::string_view>& parts) {
  parts.clear();
  size_t from = 0, begin = 0, end = 0;
  while (find_separator(separator, text, from, begin, end)) {
    parts.push_back(text.substr(from, begin - from));
    from = end;
  }
  parts.push_back(text.substr(from));
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
}

class StrToMap final : public EncodedKernel {
 public:
  StrToMap(SqlType type, PatternCache pairs, PatternCache values)
      : EncodedKernel(std::move(type), 0), pairs_(std::move(pairs)), values_(std::move(values)) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> builder,
                        ColumnBuilder::make(result_type()));
    for (int64_t row = 0; row < num_rows; ++row) {
      bool is_null = false;
      for (const ColumnPtr& arg : args) is_null = is_null || arg->is_null(row);
      if (is_null) {
        HW_TRY(builder->append_null());
        continue;
      }
      const auto separator = [&](size_t i, std::string_view otherwise) {
        return args.size() > i ? args[i]->value<std::string_view>(row) : otherwise;
      };
      const re2::RE2* pairs = pairs_.get(separator(1, ","));
      const re2::RE2* values = values_.get(separator(2, "="));
      if (pairs == nullptr || values == nullptr) {
        return Status::Invalid(
            "STR_TO_MAP takes regular expressions (RE2 syntax) as separators, "
            "but got '",
            separator(1, ","), "' and '", separator(2, "="), "'");
      }
      HW_TRY(append_map(*pairs, *values, args[0]->value<std::string_view>(row), *builder));
    }
    return builder->finish();
  }

 private:
  struct Entry {
    std::string_view key;
    std::string_view value;
    bool has_value;
  };

  Status append_map(const re2::RE2& pairs, const re2::RE2& values, std::string_view text,
                    ColumnBuilder& out) {
    entries_.clear();
    if (!text.empty()) split(pairs, text, parts_);
    for (size_t i = 0; !text.empty() && i < parts_.size(); ++i) {
      const std::string_view part = parts_[i];
      size_t begin = 0, end = 0;
      const bool has_value = find_separator(values, part, 0, begin, end);
      const Entry entry =
          has_value ? Entry{part.substr(0, begin), part.substr(end), true} : Entry{part, {}, false};
      put(entry);
    }
    for (const Entry& entry : entries_) {
      HW_TRY(out.child(0).append_bytes(entry.key));
      HW_TRY(entry.has_value ? out.child(1).append_bytes(entry.value) : out.child(1).append_null());
    }
    return out.append_constructed(static_cast<int64_t>(entries_.size()));
  }

  /// A key that stands twice keeps its first place and its last value. Texts have few pairs.
  void put(const Entry& entry) {
    for (Entry& known : entries_) {
      if (known.key == entry.key) {
        known = entry;
        return;
      }
    }
    entries_.push_back(entry);
  }

  PatternCache pairs_;
  PatternCache values_;
  std::vector<std::string_view> parts_;
  std::vector<Entry> entries_;
};

}  // namespace

void add_str_to_map(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "STR_TO_MAP",
      .family = "string",
      .signatures = {"(text VARCHAR, [pair_separator VARCHAR]) -> MAP<VARCHAR, VARCHAR>",
                     "(text VARCHAR, pair_separator VARCHAR, value_separator VARCHAR) -> "
                     "MAP<VARCHAR, VARCHAR>"},
      .sentence = "The pairs of `text`, parted by `pair_separator` (',') and inside by "
                  "`value_separator` ('='), both regular expressions. A pair without value has "
                  "NULL; of a key that stands twice the last value counts.",
      .examples = {{"STR_TO_MAP('k1=v1,k2=v2')", "{k1=v1, k2=v2}"},
                   {"STR_TO_MAP('a:1;b', ';', ':')", "{a=1, b=NULL}"}},
      .can_fail = true,
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        HW_ASSIGN_OR_RETURN(PatternCache pairs, cache_for(binding, 1));
        HW_ASSIGN_OR_RETURN(PatternCache values, cache_for(binding, 2));
        return std::make_unique<StrToMap>(binding.result_type, std::move(pairs), std::move(values));
      },
  });
}

}  // namespace hw
