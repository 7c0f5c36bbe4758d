// SPDX-License-Identifier: Apache-2.0
//
// JSON from values: JSON_OBJECT, JSON_ARRAY, JSON_STRING, and JSON(text), which is a value as it
// stands. Keys are sorted and nothing is blank, so equal values give equal texts.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columnar/text/json_document.h"
#include "columnar/text/json_text.h"
#include "expr/json_clauses.h"
#include "expr/kernel_output.h"
#include "expr/row_kernel.h"
#include "functions/json/json_functions.h"
#include "functions/json/json_writer.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;
using Types = std::vector<SqlType>;

/// Argument 0 is the clauses' SYMBOL.
Result<std::vector<JsonWriter>> make_writers(const CallBinding& binding,
                                             const JsonBuildClauses& clauses) {
  std::vector<JsonWriter> writers;
  for (size_t i = 1; i < binding.arg_types.size(); ++i) {
    const bool is_json = std::find(clauses.json_args.begin(), clauses.json_args.end(),
                                   static_cast<int>(i - 1)) != clauses.json_args.end();
    HW_ASSIGN_OR_RETURN(JsonWriter writer,
                        JsonWriter::make(binding.arg_types[i], is_json, *binding.session));
    writers.push_back(std::move(writer));
  }
  return writers;
}

class JsonObject final : public ScalarKernel {
 public:
  JsonObject(SqlType type, JsonBuildClauses clauses, std::vector<JsonWriter> writers)
      : type_(std::move(type)), clauses_(std::move(clauses)), writers_(std::move(writers)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(context.num_rows, context.num_rows * 32));
    std::string text;
    std::vector<std::pair<std::string_view, size_t>> members;
    for (int64_t row = 0; row < context.num_rows; ++row) {
      members.clear();
      for (size_t i = 1; i + 1 < args.size(); i += 2) {
        if (args[i]->is_null(row)) return Status::Invalid("a key of JSON_OBJECT must not be NULL");
        if (clauses_.absent_on_null && args[i + 1]->is_null(row)) continue;
        members.emplace_back(args[i]->value<std::string_view>(row), i + 1);
      }
      std::sort(members.begin(), members.end());
      text = "{";
      for (size_t m = 0; m < members.size(); ++m) {
        // Of a key that stands twice the last value counts.
        if (m + 1 < members.size() && members[m].first == members[m + 1].first) continue;
        if (text.size() > 1) text += ',';
        append_json_string(members[m].first, text);
        text += ':';
        const size_t value = members[m].second;
        writers_[value - 1].append(*args[value], row, text);
      }
      text += '}';
      out.append(text);
      out.end_row();
    }
    return out.finish(type_, context.num_rows, nullptr);
  }

 private:
  const SqlType type_;
  const JsonBuildClauses clauses_;
  std::vector<JsonWriter> writers_;
};

class JsonArray final : public ScalarKernel {
 public:
  JsonArray(SqlType type, JsonBuildClauses clauses, std::vector<JsonWriter> writers)
      : type_(std::move(type)), clauses_(std::move(clauses)), writers_(std::move(writers)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(context.num_rows, context.num_rows * 32));
    std::string text;
    for (int64_t row = 0; row < context.num_rows; ++row) {
      text = "[";
      for (size_t i = 1; i < args.size(); ++i) {
        if (clauses_.absent_on_null && args[i]->is_null(row)) continue;
        if (text.size() > 1) text += ',';
        writers_[i - 1].append(*args[i], row, text);
      }
      text += ']';
      out.append(text);
      out.end_row();
    }
    return out.finish(type_, context.num_rows, nullptr);
  }

 private:
  const SqlType type_;
  const JsonBuildClauses clauses_;
  std::vector<JsonWriter> writers_;
};

/// NULL stays NULL.
class JsonString final : public ScalarKernel {
 public:
  JsonString(SqlType type, JsonWriter writer)
      : type_(std::move(type)), writer_(std::move(writer)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(context.num_rows, context.num_rows * 16));
    HW_ASSIGN_OR_RETURN(const BufferPtr validity, allocate_bitmap(context.num_rows));
    std::string text;
    for (int64_t row = 0; row < context.num_rows; ++row) {
      const bool is_null = args[0]->is_null(row);
      text.clear();
      if (!is_null) writer_.append(*args[0], row, text);
      out.append(text);
      out.end_row();
      arrow::bit_util::SetBitTo(validity->mutable_data(), row, !is_null);
    }
    return out.finish(type_, context.num_rows, validity);
  }

 private:
  const SqlType type_;
  JsonWriter writer_;
};

template <typename Kernel>
KernelResult bind_builder(const CallBinding& binding) {
  JsonBuildClauses clauses =
      JsonBuildClauses::parse(binding.literals[0]->value<std::string_view>(0));
  HW_ASSIGN_OR_RETURN(std::vector<JsonWriter> writers, make_writers(binding, clauses));
  return std::make_unique<Kernel>(binding.result_type, std::move(clauses), std::move(writers));
}

