// SPDX-License-Identifier: Apache-2.0
//
// VARIANT from JSON text: PARSE_JSON and TRY_PARSE_JSON.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "columnar/text/variant.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"
#include "functions/json/json_functions.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// Reads one text a row; where a text is no value the row fails, or is NULL.
template <bool kTry>
class ParseJson {
 public:
  Result<bool> operator()(TextWriter& out, std::string_view text) {
    return read(out, text, DuplicateNames::kRefused);
  }

 protected:
  Result<bool> read(TextWriter& out, std::string_view text, DuplicateNames duplicates) {
    value_.clear();
    const Status status = reader_->read(text, duplicates, value_);
    if (!status.ok()) {
      if (kTry) return false;
      return Status::Invalid("PARSE_JSON failed: ", status.message(),
                             "; TRY_PARSE_JSON gives NULL instead");
    }
    out.append(value_);
    return true;
  }

 private:
  std::shared_ptr<VariantReader> reader_ = std::make_shared<VariantReader>();
  std::string value_;
};

/// With the second argument.
template <bool kTry>
class ParseJsonTwice final : ParseJson<kTry> {
 public:
  Result<bool> operator()(TextWriter& out, std::string_view text, bool allow_duplicates) {
    return this->read(out, text,
                      allow_duplicates ? DuplicateNames::kLastCounts : DuplicateNames::kRefused);
  }
};

template <bool kTry>
KernelResult bind_parse(const CallBinding& binding) {
  if (binding.arg_types.size() == 1) return make_row_kernel(ParseJson<kTry>(), binding);
  return make_row_kernel(ParseJsonTwice<kTry>(), binding);
}

template <bool kTry>
ScalarFunction record() {
  ScalarFunction function;
  function.name = kTry ? "TRY_PARSE_JSON" : "PARSE_JSON";
  function.family = "JSON";
  function.signatures = {"(text VARCHAR, [allow_duplicate_keys BOOLEAN]) -> VARIANT"};
  function.kernel = bind_parse<kTry>;
  return function;
}

}  // namespace

void add_json_variant(FunctionCatalogue& catalogue) {
  ScalarFunction parse = record<false>();
  parse.sentence =
      "A VARIANT from a JSON text. What is no JSON fails the job, and so does a name that "
      "stands twice in an object, unless allow_duplicate_keys is TRUE: then the last one counts.";
  parse.examples = {
      {"PARSE_JSON('{\"b\": [1, 2.50], \"a\": null}')", "{\"a\":null,\"b\":[1,2.50]}"},
      {"PARSE_JSON('{\"a\": 1, \"a\": 2}', TRUE)", "{\"a\":2}"}};
  parse.can_fail = true;
  catalogue.add(std::move(parse));

  ScalarFunction lenient = record<true>();
  lenient.sentence = "As PARSE_JSON, but NULL where that fails.";
  lenient.examples = {{"TRY_PARSE_JSON('[1, 2]')", "[1,2]"}, {"TRY_PARSE_JSON('[1, 2')", "NULL"}};
  lenient.nulls = Nulls::kNullable;
  catalogue.add(std::move(lenient));
}

}  // namespace hw
