// SPDX-License-Identifier: Apache-2.0
//
// Which partition a written row goes to. By key it depends on the key and the number of partitions
// only, so that a key stays where it is whatever the job looks like: the key group of its hash
// (columnar/key_bytes.h) in as many groups as there are partitions.

#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"

namespace hw {

struct PartitionerSpec {
  enum class Kind : uint8_t { kByKey, kFixed, kRoundRobin };
  Kind kind = Kind::kRoundRobin;
  std::vector<int> key;  // kByKey
  int num_partitions = 1;
  /// Of these, ascending; not empty. kByKey: no other row comes.
  std::vector<int> own = {0};
};

class Partitioner {
 public:
  explicit Partitioner(PartitionerSpec spec) : spec_(std::move(spec)) {}

  struct Part {
    int partition = 0;
    Batch batch;
  };
  /// The rows of a dense batch by partition; rows of one partition keep their order.
  Result<std::vector<Part>> parts(const Batch& batch);

 private:
  KeyHashesPtr hashes_of(const Batch& batch) const;

  const PartitionerSpec spec_;
  size_t next_ = 0;  // of the own ones
};

}  // namespace hw
