// SPDX-License-Identifier: Apache-2.0
//
// JSON_VALUE, JSON_QUERY and JSON_EXISTS: what a path finds in a JSON text. The binder hands the
// clauses over as one SYMBOL (expr/json_clauses.h) and the RETURNING type as a typed NULL.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columnar/column_builder.h"
#include "columnar/text/float.h"
#include "columnar/text/integer.h"
#include "columnar/text/json_document.h"
#include "expr/json_clauses.h"
#include "expr/kernel_output.h"
#include "expr/literal.h"
#include "functions/json/json_functions.h"
#include "functions/json/json_path.h"

namespace hw {
namespace {

using Id = JsonDocument::Id;
using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// How looking for the path's value went. kEmpty: nothing is there; kError: something is wrong.
enum class Found : uint8_t { kValue, kEmpty, kError };

/// Follows the path of a row through its document; keeps both as long as they stay the same.
class Lookup {
 public:
  /// Fails when a literal path is none.
  static Result<Lookup> make(const ColumnPtr& path_literal) {
    Lookup lookup;
    if (path_literal != nullptr && !literal_is_null(path_literal)) {
      HW_TRY(lookup.use_path(path_literal->value<std::string_view>(0)));
    }
    return lookup;
  }

  /// kEmpty where the value is JSON's null, too.
  Result<Found> find(std::string_view text, std::string_view path) {
    HW_TRY(use_path(path));
    if (!has_text_ || text != text_) {
      has_text_ = true;
      text_ = text;
      // The copy, because nodes are views into it.
      well_formed_ = document_.parse(text_);
    }
    if (!well_formed_ || !path_->follow(document_, found_)) {
      return path_->lax() ? Found::kEmpty : Found::kError;
    }
    if (is_list()) return Found::kValue;
    return document_.kind(found_[0]) == JsonValueKind::kNull ? Found::kEmpty : Found::kValue;
  }

  /// Several values may have been found, and the result is the list of them.
  bool is_list() const { return !path_->definite(); }
  bool lax() const { return path_->lax(); }
  const std::vector<Id>& found() const { return found_; }
  const JsonDocument& document() const { return document_; }
  /// Requires: find() gave kValue.
  bool is_scalar() const { return !is_list() && document_.is_scalar(found_[0]); }
  bool is_array() const { return is_list() || document_.kind(found_[0]) == JsonValueKind::kArray; }
  void append_text(std::string& out) const {
    if (!is_list()) return document_.append_text(found_[0], out);
    out += '[';
    for (size_t i = 0; i < found_.size(); ++i) {
      if (i > 0) out += ',';
      document_.append_text(found_[i], out);
    }
    out += ']';
  }

 private:
  Status use_path(std::string_view path) {
    if (path_ && path == path_text_) return Status::OK();
    HW_ASSIGN_OR_RETURN(path_, JsonPath::parse(path));
    path_text_ = path;
    return Status::OK();
  }

  std::optional<JsonPath> path_;
  std::string path_text_;
  bool has_text_ = false;
  bool well_formed_ = false;
  std::string text_;
  JsonDocument document_;
  std::vector<Id> found_;
};

bool any_null(std::span<const ColumnPtr> args, int64_t row) {
  return args[0]->is_null(row) || args[1]->is_null(row);
}

constexpr size_t kClauses = 2;
constexpr size_t kReturning = 3;
constexpr size_t kDefaultOnEmpty = 4;
constexpr size_t kDefaultOnError = 5;

class JsonValue final : public ScalarKernel {
 public:
  JsonValue(SqlType type, JsonPathClauses clauses, Lookup lookup)
      : type_(std::move(type)), clauses_(clauses), lookup_(std::move(lookup)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out, ColumnBuilder::make(type_));
    for (int64_t row = 0; row < context.num_rows; ++row) {
      if (any_null(args, row)) {
        HW_TRY(out->append_null());
        continue;
      }
      const auto path = args[1]->value<std::string_view>(row);
      HW_ASSIGN_OR_RETURN(Found found, lookup_.find(args[0]->value<std::string_view>(row), path));
      if (found == Found::kValue && !lookup_.is_scalar()) {
        found = lookup_.lax() ? Found::kEmpty : Found::kError;
      }
      if (found == Found::kValue) {
        HW_ASSIGN_OR_RETURN(const bool taken, append_value(*out));
        if (taken) continue;
        found = Found::kError;
      }
      HW_TRY(append_otherwise(found, args, row, path, *out));
    }
    return out->finish();
  }

