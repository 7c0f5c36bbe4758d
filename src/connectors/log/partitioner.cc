// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/partitioner.h"

#include <memory>

#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "state/key_group.h"

namespace hw {

KeyHashesPtr Partitioner::hashes_of(const Batch& batch) const {
  const KeyHashesPtr& given = batch.key_hashes();
  if (given != nullptr && given->columns == spec_.key) return given;
  std::vector<ColumnPtr> key;
  for (const int column : spec_.key) key.push_back(batch.column(column));
  return std::make_shared<const KeyHashes>(
      KeyHashes{.columns = spec_.key, .hashes = hash_keys(key, batch.num_stored_rows())});
}

Result<std::vector<Partitioner::Part>> Partitioner::parts(const Batch& batch) {
  std::vector<Part> parts;
  if (batch.empty()) return parts;
  if (spec_.own.size() == 1 || spec_.kind == PartitionerSpec::Kind::kFixed) {
    parts.push_back({spec_.own.front(), batch});
    return parts;
  }
  if (spec_.kind == PartitionerSpec::Kind::kRoundRobin) {
    parts.push_back({spec_.own[next_], batch});
    next_ = (next_ + 1) % spec_.own.size();
    return parts;
  }
  const KeyHashesPtr hashed = hashes_of(batch);
  const std::vector<uint64_t>& hashes = hashed->hashes;
  std::vector<std::vector<int32_t>> rows(static_cast<size_t>(spec_.num_partitions));
  for (size_t row = 0; row < hashes.size(); ++row) {
    const int partition = key_group_of(hashes[row], spec_.num_partitions);
    rows[static_cast<size_t>(partition)].push_back(static_cast<int32_t>(row));
  }
  for (int partition = 0; partition < spec_.num_partitions; ++partition) {
    const std::vector<int32_t>& own = rows[static_cast<size_t>(partition)];
    if (own.empty()) continue;
    HW_ASSIGN_OR_RETURN(Batch part, gather(batch, own));
    parts.push_back({partition, std::move(part)});
  }
  return parts;
}

}  // namespace hw
