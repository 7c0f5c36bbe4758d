// SPDX-License-Identifier: Apache-2.0
//
// LISTAGG, ARRAY_AGG and COLLECT: all values of a group in one. FIRST_VALUE and LAST_VALUE: one of
// them.

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"
#include "expr/kernel_output.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/grouped_rows.h"
#include "functions/aggregate/row_weights.h"
#include "functions/aggregate/value_bag.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<AggregateKernel>>;
using Types = std::vector<SqlType>;

/// The text of a literal argument, or nothing.
std::string_view literal_text(const std::vector<ColumnPtr>& literals, size_t arg) {
  if (arg >= literals.size() || literals[arg] == nullptr || literal_is_null(literals[arg])) {
    return {};
  }
  return literals[arg]->value<std::string_view>(0);
}

/// Texts with a separator between them.
class ListKernel final : public BagKernel {
 public:
  ListKernel(const AggregateBinding& binding, BagOptions options, std::string_view separator)
      : BagKernel(binding, std::move(options)), separator_(separator) {}

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(n, n * 32));
    HW_ASSIGN_OR_RETURN(const BufferPtr validity, allocate_bitmap(n));
    for (size_t i = 0; i < rows.size(); ++i) {
      HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> values, values_of(state, rows[i]));
      const Column& texts = *values[0];
      for (int64_t v = 0; v < texts.num_rows(); ++v) {
        if (v > 0) out.append(separator_);
        out.append(texts.value<std::string_view>(v));
      }
      out.end_row();
      arrow::bit_util::SetBitTo(validity->mutable_data(), static_cast<int64_t>(i),
                                texts.num_rows() > 0);
    }
    return out.finish(result_type(), n, validity);
  }

 private:
  const std::string separator_;
};

/// LISTAGG of insert-only input in order of arrival: the text itself is kept.
class GrowingListKernel final : public AggregateKernel {
 public:
  GrowingListKernel(SqlType type, std::string_view separator)
      : type_(std::move(type)), separator_(separator) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"text", SqlType::string().not_null()}, {"present", SqlType::boolean().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const AggregateInput value{
        .args = input.args.first(1), .groups = input.groups, .signs = input.signs};
    const GroupedRows grouped(input, row_weights(value));
    const Column& texts = *input.args[0];
    std::string text;
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) {
      text = state.bytes(0, group);
      uint8_t& present = state.fixed<uint8_t>(1)[group];
      for (const uint32_t row : rows) {
        if (present != 0) text += separator_;
        present = 1;
        text += texts.value<std::string_view>(row);
      }
      state.set_bytes(0, group, text);
      return Status::OK();
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    std::string text;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (from.fixed<uint8_t>(1)[from_rows[i]] == 0) continue;
      uint8_t& present = state.fixed<uint8_t>(1)[rows[i]];
      text = state.bytes(0, rows[i]);
      if (present != 0) text += separator_;
      present = 1;
      text += from.bytes(0, from_rows[i]);
      state.set_bytes(0, rows[i], text);
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(n, n * 32));
    HW_ASSIGN_OR_RETURN(const BufferPtr validity, allocate_bitmap(n));
    for (size_t i = 0; i < rows.size(); ++i) {
      out.append(state.bytes(0, rows[i]));
      out.end_row();
      arrow::bit_util::SetBitTo(validity->mutable_data(), static_cast<int64_t>(i),
                                state.fixed<uint8_t>(1)[rows[i]] != 0);
    }
    return out.finish(type_, n, validity);
  }

 private:
  const SqlType type_;
  const std::string separator_;
};

class ArrayKernel final : public BagKernel {
 public:
  using BagKernel::BagKernel;

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type()));
    for (const uint32_t row : rows) {
      HW_ASSIGN_OR_RETURN(const int64_t count, append_values(state, row, out->child(0)));
      HW_TRY(count == 0 ? out->append_null() : out->append_constructed(count));
    }
    return out->finish();
  }
};

