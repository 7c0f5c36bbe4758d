// SPDX-License-Identifier: Apache-2.0
//
// Where and how often a regular expression matches: REGEXP_COUNT, REGEXP_INSTR, REGEXP_SUBSTR,
// REGEXP_EXTRACT_ALL.

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <re2/re2.h>

#include "columnar/column_builder.h"
#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"
#include "functions/regexp/pattern_cache.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// Calls `visit(groups)` for each match in turn until it returns false. An empty match moves on by
/// one character.
template <typename Visit>
void for_each_match(const re2::RE2& pattern, std::string_view text, int num_groups, Visit visit) {
  re2::StringPiece groups[kGroupsMax];
  size_t position = 0;
  while (position <= text.size() && pattern.Match(piece(text), position, text.size(),
                                                  re2::RE2::UNANCHORED, groups, num_groups)) {
    if (!visit(groups)) return;
    position = static_cast<size_t>(groups[0].data() - text.data()) + groups[0].size();
    if (!groups[0].empty()) continue;
    position +=
        position < text.size() ? code_point_size(static_cast<unsigned char>(text[position])) : 1;
  }
}

/// How often `piece` stands in `text`, no two of them over each other.
int32_t count_pieces(std::string_view text, std::string_view piece) {
  if (piece.size() == 1) {
    return static_cast<int32_t>(std::count(text.begin(), text.end(), piece[0]));
  }
  int32_t count = 0;
  for (size_t at = text.find(piece); at != text.npos; at = text.find(piece, at + piece.size())) {
    ++count;
  }
  return count;
}

KernelResult bind_count(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
  return make_row_kernel(
      [cache](std::string_view text, std::string_view pattern) mutable -> std::optional<int32_t> {
        const re2::RE2* compiled = cache.get(pattern);
        if (compiled == nullptr) return std::nullopt;
        if (!cache.plain_text().empty()) return count_pieces(text, cache.plain_text());
        int32_t count = 0;
        for_each_match(*compiled, text, 1, [&](const re2::StringPiece*) { return ++count > 0; });
        return count;
      },
      binding);
}

KernelResult bind_instr(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
  return make_row_kernel(
      [cache](std::string_view text, std::string_view pattern) mutable -> std::optional<int32_t> {
        const re2::RE2* compiled = cache.get(pattern);
        if (compiled == nullptr) return std::nullopt;
        int32_t position = 0;
        for_each_match(*compiled, text, 1, [&](const re2::StringPiece* match) {
          const auto bytes = static_cast<size_t>(match->data() - text.data());
          position = static_cast<int32_t>(count_code_points(text.substr(0, bytes))) + 1;
          return false;
        });
        return position;
      },
      binding);
}

KernelResult bind_substr(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
  return make_row_kernel(
      [cache](TextWriter& out, std::string_view text, std::string_view pattern) mutable {
        const re2::RE2* compiled = cache.get(pattern);
        bool found = false;
        if (compiled == nullptr) return found;
        for_each_match(*compiled, text, 1, [&](const re2::StringPiece* match) {
          out.append({match->data(), match->size()});
          found = true;
          return false;
        });
        return found;
      },
      binding);
}

/// What a group matched in every match, as an array.
class ExtractAll final : public EncodedKernel {
 public:
  ExtractAll(SqlType type, PatternCache cache)
      : EncodedKernel(std::move(type), 0), cache_(std::move(cache)) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> builder,
                        ColumnBuilder::make(result_type()));
    for (int64_t row = 0; row < num_rows; ++row) {
      bool is_null = false;
      for (const ColumnPtr& arg : args) is_null = is_null || arg->is_null(row);
      const int64_t group = is_null || args.size() < 3 ? 1 : args[2]->value<int32_t>(row);
      const re2::RE2* pattern =
          is_null ? nullptr : cache_.get(args[1]->value<std::string_view>(row));
      if (pattern == nullptr || group < 0 || group >= kGroupsMax ||
          group > pattern->NumberOfCapturingGroups()) {
        HW_TRY(builder->append_null());
        continue;
      }
      HW_TRY(append_matches(*pattern, args[0]->value<std::string_view>(row),
                            static_cast<int>(group), *builder));
    }
    return builder->finish();
  }

 private:
  static Status append_matches(const re2::RE2& pattern, std::string_view text, int group,
                               ColumnBuilder& out) {
    ColumnBuilder& elements = out.child(0);
    int64_t count = 0;
    Status status;
    for_each_match(pattern, text, group + 1, [&](const re2::StringPiece* groups) {
      const re2::StringPiece& match = groups[group];
      status = match.data() == nullptr ? elements.append_null()
                                       : elements.append_bytes({match.data(), match.size()});
      ++count;
      return status.ok();
    });
    HW_TRY(status);
    return out.append_constructed(count);
  }

  PatternCache cache_;
};

}  // namespace

void add_regexp_find(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "REGEXP_COUNT",
      .family = "regex",
      .signatures = {"(text VARCHAR, pattern VARCHAR) -> INT"},
      .sentence = "How often the regular expression matches; NULL if it is broken.",
      .examples = {{"REGEXP_COUNT('a1b22c', '[0-9]+')", "2"},
                   {"REGEXP_COUNT('ab', '')", "3"},
                   {"REGEXP_COUNT('aaaaa', 'aa')", "2"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_count,
  });
  catalogue.add(ScalarFunction{
      .name = "REGEXP_INSTR",
      .family = "regex",
      .signatures = {"(text VARCHAR, pattern VARCHAR) -> INT"},
      .sentence = "Where the first match of the regular expression begins, from 1; 0 if nowhere.",
      .examples = {{"REGEXP_INSTR('hello world', 'o')", "5"}, {"REGEXP_INSTR('abc', 'x')", "0"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_instr,
  });
  catalogue.add(ScalarFunction{
      .name = "REGEXP_SUBSTR",
      .family = "regex",
      .signatures = {"(text VARCHAR, pattern VARCHAR) -> VARCHAR"},
      .sentence = "The first match of the regular expression; NULL if there is none.",
      .examples = {{"REGEXP_SUBSTR('a1b22c', '[0-9]{2}')", "22"},
                   {"REGEXP_SUBSTR('abc', '[0-9]')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_substr,
  });
  catalogue.add(ScalarFunction{
      .name = "REGEXP_EXTRACT_ALL",
      .family = "regex",
      .signatures = {"(text VARCHAR, pattern VARCHAR, [group INT]) -> ARRAY<VARCHAR>"},
      .sentence = "What group `group` (1 if not given, 0 the whole) matched in every match of the "
                  "regular expression; NULL if there is no such group.",
      .examples = {{"REGEXP_EXTRACT_ALL('a1b22', '([a-z])([0-9]+)', 2)", "[1, 22]"},
                   {"REGEXP_EXTRACT_ALL('a1b22', '[0-9]+', 0)", "[1, 22]"},
                   {"REGEXP_EXTRACT_ALL('a1b22', '[0-9]+', 1)", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = [](const CallBinding& binding) -> KernelResult {
        HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
        return std::make_unique<ExtractAll>(binding.result_type, std::move(cache));
      },
  });
}

}  // namespace hw
