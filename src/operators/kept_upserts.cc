// SPDX-License-Identifier: Apache-2.0

#include "operators/kept_upserts.h"

#include <utility>

#include "state/age_column.h"
#include "state/keyed_table.h"
#include "state/state_store.h"

namespace hw {

KeptUpserts open_upserts(OperatorContext& context, const Schema& schema,
                         const std::vector<int>& primary_key, StateAge& age) {
  TableSchema keys;
  for (const int column : primary_key) {
    keys.keys.push_back({"key_" + schema.name(column), schema.type(column)});
  }
  if (age.is_on()) keys.values.push_back(age_field());
  KeptUpserts kept;
  kept.keys = &context.state().keyed_table("keys", std::move(keys));
  age.open(context);
  age.keep(*kept.keys, 0);
  OrderedTableSpec rows;
  for (const SqlField& field : schema.fields()) {
    rows.payload.push_back({"row_" + field.name, field.type});
  }
  rows.equal = EqualEntries::kArrival;
  rows.searchable = true;
  kept.rows = &context.state().ordered_table("rows", *kept.keys, std::move(rows));
  return kept;
}

}  // namespace hw
