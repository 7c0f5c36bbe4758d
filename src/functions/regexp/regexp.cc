// SPDX-License-Identifier: Apache-2.0
//
// REGEXP, REGEXP_EXTRACT and REGEXP_REPLACE on RE2: linear time, without look-around and back
// references. A literal pattern is compiled once and refused at planning if it is broken; patterns
// from a column are compiled when they change, and a broken one gives NULL (REGEXP: FALSE).

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <re2/re2.h>

#include "expr/chosen_rows.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"
#include "functions/regexp/pattern_cache.h"

namespace hw {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Result<std::unique_ptr<ScalarKernel>> bind_regexp(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
  return make_row_kernel(
      [cache = std::move(cache)](std::string_view text, std::string_view pattern) mutable {
        const re2::RE2* compiled = pattern.empty() ? nullptr : cache.get(pattern);
        return compiled != nullptr && cache.may_match(text) &&
               re2::RE2::PartialMatch(piece(text), *compiled);
      },
      binding);
}

bool extract(TextWriter& out, PatternCache& cache, std::string_view text, std::string_view pattern,
             int32_t group) {
  const re2::RE2* compiled = cache.get(pattern);
  if (compiled == nullptr || group < 0 || group > cache.num_groups() || group >= kGroupsMax) {
    return false;
  }
  if (!cache.run()) {
    if (!cache.may_match(text)) return false;
  } else {
    const RunAfterLiteral::Match match = cache.run()->find(text);
    if (!match.found) return false;
    if (!match.unsure) {
      out.append(cache.run()->group(match, group));
      return true;
    }
  }
  re2::StringPiece groups[kGroupsMax];
  if (!compiled->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, groups, group + 1)) {
    return false;
  }
  if (groups[group].data() == nullptr) return false;
  out.append({groups[group].data(), groups[group].size()});
  return true;
}

/// Of a literal pattern and group.
class ExtractKernel final : public ScalarKernel, public ReadsChosenRows {
 public:
  ExtractKernel(PatternCache cache, int32_t group, SqlType type,
                std::unique_ptr<ScalarKernel> kernel)
      : cache_(std::move(cache)),
        group_(group),
        type_(std::move(type)),
        kernel_(std::move(kernel)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    return kernel_->evaluate(context, args);
  }

  Result<ColumnPtr> evaluate_chosen(const Column& column, std::span<const int32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(n, n * 16));
    std::vector<uint8_t> present(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool found =
          !column.slot_is_null(rows[i]) &&
          extract(out, cache_, column.slot_value<std::string_view>(rows[i]), {}, group_);
      present[i] = found ? 1 : 0;
      found ? out.end_row() : out.end_null_row();
    }
    HW_ASSIGN_OR_RETURN(BufferPtr validity, allocate_bitmap(n));
    pack_bits(present.data(), n, validity->mutable_data());
    return out.finish(type_, n, std::move(validity));
  }

 private:
  PatternCache cache_;
  const int32_t group_;
  const SqlType type_;
  const std::unique_ptr<ScalarKernel> kernel_;  // for columns as they are
};

bool is_value(const ColumnPtr& literal) { return literal != nullptr && !literal->is_null(0); }

Result<std::unique_ptr<ScalarKernel>> bind_extract_of_rows(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
  if (binding.arg_types.size() == 2) {
    return make_row_kernel(
        [cache](TextWriter& out, std::string_view text, std::string_view pattern) mutable {
          return extract(out, cache, text, pattern, 0);
        },
        binding);
  }
  return make_row_kernel(
      [cache](TextWriter& out, std::string_view text, std::string_view pattern,
              int32_t group) mutable { return extract(out, cache, text, pattern, group); },
      binding);
}

Result<std::unique_ptr<ScalarKernel>> bind_extract(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ScalarKernel> kernel, bind_extract_of_rows(binding));
  const bool has_group = binding.arg_types.size() > 2;
  if (!is_value(binding.literals[1]) || (has_group && !is_value(binding.literals[2])))
    return kernel;
  HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
  const int32_t group = has_group ? binding.literals[2]->value<int32_t>(0) : 0;
  return std::make_unique<ExtractKernel>(std::move(cache), group, binding.result_type,
                                         std::move(kernel));
}

bool replace(TextWriter& out, PatternCache& cache, std::string_view text, std::string_view pattern,
             std::string_view replacement) {
  const re2::RE2* compiled = cache.get(pattern);
  if (compiled == nullptr) return false;
  size_t position = 0;
  re2::StringPiece match;
  while (position <= text.size() &&
         compiled->Match(piece(text), position, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
    const size_t begin = static_cast<size_t>(match.data() - text.data());
    out.append(text.substr(position, begin - position));
    out.append(replacement);
    position = begin + match.size();
    if (!match.empty()) continue;
    // An empty match moves on by one character.
    if (position < text.size()) out.append(text.substr(position, 1));
    ++position;
  }
  if (position < text.size()) out.append(text.substr(position));
  return true;
}

Result<std::unique_ptr<ScalarKernel>> bind_replace(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(PatternCache cache, cache_for(binding));
  return make_row_kernel(
      [cache](TextWriter& out, std::string_view text, std::string_view pattern,
              std::string_view replacement) mutable {
        return replace(out, cache, text, pattern, replacement);
      },
      binding);
}

}  // namespace

void register_regexp(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "REGEXP",
      .family = "regex",
      .signatures = {"(text VARCHAR, pattern VARCHAR) -> BOOLEAN"},
      .sentence = "Tells whether some part of `text` matches the regular expression; FALSE for an "
                  "empty or broken pattern.",
      .examples = {{"REGEXP('headwater', 'd.?w')", "TRUE"}, {"REGEXP('abc', '^b')", "FALSE"}},
      .kernel = bind_regexp,
  });
  catalogue.add(ScalarFunction{
      .name = "REGEXP_EXTRACT",
      .family = "regex",
      .signatures = {"(text VARCHAR, pattern VARCHAR, [group INT]) -> VARCHAR"},
      .sentence = "Returns the first match of the regular expression, or what its `group` (from 1) "
                  "matched; NULL if there is none.",
      .examples = {{"REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "bar"},
                   {"REGEXP_EXTRACT('a1b22', '[0-9]+')", "1"},
                   {"REGEXP_EXTRACT('abc', 'x')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_extract,
  });
  catalogue.add(ScalarFunction{
      .name = "REGEXP_REPLACE",
      .family = "regex",
      .signatures = {"(text VARCHAR, pattern VARCHAR, replacement VARCHAR) -> VARCHAR"},
      .sentence = "Replaces every match of the regular expression by `replacement`, taken "
                  "literally.",
      .examples = {{"REGEXP_REPLACE('foobar', 'oo|ar', '')", "fb"},
                   {"REGEXP_REPLACE('a1b22', '[0-9]+', '#')", "a#b#"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_replace,
  });
  add_regexp_find(catalogue);
  add_str_to_map(catalogue);
  add_similar_to(catalogue);
}

}  // namespace hw
