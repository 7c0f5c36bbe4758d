// SPDX-License-Identifier: Apache-2.0
//
// The world that a simulated job lives in: one disk, one clock, the threads of all processes, and
// what goes wrong. Every operation on files passes on_op(), which numbers it, hashes it and says
// how it fails.

#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/coverage.h"
#include "sim/disk.h"
#include "sim/event_hash.h"
#include "sim/fault.h"
#include "sim/scheduler.h"
#include "sim/sim_objects.h"

namespace hw::sim {

/// What outlives processes.
struct WorldImage {
  Disk disk;
  SimObjects objects;
};

struct WorldOptions {
  uint64_t seed = 1;
  ScheduleOptions schedule = {};
  std::vector<Fault> faults;        // by op
  std::vector<Incident> incidents;  // by step and op
  /// Damage is done to files below these directories only.
  std::vector<std::string> damaged_below;
  /// Nobody can see that a bit of what is read of them is wrong, so none is.
  std::set<std::string, std::less<>> unchecked = {};
  /// Asked once for each path that is looked for: may put something there. `contents`: also what
  /// is below it, if it is a directory.
  std::function<void(const std::string& path, bool contents, Disk& disk)> import = {};
  /// What is there at the beginning; null = nothing.
  std::shared_ptr<const WorldImage> begin_from = nullptr;
  /// Every operation is kept as a line.
  bool trace = false;
};

class World {
 public:
  explicit World(WorldOptions options);

  Disk disk;
  SimObjects objects;
  EventHash hash;
  Scheduler scheduler;
  Coverage coverage;
  /// Who holds the lock of a file, by its id.
  std::map<int64_t, SimProcess*> locks;
  /// What the wall clocks of all processes are wrong by.
  int64_t wall_offset_ms = 0;
  /// Jobs that went on from a checkpoint.
  int64_t num_restores = 0;

  SimProcess& add_process();
  /// One that only looks.
  SimProcess& add_observer();
  WorldImage image() const;
  /// Nothing that it does from now on has an effect.
  void kill(SimProcess& process);
  void lose_power(const Incident& incident);

  /// What happens to the operation that `process` is about to do; null: nothing. Fails when the
  /// process dies first.
  Result<const Fault*> on_op(SimProcess& process, FileOp op, const std::string& path);
  void look_for(const std::string& path, bool contents = false);
  /// Told after each change below a directory that readers look at.
  std::function<void(const std::string& path)> on_visible;

  /// Its threads have ended and what it ran is gone: what it still holds is wrong.
  Status check_left(const SimProcess& process) const;

  /// The incident that is due, if one is; each is returned once.
  std::optional<Incident> take_incident();
  /// No more faults, no more incidents.
  void heal();
  bool healed() const { return healed_; }

  uint64_t seed() const { return options_.seed; }
  int64_t num_ops() const { return num_ops_; }
  /// That could have failed: before heal().
  int64_t num_open_ops() const { return healed_ ? open_ops_ : num_ops_; }
  int64_t num_faults() const { return num_faults_; }
  /// The faults that happened, in the words of a scenario file.
  const std::vector<std::string>& story() const { return story_; }
  /// Something went wrong of which nobody was told.
  void count_fault() { ++num_faults_; }
  void tell(std::string line);
  const std::vector<std::string>& trace() const { return trace_; }
  /// Before each operation of the trace: changes that a loss of power would have found unsynced.
  const std::vector<size_t>& unsynced() const { return unsynced_; }

 private:
  bool is_damaged(const std::string& path) const;
  bool incident_due() const;
  bool comes(const Incident& incident) const;
  bool incident_hits(Phase phase);
  const Fault* fault_for(FileOp op, Phase phase, const std::string& path);

  WorldOptions options_;
  std::list<SimProcess> processes_;
  int64_t next_process_ = 1000;
  std::set<std::pair<std::string, bool>> looked_for_;
  std::vector<bool> fired_;
  std::vector<int64_t> passed_;  // that a fault fitted and let pass
  size_t first_open_ = 0;        // faults before it have fired
  size_t next_incident_ = 0;
  bool incident_hit_ = false;  // the next one has found its operation
  int64_t process_began_ns_ = 0;
  int64_t num_ops_ = 0;
  int64_t open_ops_ = 0;
  int64_t num_faults_ = 0;
  bool healed_ = false;
  std::vector<std::string> story_;
  std::vector<std::string> trace_;
  std::vector<size_t> unsynced_;
};

}  // namespace hw::sim
