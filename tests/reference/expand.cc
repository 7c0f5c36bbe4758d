// SPDX-License-Identifier: Apache-2.0
//
// One row as several: UNNEST, and what GROUPING SETS are made of.

#include <utility>

#include "reference/operators.h"
#include "reference/scalar.h"

namespace hw::reference {

namespace {

/// The elements of a collection; of a MULTISET each as often as it is in it.
Elements unfolded(const Value& collection, const SqlType& type) {
  const auto& elements = collection.as<Elements>();
  if (!type.is(TypeKind::kMultiset)) return elements;
  Elements all;
  for (const Value& entry : elements) {
    const auto& pair = entry.as<Elements>();
    for (int64_t i = pair[1].as<int64_t>(); i > 0; --i) all.push_back(pair[0]);
  }
  return all;
}

}  // namespace

Result<Relation> unnest(const UnnestNode& node, const Relation& input) {
  const UnnestNode::Parts& parts = node.parts();
  const SqlType& type = node.input()->column(parts.collection).type;
  const size_t passed = parts.passed.size();
  const size_t width = static_cast<size_t>(node.num_columns());
  Relation rows;
  for (const Arrival& arrival : input) {
    Row row;
    for (const int i : parts.passed) row.push_back(arrival.row[static_cast<size_t>(i)]);
    const Value& collection = arrival.row[static_cast<size_t>(parts.collection)];
    const Elements none;
    const Elements elements = collection.is_null() ? none : unfolded(collection, type);
    if (elements.empty() && parts.keep_empty) {
      Row padded = row;
      padded.resize(width);
      rows.push_back({std::move(padded), arrival.watermark});
    }
    for (size_t i = 0; i < elements.size(); ++i) {
      Row made = row;
      const size_t fields = width - passed - (parts.ordinality ? 1 : 0);
      if (type.is(TypeKind::kMap) || type.fields()[0].type.is(TypeKind::kRow)) {
        if (!elements[i].is_null()) {
          const auto& spread = elements[i].as<Elements>();
          made.insert(made.end(), spread.begin(), spread.end());
        }
        made.resize(passed + fields);
      } else {
        made.push_back(elements[i]);
      }
      if (parts.ordinality) made.push_back(Value::integer(static_cast<int64_t>(i) + 1));
      rows.push_back({std::move(made), arrival.watermark});
    }
  }
  return rows;
}

Result<Relation> expand(const ExpandNode& node, const Relation& input) {
  Relation rows;
  for (const Arrival& arrival : input) {
    for (const ExpandNode::Exprs& exprs : node.rows()) {
      HW_ASSIGN_OR_RETURN(Row row, evaluate_all(exprs, arrival.row));
      rows.push_back({std::move(row), arrival.watermark});
    }
  }
  return rows;
}

}  // namespace hw::reference
