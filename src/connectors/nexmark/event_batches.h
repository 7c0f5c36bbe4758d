// SPDX-License-Identifier: Apache-2.0
//
// Makes batches of a nexmark table: the merged one, or that of one entity.

#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "columnar/batch.h"
#include "connectors/nexmark/event_columns.h"

namespace hw {

class NexmarkBatches {
 public:
  /// `schema` has the columns to make; it passed check_nexmark_columns.
  NexmarkBatches(const NexmarkSettings& settings, std::optional<NexmarkEntity> only,
                 SchemaPtr schema, std::shared_ptr<const NexmarkTexts> texts);

  /// Positions of the stream that make one batch; also the unit in which splits share the stream.
  int64_t block_positions() const { return block_positions_; }
  /// The rows of positions [begin, end), at most one block.
  Batch make(int64_t begin, int64_t end);
  const NexmarkClock& clock() const { return columns_.clock(); }

 private:
  void find_rows(int64_t begin, int64_t end);
  void add(int64_t event, int64_t slot);
  void add_stretch(NexmarkEntity entity, int64_t round, int64_t begin, int64_t end);
  ColumnPtr event_types(int64_t begin, int64_t end) const;
  ColumnPtr row_column(const SqlType& type, NexmarkEntity entity);

  const NexmarkSettings settings_;
  const std::optional<NexmarkEntity> only_;
  const SchemaPtr schema_;
  int64_t block_positions_;
  NexmarkColumns columns_;
  std::array<bool, 3> wanted_{};
  std::array<NexmarkRows, 3> rows_;
};

/// Fails (Invalid) when a column is none of the model's, or of another type.
Status check_nexmark_columns(const Schema& physical, std::optional<NexmarkEntity> only);

}  // namespace hw
