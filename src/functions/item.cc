// SPDX-License-Identifier: Apache-2.0
//
// Element access, `array[i]`, `map[key]` and `variant['name']`, and CARDINALITY.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "columnar/nested.h"
#include "columnar/sql_type.h"
#include "columnar/text/parse_error.h"
#include "columnar/text/variant.h"
#include "expr/bound_expr.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// The rows of the element column that a call picks; -1 is NULL.
using Picks = std::vector<int32_t>;

class ArrayItem final : public EncodedKernel {
 public:
  explicit ArrayItem(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    const ValueReader<int64_t> positions(*args[1]);
    Picks picks(static_cast<size_t>(num_rows), -1);
    for (int64_t row = 0; row < num_rows; ++row) {
      if (args[0]->is_null(row) || args[1]->is_null(row)) continue;
      const int64_t position = positions(row);
      if (position < 1 || position > arrays.count(row)) continue;
      picks[static_cast<size_t>(row)] = static_cast<int32_t>(arrays.begin(row) + position - 1);
    }
    HW_ASSIGN_OR_RETURN(const ColumnPtr items, gather(*arrays.elements(), picks));
    return items->with_type(result_type());
  }
};

class MapItem final : public EncodedKernel {
 public:
  explicit MapItem(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView maps(*args[0]);
    Picks picks(static_cast<size_t>(num_rows), -1);
    switch (args[1]->type().physical()) {
      case PhysicalType::kBytes:
        find<std::string_view>(maps, args, picks);
        break;
      case PhysicalType::kInt32:
        find<int32_t>(maps, args, picks);
        break;
      case PhysicalType::kInt64:
        find<int64_t>(maps, args, picks);
        break;
      default:
        find_by_bytes(maps, args, picks);
    }
    HW_ASSIGN_OR_RETURN(const ColumnPtr items, gather(*maps.values(), picks));
    return items->with_type(result_type());
  }

 private:
  template <typename T>
  static void find(const ElementsView& maps, std::span<const ColumnPtr> args, Picks& picks) {
    const ValueReader<T> wanted(*args[1]);
    const Column& keys = *maps.keys();
    for (size_t i = 0; i < picks.size(); ++i) {
      const auto row = static_cast<int64_t>(i);
      if (args[0]->is_null(row) || args[1]->is_null(row)) continue;
      const T key = wanted(row);
      for (int64_t entry = maps.begin(row); entry < maps.end(row); ++entry) {
        if (!keys.is_null(entry) && keys.value<T>(entry) == key) {
          picks[i] = static_cast<int32_t>(entry);
          break;
        }
      }
    }
  }

  static void find_by_bytes(const ElementsView& maps, std::span<const ColumnPtr> args,
                            Picks& picks) {
    const std::vector<ColumnPtr> wanted = {args[1]};
    const std::vector<ColumnPtr> keys = {maps.keys()};
    std::string key, candidate;
    for (size_t i = 0; i < picks.size(); ++i) {
      const auto row = static_cast<int64_t>(i);
      if (args[0]->is_null(row) || args[1]->is_null(row)) continue;
      key.clear();
      append_key_bytes(wanted, row, key);
      for (int64_t entry = maps.begin(row); entry < maps.end(row); ++entry) {
        candidate.clear();
        append_key_bytes(keys, entry, candidate);
        if (candidate == key) {
          picks[i] = static_cast<int32_t>(entry);
          break;
        }
      }
    }
  }
};

/// A part of a VARIANT: an element by position or a member by name.
template <typename Key>
KernelResult variant_item(const CallBinding& binding) {
  constexpr bool kByName = std::is_same_v<Key, std::string_view>;
  return make_row_kernel(
      [](TextWriter& out, std::string_view value, Key key) -> Result<bool> {
        const VariantKind kind = variant_kind(value);
        if (kind != (kByName ? VariantKind::kObject : VariantKind::kArray)) {
          return Status::Invalid(
              kByName ? "['name'] takes a member of an object" : "[i] takes an element of an array",
              ", but the VARIANT ", quoted_for_message(value), " is ", name_of(kind));
        }
        std::optional<std::string_view> part;
        if constexpr (kByName) {
          part = variant_member(value, key);
        } else {
          part = variant_element(value, key);
        }
        if (part) out.append(*part);
        return part.has_value();
      },
      binding);
}

