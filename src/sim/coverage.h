// SPDX-License-Identifier: Apache-2.0
//
// Which fault hit whom in which phase of the protocol: counted over many runs, so that what the
// search never tried can be named.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/fault.h"
#include "sim/phase.h"

namespace hw::sim {

/// Whose thread it was.
enum class Role : uint8_t { kMain, kCoordinator, kWorker, kStorage, kLease };
constexpr int kNumRoles = 5;
std::string_view to_text(Role role);
Role role_of(std::string_view thread);

class Coverage {
 public:
  /// A fault of a file operation, or an incident (kNumFaultKinds + its kind).
  void hit(Phase phase, int fault, Role role) {
    ++hits_[static_cast<size_t>(phase)][static_cast<size_t>(fault)][static_cast<size_t>(role)];
  }
  /// An operation that could have been hit; `damaged`: where damage is done for good.
  void seen(Phase phase, FileOp op, Role role, bool damaged);
  void add(const Coverage& other);
  /// A line a phase and fault; feasible cells that were never hit at the end.
  std::string describe() const;

  static constexpr int kNumFaults = kNumFaultKinds + kNumMishaps;

 private:
  template <typename T>
  using Cells = std::array<std::array<std::array<T, kNumRoles>, kNumFaults>, kNumPhases>;
  Cells<int64_t> hits_{};
  Cells<bool> feasible_{};
};

}  // namespace hw::sim
