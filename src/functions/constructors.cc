// SPDX-License-Identifier: Apache-2.0
//
// The value constructors ROW(…), ARRAY[…] and MAP[…].

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "expr/cast.h"
#include "expr/encoded_kernel.h"
#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;
using Types = std::vector<SqlType>;

/// Every argument may be NULL inside the value.
constexpr uint64_t kSeesAllNulls = ~uint64_t{0};

/// The values of a column as plain storage that starts at row 0.
Result<std::shared_ptr<arrow::ArrayData>> plain_values(const ColumnPtr& column,
                                                       const SqlType& type) {
  ColumnPtr flat = column;
  if (!flat->is_plain()) {
    HW_ASSIGN_OR_RETURN(flat, flat->flattened());
  }
  return (flat->type() == type ? flat : flat->with_type(type))->values_ptr();
}

class MakeRow final : public EncodedKernel {
 public:
  explicit MakeRow(SqlType type) : EncodedKernel(std::move(type), kSeesAllNulls) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    auto values = arrow::ArrayData::Make(result_type().to_arrow(), num_rows, {nullptr}, 0);
    for (size_t i = 0; i < args.size(); ++i) {
      // A constant holds one row, and so does a result that is computed once.
      const ColumnPtr arg = args[i]->num_rows() == num_rows ? args[i] : args[i]->slice(0, num_rows);
      HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> child,
                          plain_values(arg, result_type().fields()[i].type));
      values->child_data.push_back(std::move(child));
    }
    return Column::plain(result_type(), std::move(values));
  }
};

/// offsets[row] = row * step.
Result<BufferPtr> even_offsets(int64_t num_rows, int32_t step) {
  HW_ASSIGN_OR_RETURN(BufferPtr offsets, allocate_values<int32_t>(num_rows + 1));
  auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  for (int64_t row = 0; row <= num_rows; ++row) out[row] = static_cast<int32_t>(row) * step;
  return offsets;
}

/// Row by row the arguments `first`, `first + step`, …: one column of num_rows * n values.
Result<std::shared_ptr<arrow::ArrayData>> interleaved(std::span<const ColumnPtr> args, size_t first,
                                                      size_t step, const SqlType& type,
                                                      int64_t num_rows) {
  std::vector<ColumnPtr> parts;
  for (size_t i = first; i < args.size(); i += step) {
    parts.push_back(args[i]->type() == type ? args[i] : args[i]->with_type(type));
  }
  std::vector<RowSource> from;
  from.reserve(parts.size() * static_cast<size_t>(num_rows));
  for (int32_t row = 0; row < num_rows; ++row) {
    for (size_t part = 0; part < parts.size(); ++part) {
      from.push_back({static_cast<int32_t>(part), row});
    }
  }
  HW_ASSIGN_OR_RETURN(const ColumnPtr all, gather_from(parts, from));
  return plain_values(all, type);
}

class MakeArray final : public EncodedKernel {
 public:
  explicit MakeArray(SqlType type) : EncodedKernel(std::move(type), kSeesAllNulls) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> elements,
                        interleaved(args, 0, 1, result_type().element(), num_rows));
    HW_ASSIGN_OR_RETURN(BufferPtr offsets,
                        even_offsets(num_rows, static_cast<int32_t>(args.size())));
    return Column::plain(result_type(), arrow::ArrayData::Make(result_type().to_arrow(), num_rows,
                                                               {nullptr, std::move(offsets)},
                                                               {std::move(elements)}, 0));
  }
};

/// A key that stands twice keeps its first place and its last value.
class MakeMap final : public EncodedKernel {
 public:
  explicit MakeMap(SqlType type) : EncodedKernel(std::move(type), kSeesAllNulls) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const SqlType& type = result_type();
    HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> keys,
                        interleaved(args, 0, 2, type.key(), num_rows));
    HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> values,
                        interleaved(args, 1, 2, type.value(), num_rows));
    const auto entries = static_cast<int32_t>(args.size() / 2);
    HW_ASSIGN_OR_RETURN(BufferPtr offsets, even_offsets(num_rows, entries));
    if (entries > 1) HW_TRY(remove_duplicates(num_rows, entries, keys, values, offsets));
    const std::shared_ptr<arrow::DataType> map_type = type.to_arrow();
    const int64_t num_entries = keys->length;
    auto pairs = arrow::ArrayData::Make(map_type->field(0)->type(), num_entries, {nullptr},
                                        {std::move(keys), std::move(values)}, 0);
    return Column::plain(type,
                         arrow::ArrayData::Make(map_type, num_rows, {nullptr, std::move(offsets)},
                                                {std::move(pairs)}, 0));
  }

 private:
  Status remove_duplicates(int64_t num_rows, int32_t entries,
                           std::shared_ptr<arrow::ArrayData>& keys,
                           std::shared_ptr<arrow::ArrayData>& values, BufferPtr& offsets) const {
    const ColumnPtr key_column = Column::plain(result_type().key(), keys);
    const std::vector<ColumnPtr> key_columns = {key_column};
    std::vector<int32_t> kept_keys, kept_values;
    auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
    std::unordered_map<std::string, size_t> places;
    std::string bytes;
    for (int64_t row = 0; row < num_rows; ++row) {
      places.clear();
      for (int32_t i = 0; i < entries; ++i) {
        const auto entry = static_cast<int32_t>(row) * entries + i;
        bytes.clear();
        append_key_bytes(key_columns, entry, bytes);
        const auto [place, is_new] = places.emplace(bytes, kept_keys.size());
        if (is_new) {
          kept_keys.push_back(entry);
          kept_values.push_back(entry);
        } else {
          kept_values[place->second] = entry;
        }
      }
      out[row + 1] = static_cast<int32_t>(kept_keys.size());
    }
    if (static_cast<int64_t>(kept_keys.size()) == keys->length) return Status::OK();
    HW_ASSIGN_OR_RETURN(const ColumnPtr new_keys, gather(*key_column, kept_keys));
    HW_ASSIGN_OR_RETURN(const ColumnPtr new_values,
                        gather(*Column::plain(result_type().value(), values), kept_values));
    HW_ASSIGN_OR_RETURN(keys, plain_values(new_keys, result_type().key()));
    HW_ASSIGN_OR_RETURN(values, plain_values(new_values, result_type().value()));
    return Status::OK();
  }
};

