// SPDX-License-Identifier: Apache-2.0

#include "sim/coverage.h"

#include <fmt/format.h>

namespace hw::sim {
namespace {

constexpr std::array<std::string_view, kNumRoles> kRoles = {"main", "coordinator", "worker",
                                                            "storage", "lease"};

std::string fault_name(int fault) {
  if (fault < kNumFaultKinds) return std::string(to_text(static_cast<FaultKind>(fault)));
  return std::string(to_text(static_cast<Incident::Kind>(fault - kNumFaultKinds)));
}

}  // namespace

Role role_of(std::string_view thread) {
  if (thread.starts_with("worker")) return Role::kWorker;
  if (thread == "checkpoints") return Role::kStorage;
  if (thread == "lease") return Role::kLease;
  if (thread == "main") return Role::kMain;
  return Role::kCoordinator;
}

void Coverage::seen(Phase phase, FileOp op, Role role, bool damaged) {
  auto& cells = feasible_[static_cast<size_t>(phase)];
  for (int fault = 0; fault < kNumFaults; ++fault)
    if (fault >= kNumFaultKinds || (fits(static_cast<FaultKind>(fault), op) &&
                                    (damaged || !damages(static_cast<FaultKind>(fault)))))
      cells[static_cast<size_t>(fault)][static_cast<size_t>(role)] = true;
}

void Coverage::add(const Coverage& other) {
  for (size_t p = 0; p < kNumPhases; ++p)
    for (size_t f = 0; f < kNumFaults; ++f)
      for (size_t r = 0; r < kNumRoles; ++r) {
        hits_[p][f][r] += other.hits_[p][f][r];
        feasible_[p][f][r] = feasible_[p][f][r] || other.feasible_[p][f][r];
      }
}

std::string Coverage::describe() const {
  std::string table = fmt::format("{:<15}{:<14}", "phase", "fault");
  for (const std::string_view role : kRoles) table += fmt::format("{:>12}", role);
  table += '\n';
  std::string unhit;
  int num_feasible = 0, num_hit = 0;
  for (size_t p = 0; p < kNumPhases; ++p) {
    for (size_t f = 0; f < kNumFaults; ++f) {
      std::string line = fmt::format("{:<15}{:<14}", to_text(static_cast<Phase>(p)),
                                     fault_name(static_cast<int>(f)));
      bool any = false;
      for (size_t r = 0; r < kNumRoles; ++r) {
        const bool feasible = feasible_[p][f][r] || hits_[p][f][r] > 0;
        any = any || feasible;
        line += feasible ? fmt::format("{:>12}", hits_[p][f][r]) : fmt::format("{:>12}", "-");
        if (!feasible) continue;
        ++num_feasible;
        if (hits_[p][f][r] > 0) {
          ++num_hit;
        } else {
          unhit += fmt::format("  {} / {} / {}\n", to_text(static_cast<Phase>(p)),
                               fault_name(static_cast<int>(f)), kRoles[r]);
        }
      }
      if (any) table += line + '\n';
    }
  }
  table += fmt::format("{} of {} feasible cells hit\n", num_hit, num_feasible);
  if (!unhit.empty()) table += "feasible cells without a hit:\n" + unhit;
  return table;
}

}  // namespace hw::sim