 private:
  /// False when the value is not of the type.
  Result<bool> append_value(ColumnBuilder& out) const {
    const std::string_view text = lookup_.document().text(lookup_.found()[0]);
    switch (type_.kind()) {
      case TypeKind::kBoolean: {
        bool value = false;
        if (parse_boolean(text, value) != ParseOutcome::kOk) return false;
        HW_TRY(out.append_bool(value));
        return true;
      }
      case TypeKind::kInt: {
        int64_t value = 0;
        if (parse_integer(text, value) != ParseOutcome::kOk || value != int32_t(value)) {
          return false;
        }
        HW_TRY(out.append_int(value));
        return true;
      }
      case TypeKind::kDouble: {
        double value = 0;
        if (parse_double(text, value) != ParseOutcome::kOk) return false;
        HW_TRY(out.append_double(value));
        return true;
      }
      default:
        HW_TRY(out.append_bytes(text));
        return true;
    }
  }

  Status append_otherwise(Found found, std::span<const ColumnPtr> args, int64_t row,
                          std::string_view path, ColumnBuilder& out) const {
    const bool empty = found == Found::kEmpty;
    switch (empty ? clauses_.on_empty : clauses_.on_error) {
      case JsonOtherwise::kDefault:
        return out.append_from(*args[empty ? kDefaultOnEmpty : kDefaultOnError], row);
      case JsonOtherwise::kError:
        return Status::Invalid("JSON_VALUE found no ", type_.to_sql_without_null(), " at '", path,
                               "'; write NULL or DEFAULT .. ", empty ? "ON EMPTY" : "ON ERROR",
                               " to go on");
      default:
        return out.append_null();
    }
  }

  const SqlType type_;
  const JsonPathClauses clauses_;
  Lookup lookup_;
};

class JsonQuery final : public ScalarKernel {
 public:
  JsonQuery(SqlType type, JsonPathClauses clauses, Lookup lookup)
      : type_(std::move(type)), clauses_(clauses), lookup_(std::move(lookup)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out, ColumnBuilder::make(type_));
    for (int64_t row = 0; row < context.num_rows; ++row) {
      if (any_null(args, row)) {
        HW_TRY(out->append_null());
        continue;
      }
      const auto path = args[1]->value<std::string_view>(row);
      HW_ASSIGN_OR_RETURN(Found found, lookup_.find(args[0]->value<std::string_view>(row), path));
      if (found == Found::kValue && !wraps() && lookup_.is_scalar()) {
        found = lookup_.lax() ? Found::kEmpty : Found::kError;
      }
      if (found == Found::kValue && returns_array() && !wraps() && !lookup_.is_array()) {
        found = Found::kError;
      }
      if (found == Found::kValue) {
        HW_TRY(append_value(*out));
      } else {
        HW_TRY(append_otherwise(found == Found::kEmpty, path, *out));
      }
    }
    return out->finish();
  }

 private:
  bool returns_array() const { return type_.is(TypeKind::kArray); }
  /// The value that was found is put into an array.
  bool wraps() const {
    return clauses_.wrap == JsonWrap::kUnconditional ||
           (clauses_.wrap == JsonWrap::kConditional && !lookup_.is_array());
  }

  Status append_value(ColumnBuilder& out) {
    if (returns_array()) return append_array(out);
    text_.clear();
    if (wraps()) text_ += '[';
    lookup_.append_text(text_);
    if (wraps()) text_ += ']';
    return out.append_bytes(text_);
  }

