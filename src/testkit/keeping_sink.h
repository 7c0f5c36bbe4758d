// SPDX-License-Identifier: Apache-2.0
//
// A two-phase sink that keeps what it gets, for tests: rows count as visible once committed.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "runtime/sink.h"

namespace hw {

class KeepingSink final : public Sink {
 public:
  /// Instances of it at most; each writes to its own place, so no lock is needed.
  static constexpr int kSubtasksMax = 64;

  KeepingSink();
  RowKindSet accepts() const override { return RowKindSet::all(); }
  Guarantee guarantee() const override { return Guarantee::kExactlyOnce; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override;
  Description describe() const override { return {.name = "Keep", .details = {}}; }

 public:  // After the job is done, or between steps of a single-threaded one.
  /// Committed rows as `+I[1, abc]`, sorted.
  std::vector<std::string> rows() const;
  /// Rows written, committed or not.
  int64_t num_written() const;
  int num_committed() const;
  int num_aborted() const;
  int num_flushed() const;

 private:
  struct Place {
    std::vector<Batch> batches;
    int64_t written = 0;
    int committed = 0;
    int aborted = 0;
    int flushed = 0;
  };
  class Writer;
  const std::shared_ptr<std::vector<Place>> places_;
};

}  // namespace hw
