// SPDX-License-Identifier: Apache-2.0
//
// MAP_KEYS, MAP_VALUES, MAP_ENTRIES, MAP_FROM_ARRAYS and MAP_UNION.

#include <cstdint>
#include <utility>
#include <vector>

#include "expr/encoded_kernel.h"
#include "functions/collection/array_functions.h"
#include "functions/collection/list_output.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

enum class Part : uint8_t { kKeys, kValues, kEntries };

/// Keys and values side by side as a ROW column.
ColumnPtr pair_column(const SqlType& type, const ColumnPtr& keys, const ColumnPtr& values) {
  const auto child = [](const ColumnPtr& column, const SqlType& field) {
    return (column->type() == field ? column : column->with_type(field))->values_ptr();
  };
  auto pairs = arrow::ArrayData::Make(
      type.to_arrow(), keys->num_rows(), {nullptr},
      {child(keys, type.fields()[0].type), child(values, type.fields()[1].type)}, 0);
  return Column::plain(type, std::move(pairs));
}

class MapPart final : public EncodedKernel {
 public:
  MapPart(SqlType type, Part part) : EncodedKernel(std::move(type), 0), part_(part) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView maps(*args[0]);
    ListOutput out(num_rows);
    for_each_list(num_rows, args, out,
                  [&](int64_t row) { out.add_range(0, maps.begin(row), maps.end(row)); });
    ColumnPtr source;
    switch (part_) {
      case Part::kKeys:
        source = maps.keys();
        break;
      case Part::kValues:
        source = maps.values();
        break;
      case Part::kEntries:
        source = pair_column(result_type().element(), maps.keys(), maps.values());
        break;
    }
    return out.finish(result_type(), {source});
  }

 private:
  const Part part_;
};

/// Keeps each key's first place and last value among the picks of the open map.
class EntryMerger {
 public:
  EntryMerger(const ElementEquality& keys, ListOutput& out) : keys_(keys), out_(out) {}

  void begin_row() { first_ = out_.picks().size(); }
  void put(RowSource entry) {
    std::vector<RowSource>& picks = out_.picks();
    for (size_t i = first_; i < picks.size(); ++i) {
      if (keys_.equal(picks[i], entry)) {
        picks[i] = entry;
        return;
      }
    }
    picks.push_back(entry);
  }

 private:
  const ElementEquality& keys_;
  ListOutput& out_;
  size_t first_ = 0;
};

class MapFromArrays final : public EncodedKernel {
 public:
  explicit MapFromArrays(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView keys(*args[0]);
    const ElementsView values(*args[1]);
    for (int64_t row = 0; row < num_rows; ++row) {
      if (args[0]->is_null(row) || args[1]->is_null(row)) continue;
      if (keys.count(row) != values.count(row)) {
        return Status::Invalid("MAP_FROM_ARRAYS takes as many keys as values, but got ",
                               keys.count(row), " and ", values.count(row));
      }
    }
    // The values are brought into the order of the keys' storage, so that both have one numbering.
    std::vector<int32_t> value_of(static_cast<size_t>(keys.elements()->num_rows()), -1);
    const ElementEquality equality({keys.elements()});
    ListOutput out(num_rows);
    EntryMerger merger(equality, out);
    if (args[0]->is_constant()) return from_constant_keys(num_rows, args);
    for_each_list(num_rows, args, out, [&](int64_t row) {
      merger.begin_row();
      for (int64_t i = 0; i < keys.count(row); ++i) {
        const auto key = static_cast<int32_t>(keys.begin(row) + i);
        value_of[static_cast<size_t>(key)] = static_cast<int32_t>(values.begin(row) + i);
        merger.put({0, key});
      }
    });
    HW_ASSIGN_OR_RETURN(const ColumnPtr ordered, gather(*values.elements(), value_of));
    return out.finish_map(result_type(), {keys.elements()}, {ordered});
  }