/// Values with their counts, in the order of their first appearance.
class MultisetKernel final : public BagKernel {
 public:
  using BagKernel::BagKernel;

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type()));
    std::unordered_map<std::string, size_t> places;
    std::string bytes;
    for (const uint32_t row : rows) {
      HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> values, values_of(state, row));
      places.clear();
      std::vector<std::pair<int64_t, int64_t>> counts;  // a row of the value, how often
      for (int64_t v = 0; v < values[0]->num_rows(); ++v) {
        bytes.clear();
        append_key_bytes(values, v, bytes);
        const auto [place, is_new] = places.emplace(bytes, counts.size());
        if (is_new) counts.emplace_back(v, 0);
        ++counts[place->second].second;
      }
      for (const auto& [value, count] : counts) {
        HW_TRY(out->child(0).append_from(*values[0], value));
        HW_TRY(out->child(1).append_int(count));
      }
      HW_TRY(out->append_constructed(static_cast<int64_t>(counts.size())));
    }
    return out->finish();
  }
};

/// FIRST_VALUE and LAST_VALUE over input that takes rows back.
template <bool kLast>
class EndOfBagKernel final : public BagKernel {
 public:
  using BagKernel::BagKernel;

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type()));
    for (const uint32_t row : rows) {
      HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> values, values_of(state, row));
      const int64_t count = values[0]->num_rows();
      HW_TRY(count == 0 ? out->append_null() : out->append_from(*values[0], kLast ? count - 1 : 0));
    }
    return out->finish();
  }
};

/// FIRST_VALUE and LAST_VALUE of insert-only input: one encoded value, empty = none.
template <bool kLast>
class OneValueKernel final : public AggregateKernel {
 public:
  OneValueKernel(SqlType value_type, SqlType result_type)
      : value_type_(std::move(value_type)), result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"value", SqlType::bytes().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const GroupedRows grouped(input, row_weights(input));
    std::string bytes;
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) {
      if (!kLast && !state.bytes(0, group).empty()) return Status::OK();
      bytes.clear();
      append_value_bytes(*input.args[0], kLast ? rows.back() : rows.front(), bytes);
      state.set_bytes(0, group, bytes);
      return Status::OK();
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::string bytes(from.bytes(0, from_rows[i]));
      if (bytes.empty() || (!kLast && !state.bytes(0, rows[i]).empty())) continue;
      state.set_bytes(0, rows[i], bytes);
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type_));
    for (const uint32_t row : rows) {
      std::string_view bytes = state.bytes(0, row);
      HW_TRY(bytes.empty() ? out->append_null() : append_decoded_value(result_type_, bytes, *out));
    }
    return out->finish();
  }

 private:
  const SqlType value_type_;
  const SqlType result_type_;
};

/// Arguments: text, separator; then, if the binder found ORDER BY, clauses and sort keys.
AggregateFunction listagg() {
  AggregateFunction function;
  function.name = "LISTAGG";
  function.signatures = {"(value VARCHAR, [separator VARCHAR]) -> VARCHAR"};
  function.sentence =
      "LISTAGG([DISTINCT] value [, separator]) [WITHIN GROUP (ORDER BY ..)]: the "
      "texts that are not NULL with a literal separator (',') between them; NULL "
      "if there is none. Without WITHIN GROUP in the order of their arrival.";
  function.examples = {
      {"LISTAGG(x) FROM (VALUES ('a'), ('b')) AS t(x)", "a,b"},
      {"LISTAGG(x, '; ') WITHIN GROUP (ORDER BY x DESC) FROM (VALUES ('a'), ('b')) AS t(x)",
       "b; a"}};
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    Types types = binding.arg_types;
    if (types.empty()) return Status::TypeError("LISTAGG takes a text and a separator");
    for (size_t i = 0; i < types.size() && i < 2; ++i) {
      if (types[i].is(TypeKind::kNull)) types[i] = SqlType::string();
      if (!types[i].is_text()) {
        return Status::TypeError("LISTAGG takes texts, but got ", types[i].to_sql_without_null(),
                                 "; use CAST to convert it to STRING");
      }
    }
    if (types.size() > 1 && binding.literals[1] == nullptr) {
      return Status::TypeError("the separator of LISTAGG must be a literal");
    }
    return types;
  };
  function.infer = [](const CallBinding&) -> Result<SqlType> { return SqlType::string(); };
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    const bool given = binding.arg_types.size() > 1;
    const std::string_view separator = given ? literal_text(binding.literals, 1) : ",";
    const AggregateClauses clauses = AggregateClauses::parse(literal_text(binding.literals, 2));
    if (!binding.retracts && clauses.order.empty()) {
      return std::make_unique<GrowingListKernel>(binding.result_type, separator);
    }
    return std::make_unique<ListKernel>(
        binding, BagOptions{.values = {0}, .skip_nulls = true, .order = clauses.order}, separator);
  };
  return function;
}

