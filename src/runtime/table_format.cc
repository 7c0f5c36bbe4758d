// SPDX-License-Identifier: Apache-2.0

#include "runtime/table_format.h"

#include <algorithm>
#include <utility>

namespace hw {

Status check_table_format(const Schema& physical, const std::vector<std::string>& partition_keys,
                          const Options& options, const ConnectorRecord& connector,
                          const FormatCatalogue& formats) {
  const FormatRecord* format = formats.find(table_format(options, connector));
  // The two sides of messages are looked at together, where the key is known.
  const bool sides = connector.takes_key_format && options.has("key.format");
  if (format == nullptr || !format->check || sides) return Status::OK();
  std::vector<SqlField> fields;
  for (const SqlField& field : physical.fields()) {
    if (std::find(partition_keys.begin(), partition_keys.end(), field.name) ==
        partition_keys.end()) {
      fields.push_back(field);
    }
  }
  const bool by_value = connector.takes_key_format && options.has("value.format");
  const std::string prefix = (by_value ? "value." : "") + format->name;
  return format->check(Schema(std::move(fields)), format_options(options, prefix));
}

}  // namespace hw