  /// Scalars as their text, null as NULL, the rest as JSON.
  Status append_array(ColumnBuilder& out) {
    const JsonDocument& document = lookup_.document();
    std::vector<Id> elements;
    if (!wraps() && !lookup_.is_list()) {
      for (Id child = document.first_child(lookup_.found()[0]); child != JsonDocument::kNone;
           child = document.next(child)) {
        elements.push_back(child);
      }
    } else if (!wraps() || !lookup_.is_list()) {
      elements = lookup_.found();
    }
    ColumnBuilder& texts = out.child(0);
    if (wraps() && lookup_.is_list()) {
      text_.clear();
      lookup_.append_text(text_);
      HW_TRY(texts.append_bytes(text_));
      return out.append_constructed(1);
    }
    for (const Id element : elements) {
      text_.clear();
      if (document.kind(element) == JsonValueKind::kNull) {
        HW_TRY(texts.append_null());
        continue;
      }
      if (document.is_scalar(element)) {
        text_ = document.text(element);
      } else {
        document.append_text(element, text_);
      }
      HW_TRY(texts.append_bytes(text_));
    }
    return out.append_constructed(static_cast<int64_t>(elements.size()));
  }

  Status append_otherwise(bool empty, std::string_view path, ColumnBuilder& out) const {
    switch (empty ? clauses_.on_empty : clauses_.on_error) {
      case JsonOtherwise::kEmptyArray:
        return returns_array() ? out.append_constructed(0) : out.append_bytes("[]");
      case JsonOtherwise::kEmptyObject:
        return out.append_bytes("{}");
      case JsonOtherwise::kError:
        return Status::Invalid("JSON_QUERY found no object or array at '", path,
                               "'; write NULL or EMPTY ARRAY ", empty ? "ON EMPTY" : "ON ERROR",
                               " to go on");
      default:
        return out.append_null();
    }
  }

  const SqlType type_;
  const JsonPathClauses clauses_;
  Lookup lookup_;
  std::string text_;
};

class JsonExists final : public ScalarKernel {
 public:
  JsonExists(SqlType type, JsonPathClauses clauses, Lookup lookup)
      : type_(std::move(type)), clauses_(clauses), lookup_(std::move(lookup)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out, ColumnBuilder::make(type_));
    for (int64_t row = 0; row < context.num_rows; ++row) {
      if (any_null(args, row)) {
        HW_TRY(out->append_null());
        continue;
      }
      const auto path = args[1]->value<std::string_view>(row);
      HW_ASSIGN_OR_RETURN(const Found found,
                          lookup_.find(args[0]->value<std::string_view>(row), path));
      if (found != Found::kError) {
        HW_TRY(out->append_bool(found == Found::kValue));
      } else if (clauses_.on_error == JsonOtherwise::kError) {
        return Status::Invalid("JSON_EXISTS found nothing at '", path,
                               "'; leave ERROR ON ERROR out to get FALSE");
      } else if (clauses_.on_error == JsonOtherwise::kUnknown) {
        HW_TRY(out->append_null());
      } else {
        HW_TRY(out->append_bool(clauses_.on_error == JsonOtherwise::kTrue));
      }
    }
    return out->finish();
  }

 private:
  const SqlType type_;
  const JsonPathClauses clauses_;
  Lookup lookup_;
};

template <typename Kernel>
KernelResult bind_lookup(const CallBinding& binding) {
  const auto clauses =
      JsonPathClauses::parse(binding.literals[kClauses]->value<std::string_view>(0));
  HW_ASSIGN_OR_RETURN(Lookup lookup, Lookup::make(binding.literals[1]));
  return std::make_unique<Kernel>(binding.result_type, clauses, std::move(lookup));
}

/// Document and path are texts; defaults become the RETURNING type.
Result<std::vector<SqlType>> lookup_arguments(const CallBinding& binding) {
  std::vector<SqlType> types = binding.arg_types;
  if (types.size() <= kReturning || !types[kClauses].is(TypeKind::kSymbol)) {
    return Status::TypeError("JSON functions take a text and a path, but got ", types.size(),
                             " arguments");
  }
  for (size_t i = 0; i < 2; ++i) {
    if (types[i].is(TypeKind::kNull)) types[i] = SqlType::string();
    if (types[i].is_text()) continue;
    return Status::TypeError("JSON functions take a text and a path, but got ",
                             types[i].to_sql_without_null(), "; use CAST to convert it");
  }
  for (size_t i = kDefaultOnEmpty; i < types.size(); ++i) types[i] = types[kReturning];
  return types;
}

