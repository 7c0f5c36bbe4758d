// SPDX-License-Identifier: Apache-2.0
//
// JSON_OBJECTAGG and JSON_ARRAYAGG. Argument 0 is the clauses as a literal text
// (expr/json_clauses.h); behind the values come, if the binder found ORDER BY, its clauses and
// keys.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "columnar/text/json_text.h"
#include "expr/json_clauses.h"
#include "expr/kernel_output.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/value_bag.h"
#include "functions/json/json_writer.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<AggregateKernel>>;
using Types = std::vector<SqlType>;

JsonBuildClauses clauses_of(const std::vector<ColumnPtr>& literals) {
  return JsonBuildClauses::parse(literals[0]->value<std::string_view>(0));
}

bool is_json(const JsonBuildClauses& clauses, int value) {
  return std::find(clauses.json_args.begin(), clauses.json_args.end(), value) !=
         clauses.json_args.end();
}

class JsonArrayKernel final : public BagKernel {
 public:
  JsonArrayKernel(const AggregateBinding& binding, BagOptions options, JsonWriter writer)
      : BagKernel(binding, std::move(options)), writer_(std::move(writer)) {}

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(n, n * 32));
    std::string text;
    for (const uint32_t row : rows) {
      HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> values, values_of(state, row));
      text = "[";
      for (int64_t v = 0; v < values[0]->num_rows(); ++v) {
        if (v > 0) text += ',';
        writer_.append(*values[0], v, text);
      }
      out.append(text + "]");
      out.end_row();
    }
    return out.finish(result_type(), n, nullptr);
  }

 private:
  JsonWriter writer_;
};

class JsonObjectKernel final : public BagKernel {
 public:
  JsonObjectKernel(const AggregateBinding& binding, BagOptions options, bool absent_on_null,
                   JsonWriter writer)
      : BagKernel(binding, std::move(options)),
        absent_on_null_(absent_on_null),
        writer_(std::move(writer)) {}

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(n, n * 32));
    std::string text;
    std::vector<std::pair<std::string_view, int64_t>> members;
    for (const uint32_t row : rows) {
      HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> columns, values_of(state, row));
      members.clear();
      for (int64_t v = 0; v < columns[0]->num_rows(); ++v) {
        if (columns[0]->is_null(v)) {
          return Status::Invalid("a key of JSON_OBJECTAGG must not be NULL");
        }
        if (absent_on_null_ && columns[1]->is_null(v)) continue;
        members.emplace_back(columns[0]->value<std::string_view>(v), v);
      }
      std::sort(members.begin(), members.end());
      text = "{";
      for (size_t m = 0; m < members.size(); ++m) {
        if (m > 0 && members[m].first == members[m - 1].first) {
          return Status::Invalid("the keys of JSON_OBJECTAGG must be different, but '",
                                 members[m].first, "' stands twice");
        }
        if (m > 0) text += ',';
        append_json_string(members[m].first, text);
        text += ':';
        writer_.append(*columns[1], members[m].second, text);
      }
      out.append(text + "}");
      out.end_row();
    }
    return out.finish(result_type(), n, nullptr);
  }

 private:
  const bool absent_on_null_;
  JsonWriter writer_;
};

Result<Types> with_typed_nulls(const CallBinding& binding) {
  Types types = binding.arg_types;
  for (SqlType& type : types) {
    if (type.is(TypeKind::kNull)) type = SqlType::string();
  }
  return types;
}

Result<SqlType> text_type(const CallBinding&) { return SqlType::string().not_null(); }

}  // namespace

AggregateFunction json_arrayagg_aggregate() {
  AggregateFunction function;
  function.name = "JSON_ARRAYAGG";
  function.signatures = {"(value ANY) -> VARCHAR NOT NULL"};
  function.sentence =
      "JSON_ARRAYAGG(value [ORDER BY ..] [ABSENT | NULL ON NULL]): a JSON array of "
      "the values; NULLs are left out by default. Without ORDER BY in the order of "
      "their arrival.";
  function.examples = {
      {"JSON_ARRAYAGG(x ORDER BY x) FROM (VALUES ('b'), ('a')) AS t(x)", "[\"a\",\"b\"]"}};
  function.coerce = with_typed_nulls;
  function.infer = text_type;
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    const JsonBuildClauses clauses = clauses_of(binding.literals);
    BagOptions options{.values = {1}, .skip_nulls = clauses.absent_on_null, .order = {}};
    if (binding.literals.size() > 2 && binding.literals[2] != nullptr) {
      options.order =
          AggregateClauses::parse(binding.literals[2]->value<std::string_view>(0)).order;
    }
    HW_ASSIGN_OR_RETURN(JsonWriter writer, JsonWriter::make(binding.arg_types[1],
                                                            is_json(clauses, 0), *binding.session));
    return std::make_unique<JsonArrayKernel>(binding, std::move(options), std::move(writer));
  };
  return function;
}

AggregateFunction json_objectagg_aggregate() {
  AggregateFunction function;
  function.name = "JSON_OBJECTAGG";
  function.signatures = {"(key VARCHAR, value ANY) -> VARCHAR NOT NULL"};
  function.sentence =
      "JSON_OBJECTAGG([KEY] k VALUE v [NULL | ABSENT ON NULL]): a JSON object with "
      "sorted keys, which must be different.";
  function.examples = {{"JSON_OBJECTAGG(KEY k VALUE v) FROM (VALUES ('b', 1), ('a', 2)) AS t(k, v)",
                        "{\"a\":2,\"b\":1}"}};
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    HW_ASSIGN_OR_RETURN(Types types, with_typed_nulls(binding));
    if (types[1].is_text()) return types;
    return Status::TypeError("a key of JSON_OBJECTAGG is a text, but got ",
                             types[1].to_sql_without_null(), "; use CAST to convert it");
  };
  function.infer = text_type;
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    const JsonBuildClauses clauses = clauses_of(binding.literals);
    HW_ASSIGN_OR_RETURN(JsonWriter writer, JsonWriter::make(binding.arg_types[2],
                                                            is_json(clauses, 1), *binding.session));
    return std::make_unique<JsonObjectKernel>(
        binding, BagOptions{.values = {1, 2}, .skip_nulls = false, .order = {}},
        clauses.absent_on_null, std::move(writer));
  };
  return function;
}

}  // namespace hw
