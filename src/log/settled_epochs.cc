// SPDX-License-Identifier: Apache-2.0

#include "log/settled_epochs.h"

#include <algorithm>
#include <tuple>

namespace hw {

int64_t settled_epoch_of_sink(const TopicState& state, const WriterIdentity& identity) {
  const auto sink_of = [](const WriterIdentity& writer) {
    return std::tie(writer.job, writer.generation, writer.sink);
  };
  int64_t newest = 0;
  for (const auto& [writer, epoch] : state.settled) {
    if (sink_of(writer) == sink_of(identity)) newest = std::max(newest, epoch);
  }
  return newest;
}

}  // namespace hw
