// SPDX-License-Identifier: Apache-2.0
//
// A session set up as a golden mode says, over tables that are rows in memory: statements go in,
// rows of cells come out.

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/session.h"
#include "sqltest/golden_mode.h"

namespace hw {

/// Cells of rows.
using CellRows = std::vector<std::vector<std::string>>;

/// Keeps all batches of a query.
class CapturingReceiver final : public RowReceiver {
 public:
  Status begin(const ResultShape& shape) override {
    shape_ = shape;
    return Status::OK();
  }
  Status receive(const Batch& batch) override {
    batches_.push_back(batch);
    return Status::OK();
  }
  Status end() override { return Status::OK(); }

  const ResultShape& shape() const { return shape_; }
  const std::vector<Batch>& batches() const { return batches_; }
  /// The rows that are left of the changelog; in their order where none was taken back.
  Result<std::vector<Batch>> final_batches() const;

 private:
  ResultShape shape_;
  std::vector<Batch> batches_;
};

class GoldenSession {
 public:
  /// Requires: `mode` outlives the session.
  GoldenSession(const GoldenMode& mode, Env& env) : mode_(mode), session_(env) {}

  Status configure();
  Session& session() { return session_; }
  std::string zone() { return session_.config().time_zone(); }

  /// Runs a statement to its end.
  Result<Outcome> execute(const std::string& sql, std::shared_ptr<RowReceiver> receiver);
  /// `declaration` as in a `table` record. The rows may grow until a query reads them.
  Status make_table(const std::string& declaration, std::shared_ptr<const CellRows> rows);
  /// Appends the rows of a batch as text; the kind stands first where it is wanted.
  Status append_texts(const Batch& batch, bool with_kind, CellRows& out);

 private:
  Status set(std::string_view key, std::string_view value) {
    return session_.config().set_base(key, value).status();
  }

  const GoldenMode& mode_;
  Session session_;
};

}  // namespace hw
