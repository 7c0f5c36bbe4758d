// SPDX-License-Identifier: Apache-2.0
//
// The queries of bench/nexmark on the engine, over merged batches in memory, in this process.

#pragma once

#include <string>
#include <vector>

#include "baseline/output.h"
#include "columnar/batch.h"
#include "connectors/memory/memory_table.h"
#include "engine/session.h"

namespace hw::bench {

/// Ends the program with the error, if it is one.
void require(const Status& status);
template <typename T>
T require(Result<T> result) {
  require(result.status());
  return std::move(result).ValueUnsafe();
}

/// Merged batches of the first so many events, at the standard rate.
std::vector<Batch> make_events(int64_t events);

/// How jobs run.
struct EngineWay {
  int parallelism = 1;
  bool batch = false;
};

/// Runs queries over `table`, named nexmark. One object runs as many queries, one after the other,
/// as one likes.
class EngineSide {
 public:
  /// `folder` has side_input.csv; `queries` is the folder of tables/ and queries/.
  EngineSide(std::shared_ptr<const MemoryTable> table, std::string queries, std::string folder,
             EngineWay way);

  /// The query as it stands, into its sink. q10 writes into `out`.
  void run(const std::string& query, const std::string& out) const;
  /// Its rows, changes folded.
  RowSum rows(const std::string& query) const;

 private:
  std::string text_of(const std::string& query, const std::string& out) const;
  std::unique_ptr<Session> make_session(MemoryTable::Order order) const;

  const std::shared_ptr<const MemoryTable> table_;
  const std::string queries_;
  const std::string folder_;
  const EngineWay way_;
};

}  // namespace hw::bench