 private:
  /// All rows share the storage of one key list, so it is repeated first.
  Result<ColumnPtr> from_constant_keys(int64_t num_rows, std::span<const ColumnPtr> args) {
    const std::vector<int32_t> rows(static_cast<size_t>(num_rows), 0);
    HW_ASSIGN_OR_RETURN(const ColumnPtr flat, args[0]->flattened());
    const std::vector<ColumnPtr> plain = {flat, args[1]};
    return compute(num_rows, plain);
  }
};

class MapUnion final : public EncodedKernel {
 public:
  explicit MapUnion(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    std::vector<ElementsView> maps;
    std::vector<ColumnPtr> keys, values;
    for (const ColumnPtr& arg : args) {
      maps.emplace_back(*arg);
      keys.push_back(maps.back().keys());
      values.push_back(maps.back().values());
    }
    const ElementEquality equality(keys);
    ListOutput out(num_rows);
    EntryMerger merger(equality, out);
    for_each_list(num_rows, args, out, [&](int64_t row) {
      merger.begin_row();
      for (size_t m = 0; m < maps.size(); ++m) {
        for (int64_t i = maps[m].begin(row); i < maps[m].end(row); ++i) {
          merger.put({static_cast<int32_t>(m), static_cast<int32_t>(i)});
        }
      }
    });
    return out.finish_map(result_type(), keys, values);
  }
};

ScalarFunction part_function(const char* name, Part part) {
  ScalarFunction function;
  function.name = name;
  function.family = "collection";
  function.kernel = [part](const CallBinding& binding) -> KernelResult {
    return std::make_unique<MapPart>(binding.result_type, part);
  };
  return function;
}

Result<SqlType> entries_type(const CallBinding& binding) {
  const SqlType& map = binding.arg_types[0];
  return SqlType::array(
      SqlType::row({{"key", map.key()}, {"value", map.value()}}).with_nullable(false));
}

}  // namespace

void add_maps(FunctionCatalogue& catalogue) {
  ScalarFunction keys = part_function("MAP_KEYS", Part::kKeys);
  keys.signatures = {"(m MAP<K, V>) -> ARRAY<K>"};
  keys.sentence = "The keys of a map.";
  keys.examples = {{"MAP_KEYS(MAP['a', 1, 'b', 2])", "[a, b]"}};
  catalogue.add(std::move(keys));

  ScalarFunction values = part_function("MAP_VALUES", Part::kValues);
  values.signatures = {"(m MAP<K, V>) -> ARRAY<V>"};
  values.sentence = "The values of a map, in the order of its keys.";
  values.examples = {{"MAP_VALUES(MAP['a', 1, 'b', 2])", "[1, 2]"}};
  catalogue.add(std::move(values));

  ScalarFunction entries = part_function("MAP_ENTRIES", Part::kEntries);
  entries.signatures = {"(m MAP<K, V>) -> ARRAY"};
  entries.sentence = "The entries of a map as rows (key, value).";
  entries.examples = {{"MAP_ENTRIES(MAP['a', 1, 'b', 2])", "[(a, 1), (b, 2)]"}};
  entries.infer = entries_type;
  catalogue.add(std::move(entries));

  catalogue.add(ScalarFunction{
      .name = "MAP_FROM_ARRAYS",
      .family = "collection",
      .signatures = {"(keys ARRAY<K>, values ARRAY<V>) -> MAP<K, V>"},
      .sentence = "A map from two arrays of one length; of a key that stands twice the last value "
                  "counts.",
      .examples = {{"MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", "{a=1, b=2}"}},
      .can_fail = true,
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<MapFromArrays>(binding.result_type);
      },
  });
  catalogue.add(ScalarFunction{
      .name = "MAP_UNION",
      .family = "collection",
      .signatures = {"(m MAP<K, V>...) -> MAP<K, V>"},
      .sentence = "The entries of all maps; of a key that several have the last value counts.",
      .examples = {{"MAP_UNION(MAP['a', 1, 'b', 2], MAP['b', 3])", "{a=1, b=3}"}},
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<MapUnion>(binding.result_type);
      },
  });
}

}  // namespace hw