Result<Types> array_arguments(const CallBinding& binding) {
  Types types = binding.arg_types;
  if (types.empty() || !types[0].is(TypeKind::kSymbol)) {
    return Status::TypeError("JSON_OBJECT and JSON_ARRAY are called by their own syntax");
  }
  for (SqlType& type : types) {
    if (type.is(TypeKind::kNull)) type = SqlType::string();
  }
  return types;
}

Result<Types> object_arguments(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(Types types, array_arguments(binding));
  for (size_t i = 1; i < types.size(); i += 2) {
    if (types[i].is_text()) continue;
    return Status::TypeError("a key of JSON_OBJECT is a text, but got ",
                             types[i].to_sql_without_null(), "; use CAST to convert it");
  }
  return types;
}

Result<SqlType> text_type(const CallBinding&) { return SqlType::string().not_null(); }

KernelResult bind_json_text(const CallBinding& binding) {
  return make_row_kernel(
      [document = std::make_shared<JsonDocument>(), sorted = std::string()](
          TextWriter& out, std::string_view text) mutable -> Status {
        if (!document->parse(text)) {
          return Status::Invalid("JSON takes a JSON text, but got '", text.substr(0, 60), "'");
        }
        sorted.clear();
        document->append_text(document->root(), sorted);
        out.append(sorted);
        return Status::OK();
      },
      binding);
}

}  // namespace

void add_json_build(FunctionCatalogue& catalogue) {
  ScalarFunction object;
  object.name = "JSON_OBJECT";
  object.family = "JSON";
  object.signatures = {"(key_or_value ANY...) -> VARCHAR NOT NULL"};
  object.sentence =
      "JSON_OBJECT([[KEY] k VALUE v, ..] [NULL | ABSENT ON NULL]): a JSON object with "
      "sorted keys. Values of JSON_OBJECT, JSON_ARRAY and JSON(text) are put in as "
      "they are.";
  object.examples = {{"JSON_OBJECT('b' VALUE 1, KEY 'a' VALUE 'x')", "{\"a\":\"x\",\"b\":1}"},
                     {"JSON_OBJECT('a' VALUE CAST(NULL AS INT) ABSENT ON NULL)", "{}"},
                     {"JSON_OBJECT('a' VALUE JSON_ARRAY(1), 'b' VALUE JSON('{\"c\": 2}'))",
                      "{\"a\":[1],\"b\":{\"c\":2}}"}};
  object.nulls = Nulls::kHandled;
  object.can_fail = true;
  object.infer = text_type;
  object.coerce = object_arguments;
  object.kernel = bind_builder<JsonObject>;
  catalogue.add(std::move(object));

  ScalarFunction array;
  array.name = "JSON_ARRAY";
  array.family = "JSON";
  array.signatures = {"(value ANY...) -> VARCHAR NOT NULL"};
  array.sentence =
      "JSON_ARRAY([v, ..] [ABSENT | NULL ON NULL]): a JSON array; NULLs are left out "
      "by default.";
  array.examples = {{"JSON_ARRAY(1, 'x', CAST(NULL AS INT))", "[1,\"x\"]"},
                    {"JSON_ARRAY(CAST(NULL AS INT), TRUE NULL ON NULL)", "[null,true]"}};
  array.nulls = Nulls::kHandled;
  array.infer = text_type;
  array.coerce = array_arguments;
  array.kernel = bind_builder<JsonArray>;
  catalogue.add(std::move(array));

  catalogue.add(ScalarFunction{
      .name = "JSON_STRING",
      .family = "JSON",
      .signatures = {"(value ANY) -> VARCHAR"},
      .sentence = "The value as JSON text; NULL stays NULL.",
      .examples = {{"JSON_STRING('a\"b')", "\"a\\\"b\""},
                   {"JSON_STRING(ARRAY[1, 2])", "[1,2]"},
                   {"JSON_STRING(MAP['k', TRUE])", "{\"k\":true}"}},
      .kernel = [](const CallBinding& binding) -> KernelResult {
        HW_ASSIGN_OR_RETURN(JsonWriter writer,
                            JsonWriter::make(binding.arg_types[0], false, *binding.session));
        return std::make_unique<JsonString>(binding.result_type, std::move(writer));
      },
  });
  catalogue.add(ScalarFunction{
      .name = "JSON",
      .family = "JSON",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "A JSON text as a value of JSON_OBJECT or JSON_ARRAY; it stands nowhere else.",
      .examples = {{"JSON_ARRAY(JSON('{\"b\": 1, \"a\": 2}'))", "[{\"a\":2,\"b\":1}]"}},
      .can_fail = true,
      .kernel = bind_json_text,
  });
}

}  // namespace hw
