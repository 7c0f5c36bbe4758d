// SPDX-License-Identifier: Apache-2.0

#include "operators/sort_key.h"

namespace hw {

std::string to_text(const std::vector<SortKey>& keys, const Schema& schema) {
  std::string text;
  for (const SortKey& key : keys) {
    if (!text.empty()) text += ", ";
    text += schema.name(key.column);
    text += key.descending ? " DESC" : " ASC";
    if (key.nulls_first == key.descending) text += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return text;
}

}  // namespace hw
