// SPDX-License-Identifier: Apache-2.0

#include "operators/over.h"

#include <string>
#include <utility>

#include "operators/over_functions.h"
#include "runtime/operator.h"

namespace hw {

std::vector<std::pair<std::string, std::string>> details_of(const OverSpec& spec) {
  std::vector<std::pair<std::string, std::string>> details;
  std::string partition;
  for (const int column : spec.partition) {
    partition += (partition.empty() ? "" : ", ") + spec.input->name(column);
  }
  if (!partition.empty()) details.emplace_back("partitionBy", partition);
  if (!spec.order.empty()) details.emplace_back("orderBy", to_text(spec.order, *spec.input));
  std::string select;
  for (const OverCall& call : spec.calls) {
    select += (select.empty() ? "" : ", ") + call.to_sql(*spec.input);
  }
  details.emplace_back("select", select);
  return details;
}

Result<std::unique_ptr<Operator>> make_over(OverSpec spec) {
  if (spec.way == OverWay::kUpdating) return make_updating_over(std::move(spec));
  for (const OverCall& call : spec.calls) {
    if (!settles(call)) {
      return Status::UnknownError(call.to_sql(*spec.input), " needs the end of its partition");
    }
  }
  return make_streaming_over(std::move(spec));
}

}  // namespace hw