/// Arguments: value, clauses (a literal text) and sort keys; the binder adds all but the first.
AggregateFunction array_agg() {
  AggregateFunction function;
  function.name = "ARRAY_AGG";
  function.signatures = {"(value T) -> ARRAY<T>"};
  function.sentence =
      "ARRAY_AGG([DISTINCT] value [ORDER BY ..] [IGNORE NULLS]): an array of the "
      "values, NULLs too unless they are ignored; NULL if there is none. Without "
      "ORDER BY in the order of their arrival.";
  function.examples = {
      {"ARRAY_AGG(x ORDER BY x) FROM (VALUES (2), (1), (2)) AS t(x)", "[1, 2, 2]"},
      {"ARRAY_AGG(DISTINCT x ORDER BY x DESC) FROM (VALUES (2), (1), (2)) AS t(x)", "[2, 1]"}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    if (binding.arg_types[0].is(TypeKind::kNull)) {
      return Status::TypeError("ARRAY_AGG needs values of some type, but got a bare NULL");
    }
    const AggregateClauses clauses = AggregateClauses::parse(literal_text(binding.literals, 1));
    const SqlType& type = binding.arg_types[0];
    return SqlType::array(type.with_nullable(type.nullable() && !clauses.ignore_nulls));
  };
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    if (binding.arg_types.empty()) return Status::TypeError("ARRAY_AGG takes a value");
    return binding.arg_types;
  };
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    const AggregateClauses clauses = AggregateClauses::parse(literal_text(binding.literals, 1));
    return std::make_unique<ArrayKernel>(
        binding,
        BagOptions{.values = {0}, .skip_nulls = clauses.ignore_nulls, .order = clauses.order});
  };
  return function;
}

AggregateFunction collect() {
  AggregateFunction function;
  function.name = "COLLECT";
  function.signatures = {"(value T) -> MULTISET<T>"};
  function.sentence = "A multiset of the values that are not NULL.";
  function.examples = {{"CARDINALITY(COLLECT(x)) FROM (VALUES ('a'), ('b'), ('a')) AS t(x)", "2"}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return SqlType::multiset(binding.arg_types[0].not_null()).not_null();
  };
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    return std::make_unique<MultisetKernel>(
        binding, BagOptions{.values = {0}, .skip_nulls = true, .order = {}});
  };
  return function;
}

template <bool kLast>
AggregateFunction end_value() {
  AggregateFunction function;
  function.name = kLast ? "LAST_VALUE" : "FIRST_VALUE";
  function.signatures = {"(value T) -> T"};
  function.sentence = kLast
                          ? "The value that arrived last and is not NULL; NULL if there is none."
                          : "The value that arrived first and is not NULL; NULL if there is none.";
  function.examples = {{function.name + "(x) FROM (VALUES (1), (2), (CAST(NULL AS INT))) AS t(x)",
                        kLast ? "2" : "1"}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return binding.arg_types[0].with_nullable(true);
  };
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    if (!binding.retracts) {
      return std::make_unique<OneValueKernel<kLast>>(binding.arg_types[0], binding.result_type);
    }
    return std::make_unique<EndOfBagKernel<kLast>>(
        binding, BagOptions{.values = {0}, .skip_nulls = true, .order = {}});
  };
  return function;
}

}  // namespace

void add_collecting(FunctionCatalogue& catalogue) {
  catalogue.add(listagg());
  catalogue.add(array_agg());
  catalogue.add(collect());
  catalogue.add(end_value<false>());
  catalogue.add(end_value<true>());
}

}  // namespace hw
