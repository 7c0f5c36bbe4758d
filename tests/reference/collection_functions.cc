// SPDX-License-Identifier: Apache-2.0
//
// Collections: their elements, their size, making and rearranging them.

#include <algorithm>
#include <array>
#include <utility>

#include "reference/functions.h"
#include "reference/json_text.h"

namespace hw::reference {
namespace {

/// A part of a VARIANT.
Result<Value> part(const Call& call) {
  const bool by_name = call.type(1).is_text();
  const std::optional<std::string> found = by_name ? json_member(call.text(0), call.text(1))
                                                   : json_element(call.text(0), call.integer(1));
  return found ? Value::text(*found) : Value::null();
}

/// `array[i]`, from 1, and `map[key]`; NULL where there is none.
Result<Value> item(const Call& call) {
  if (call.type(0).is_variant()) return part(call);
  const auto& elements = call.args[0].as<Elements>();
  if (call.type(0).is(TypeKind::kArray)) {
    const int64_t i = call.integer(1);
    const bool inside = i >= 1 && i <= static_cast<int64_t>(elements.size());
    return inside ? elements[static_cast<size_t>(i - 1)] : Value::null();
  }
  for (const Value& entry : elements) {
    const auto& pair = entry.as<Elements>();
    if (compare(pair[0], call.args[1]) == 0) return pair[1];
  }
  return Value::null();
}

/// A MULTISET has an entry a value, however often that is in it.
Result<Value> cardinality(const Call& call) {
  return Value::integer(static_cast<int64_t>(call.args[0].as<Elements>().size()));
}

Result<Value> together(const Call& call) {
  return Value::elements(Elements(call.args.begin(), call.args.end()));
}

Result<Value> contains(const Call& call) {
  if (call.args[0].is_null()) return Value::null();
  const auto& elements = call.args[0].as<Elements>();
  return Value::boolean(std::any_of(elements.begin(), elements.end(), [&](const Value& element) {
    return compare(element, call.args[1]) == 0;
  }));
}

Result<Value> reversed(const Call& call) {
  Elements elements = call.args[0].as<Elements>();
  std::reverse(elements.begin(), elements.end());
  return Value::elements(std::move(elements));
}

Result<Value> each_once(const Call& call) {
  Elements kept;
  for (const Value& element : call.args[0].as<Elements>()) {
    const bool seen = std::any_of(kept.begin(), kept.end(),
                                  [&](const Value& other) { return compare(element, other) == 0; });
    if (!seen) kept.push_back(element);
  }
  return Value::elements(std::move(kept));
}

Result<Value> concatenated(const Call& call) {
  Elements all;
  for (const Value& array : call.args) {
    const auto& elements = array.as<Elements>();
    all.insert(all.end(), elements.begin(), elements.end());
  }
  return Value::elements(std::move(all));
}

constexpr std::array kFunctions = {
    Function{"ITEM", item},
    Function{"CARDINALITY", cardinality},
    Function{"ARRAY", together, true},
    Function{"ROW", together, true},
    Function{"ARRAY_CONTAINS", contains, true},
    Function{"ARRAY_REVERSE", reversed},
    Function{"ARRAY_DISTINCT", each_once},
    Function{"ARRAY_CONCAT", concatenated},
};

}  // namespace

std::span<const Function> collection_functions() { return kFunctions; }

}  // namespace hw::reference
