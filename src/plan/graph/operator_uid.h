// SPDX-License-Identifier: Apache-2.0
//
// Identities of operators across runs: a hash of what an operator does to which keys and which
// stateful operators feed it, and an ordinal among equals in plan order. Projections, filters and
// literals are not in it, so a savepoint survives an edit of them. Frozen: old savepoints name it.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hw {

struct OperatorIdentity {
  /// "GroupAggregate", "Source", ..
  std::string_view kind;
  /// Names of key columns; of a source or sink its table.
  std::vector<std::string> keys;
  /// Ids of the nearest stateful operators upstream, by input.
  std::vector<std::string> ancestors;
};

class OperatorUids {
 public:
  /// Returns 16 hexadecimal digits, and `-n` behind them for the n-th equal one from 1 on.
  std::string make(const OperatorIdentity& identity);

 private:
  std::map<std::string, int> seen_;
};

}  // namespace hw
