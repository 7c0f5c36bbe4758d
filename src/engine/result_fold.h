// SPDX-License-Identifier: Apache-2.0
//
// Folds the changelog of a SELECT into its final rows, in order of last change. Rows are a bag:
// a retraction takes one equal row back. One thread at a time.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"

namespace hw {

class ResultFold {
 public:
  explicit ResultFold(SchemaPtr schema);

  /// Fails (UnknownError) when a retraction names a row that is not there: a wrong changelog.
  Status add(const Batch& batch);
  /// Returns the rows that are left, as insert-only batches.
  Result<std::vector<Batch>> rows() const;
  int64_t num_rows() const { return static_cast<int64_t>(by_age_.size()); }

 private:
  struct Entry {
    const std::string* key = nullptr;
    /// The row as it came, where its key is not that.
    std::string row;
    const std::string& bytes() const { return row.empty() ? *key : row; }
  };
  Status take_back(const std::string& key, const std::string& row);

  const SchemaPtr schema_;
  // Equal rows may be written apart, with the entries of their maps in another order, with 0 and
  // -0: they are found by other bytes than those that say what they hold.
  const bool written_apart_;
  // Encoded rows by the time they came; the map beside finds an equal row's times.
  std::map<uint64_t, Entry> by_age_;
  std::unordered_map<std::string, std::vector<uint64_t>> ages_of_;
  uint64_t next_age_ = 0;
};

}  // namespace hw