Result<std::vector<SqlType>> item_arguments(const CallBinding& binding) {
  const std::vector<SqlType>& types = binding.arg_types;
  const bool variant = types.size() == 2 && types[0].is_variant();
  if (variant && (types[1].is_text() || types[1].is(TypeKind::kNull))) {
    return std::vector<SqlType>{types[0], SqlType::string()};
  }
  if (types.size() == 2 && (variant || types[0].is(TypeKind::kArray)) &&
      (types[1].is_integer() || types[1].is(TypeKind::kNull))) {
    const ColumnPtr& position = binding.literals[1];
    if (position != nullptr && !literal_is_null(position) && literal_integer(*position) < 1) {
      return Status::Invalid("the first element of an array is [1]; there is no [",
                             literal_integer(*position), "]");
    }
    return std::vector<SqlType>{types[0], SqlType::bigint()};
  }
  if (types.size() == 2 && types[0].is(TypeKind::kMap)) {
    return std::vector<SqlType>{types[0], types[0].key()};
  }
  return Status::TypeError(
      "[ ] takes an array and an integer, a map and a key, or a VARIANT and an ",
      "integer or a name, but got ", type_list(types));
}

/// NULL where there is no such element.
Result<SqlType> item_type(const CallBinding& binding) {
  const SqlType& from = binding.arg_types[0];
  if (from.is_variant()) return SqlType::variant();
  return (from.is(TypeKind::kArray) ? from.element() : from.value()).with_nullable(true);
}

class CountElements final : public EncodedKernel {
 public:
  explicit CountElements(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView lists(*args[0]);
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<int32_t>(num_rows));
    auto* out = reinterpret_cast<int32_t*>(values->mutable_data());
    for (int64_t row = 0; row < num_rows; ++row) out[row] = static_cast<int32_t>(lists.count(row));
    const std::vector<const Column*> strict = {args[0].get()};
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(strict, num_rows));
    return make_plain(result_type(), num_rows, std::move(validity), std::move(values));
  }
};

}  // namespace

void register_item(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ITEM",
      .family = "collection",
      .signatures = {"(a ARRAY<T>, position INTEGER) -> T", "(m MAP<K, V>, key K) -> V",
                     "(v VARIANT, position INTEGER) -> VARIANT",
                     "(v VARIANT, name VARCHAR) -> VARIANT"},
      .sentence = "`a[i]`: the i-th element, counted from 1; `m[key]`: the value of a key; `v[i]` "
                  "and `v['name']`: a part of a VARIANT. NULL where there is none; a VARIANT that "
                  "is no array or no object is an error.",
      .examples = {{"ARRAY[10, 20][2]", "20"},
                   {"ARRAY[10, 20][3]", "NULL"},
                   {"MAP['a', 1, 'b', 2]['b']", "2"},
                   {"PARSE_JSON('{\"a\": [1, {\"b\": 2}]}')['a'][2]['b']", "2"}},
      .nulls = Nulls::kNullable,
      .can_fail = true,
      .never_fails =
          [](std::span<const BoundExprPtr> args) { return !args[0]->type().is_variant(); },
      .infer = item_type,
      .coerce = item_arguments,
      .kernel = [](const CallBinding& binding) -> KernelResult {
        if (binding.arg_types[0].is_variant()) {
          return binding.arg_types[1].is_text() ? variant_item<std::string_view>(binding)
                                                : variant_item<int64_t>(binding);
        }
        if (binding.arg_types[0].is(TypeKind::kArray)) {
          return std::make_unique<ArrayItem>(binding.result_type);
        }
        return std::make_unique<MapItem>(binding.result_type);
      },
  });
  catalogue.add(ScalarFunction{
      .name = "CARDINALITY",
      .family = "collection",
      .signatures = {"(a ARRAY) -> INT", "(m MAP) -> INT", "(s MULTISET) -> INT"},
      .sentence = "The number of elements or entries.",
      .examples = {{"CARDINALITY(ARRAY[1, 2, 3])", "3"}, {"CARDINALITY(MAP['a', 1])", "1"}},
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<CountElements>(binding.result_type);
      },
  });
}

}  // namespace hw