Status empty_constructor(const char* name) {
  return Status::TypeError(name, " needs at least one element, because its type comes from them");
}

bool any_nullable(const Types& types, size_t first, size_t step) {
  bool nullable = false;
  for (size_t i = first; i < types.size(); i += step) nullable = nullable || types[i].nullable();
  return nullable;
}

/// Gives every step-th argument the common type of these.
Status unify_every(Types& types, size_t first, size_t step) {
  Types chosen;
  for (size_t i = first; i < types.size(); i += step) chosen.push_back(types[i]);
  HW_ASSIGN_OR_RETURN(const SqlType common, common_type(chosen));
  for (size_t i = first; i < types.size(); i += step) types[i] = common;
  return Status::OK();
}

ScalarFunction row_constructor() {
  ScalarFunction function;
  function.name = "ROW";
  function.family = "collection";
  function.signatures = {"(value ANY...) -> ROW"};
  function.sentence = "A row of the values, with fields EXPR$0, EXPR$1, …";
  function.examples = {{"ROW(1, 'a', CAST(NULL AS INT))", "(1, a, NULL)"}};
  function.nulls = Nulls::kHandled;
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    if (binding.arg_types.empty()) return empty_constructor("ROW");
    return binding.arg_types;
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    std::vector<SqlField> fields;
    for (const SqlType& type : binding.arg_types) {
      fields.push_back({"EXPR$" + std::to_string(fields.size()), type});
    }
    return SqlType::row(std::move(fields)).not_null();
  };
  function.kernel = [](const CallBinding& binding) -> KernelResult {
    return std::make_unique<MakeRow>(binding.result_type);
  };
  return function;
}

ScalarFunction array_constructor() {
  ScalarFunction function;
  function.name = "ARRAY";
  function.family = "collection";
  function.signatures = {"(value T...) -> ARRAY<T>"};
  function.sentence = "An array of the values, which get their common type.";
  function.examples = {{"ARRAY[1, CAST(NULL AS INT), 3]", "[1, NULL, 3]"}};
  function.nulls = Nulls::kHandled;
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    if (binding.arg_types.empty()) return empty_constructor("ARRAY");
    Types types = binding.arg_types;
    HW_TRY(unify_every(types, 0, 1));
    return types;
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    const Types& types = binding.arg_types;
    return SqlType::array(types[0].with_nullable(any_nullable(types, 0, 1))).not_null();
  };
  function.kernel = [](const CallBinding& binding) -> KernelResult {
    return std::make_unique<MakeArray>(binding.result_type);
  };
  return function;
}

ScalarFunction map_constructor() {
  ScalarFunction function;
  function.name = "MAP";
  function.family = "collection";
  function.signatures = {"(key_or_value ANY...) -> MAP"};
  function.sentence =
      "A map from keys and values in turn; of a key that stands twice the last value counts.";
  function.examples = {{"MAP['a', 1, 'b', 2]", "{a=1, b=2}"}, {"MAP['a', 1, 'a', 2]", "{a=2}"}};
  function.nulls = Nulls::kHandled;
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    Types types = binding.arg_types;
    if (types.empty()) return empty_constructor("MAP");
    if (types.size() % 2 != 0) {
      return Status::TypeError("MAP takes keys and values in turn, but got ", types.size(),
                               " arguments");
    }
    HW_TRY(unify_every(types, 0, 2));
    HW_TRY(unify_every(types, 1, 2));
    return types;
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    const Types& types = binding.arg_types;
    return SqlType::map(types[0].with_nullable(any_nullable(types, 0, 2)),
                        types[1].with_nullable(any_nullable(types, 1, 2)))
        .not_null();
  };
  function.kernel = [](const CallBinding& binding) -> KernelResult {
    return std::make_unique<MakeMap>(binding.result_type);
  };
  return function;
}

}  // namespace

void register_constructors(FunctionCatalogue& catalogue) {
  catalogue.add(row_constructor());
  catalogue.add(array_constructor());
  catalogue.add(map_constructor());
}

}  // namespace hw
