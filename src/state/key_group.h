// SPDX-License-Identifier: Apache-2.0
//
// Hash -> key group -> instance: the one place that decides where a key lives. Part of the
// checkpoint format: routers, state tables and restores must agree for ever.

#pragma once

#include <cstdint>

namespace hw {

/// Unit of rescaling. Fixed per job when it is created.
constexpr int kKeyGroupsDefault = 1024;

/// Key groups [begin, end).
struct KeyGroupRange {
  int begin = 0;
  int end = kKeyGroupsDefault;
  bool contains(int group) const { return group >= begin && group < end; }
  int size() const { return end - begin; }
  bool operator==(const KeyGroupRange&) const = default;
};

/// The group comes from the hash's top bits; tables take their slot from the low ones.
inline int key_group_of(uint64_t key_hash, int num_key_groups) {
  return static_cast<int>(((key_hash >> 32) * static_cast<uint64_t>(num_key_groups)) >> 32);
}

/// The least upper half of a hash whose group is `group` or one above; 2^32 behind the last group.
inline uint64_t upper_half_of_key_group(int group, int num_key_groups) {
  const auto num_groups = static_cast<uint64_t>(num_key_groups);
  return ((static_cast<uint64_t>(group) << 32) + num_groups - 1) / num_groups;
}

/// The instance (subtask) that owns a group. Requires: parallelism <= num_key_groups.
inline int instance_of_key_group(int group, int num_key_groups, int parallelism) {
  return static_cast<int>(static_cast<int64_t>(group) * parallelism / num_key_groups);
}

/// The groups that an instance owns; the inverse of instance_of_key_group.
inline KeyGroupRange key_groups_of_instance(int instance, int num_key_groups, int parallelism) {
  const int64_t groups = num_key_groups;
  const auto first = [&](int64_t i) {
    return static_cast<int>((i * groups + parallelism - 1) / parallelism);
  };
  return {first(instance), first(instance + 1)};
}

}  // namespace hw