Result<SqlType> returning_type(const CallBinding& binding) {
  return binding.arg_types[kReturning].with_nullable(true);
}

}  // namespace

void add_json_lookup(FunctionCatalogue& catalogue) {
  ScalarFunction value;
  value.name = "JSON_VALUE";
  value.family = "JSON";
  value.signatures = {"(json VARCHAR, path VARCHAR) -> VARCHAR"};
  value.sentence =
      "JSON_VALUE(json, path [RETURNING type] [NULL | ERROR | DEFAULT e ON EMPTY] [.. ON ERROR]): "
      "the scalar at a path, as STRING, BOOLEAN, INTEGER or DOUBLE. In a `lax` path what is wrong "
      "counts as empty, in a `strict` one (the default) as an error.";
  value.examples = {{"JSON_VALUE('{\"a\": {\"b\": 1.5}}', '$.a.b')", "1.5"},
                    {"JSON_VALUE('{\"a\": [7, 8]}', '$.a[1]' RETURNING INTEGER)", "8"},
                    {"JSON_VALUE('{}', 'lax $.a' DEFAULT 'none' ON EMPTY)", "none"},
                    {"JSON_VALUE('{}', '$.a')", "NULL"}};
  value.nulls = Nulls::kHandled;
  value.can_fail = true;
  value.infer = returning_type;
  value.coerce = lookup_arguments;
  value.kernel = bind_lookup<JsonValue>;
  catalogue.add(std::move(value));

  ScalarFunction query;
  query.name = "JSON_QUERY";
  query.family = "JSON";
  query.signatures = {"(json VARCHAR, path VARCHAR) -> VARCHAR"};
  query.sentence =
      "JSON_QUERY(json, path [RETURNING STRING | ARRAY<STRING>] [WITHOUT | WITH [CONDITIONAL | "
      "UNCONDITIONAL] [ARRAY] WRAPPER] [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON EMPTY] "
      "[.. ON ERROR]): the object or array at a path, with sorted keys and without blanks.";
  query.examples = {{"JSON_QUERY('{\"a\": {\"c\": 1, \"b\": [2]}}', '$.a')", "{\"b\":[2],\"c\":1}"},
                    {"JSON_QUERY('{\"a\": 1}', '$.a' WITH WRAPPER)", "[1]"},
                    {"JSON_QUERY('[1, \"x\"]', '$' RETURNING ARRAY<STRING>)", "[1, x]"},
                    {"JSON_QUERY('{\"a\": 1}', '$.a')", "NULL"}};
  query.nulls = Nulls::kHandled;
  query.can_fail = true;
  query.infer = returning_type;
  query.coerce = lookup_arguments;
  query.kernel = bind_lookup<JsonQuery>;
  catalogue.add(std::move(query));

  ScalarFunction exists;
  exists.name = "JSON_EXISTS";
  exists.family = "JSON";
  exists.signatures = {"(json VARCHAR, path VARCHAR) -> BOOLEAN"};
  exists.sentence =
      "JSON_EXISTS(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR]): tells whether there is a "
      "value (other than null) at a path; FALSE for a text that is no JSON.";
  exists.examples = {{"JSON_EXISTS('{\"a\": [1]}', '$.a[0]')", "TRUE"},
                     {"JSON_EXISTS('{\"a\": [1]}', '$.b')", "FALSE"},
                     {"JSON_EXISTS('no json', '$' UNKNOWN ON ERROR)", "NULL"}};
  exists.nulls = Nulls::kHandled;
  exists.can_fail = true;
  exists.coerce = lookup_arguments;
  exists.kernel = bind_lookup<JsonExists>;
  catalogue.add(std::move(exists));
}

}  // namespace hw
