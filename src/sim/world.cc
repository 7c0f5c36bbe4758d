// SPDX-License-Identifier: Apache-2.0

#include "sim/world.h"

#include <algorithm>
#include <utility>

#include <arrow/memory_pool.h>
#include <fmt/format.h>

#include "base/memory.h"

namespace hw::sim {

namespace {

std::shared_ptr<arrow::MemoryPool> own_memory() {
  return std::make_shared<arrow::ProxyMemoryPool>(recycling_pool());
}

}  // namespace

World::World(WorldOptions options)
    : scheduler(options.schedule, hash), options_(std::move(options)) {
  fired_.resize(options_.faults.size());
  passed_.resize(options_.faults.size());
  if (options_.begin_from == nullptr) return;
  disk = options_.begin_from->disk.copy();
  objects = options_.begin_from->objects;
}

SimProcess& World::add_process() {
  process_began_ns_ = scheduler.now_ns();
  processes_.push_back({.id = next_process_++, .memory = own_memory()});
  return processes_.back();
}

SimProcess& World::add_observer() {
  processes_.push_back({.id = 999, .observes = true, .memory = own_memory()});
  return processes_.back();
}

WorldImage World::image() const { return {.disk = disk.copy(), .objects = objects}; }

void World::kill(SimProcess& process) {
  process.dead = true;
  process.paused = false;
  std::erase_if(locks, [&](const auto& lock) { return lock.second == &process; });
}

void World::lose_power(const Incident& incident) {
  for (SimProcess& process : processes_)
    if (!process.observes) kill(process);
  Random random(incident.seed);
  disk.crash(incident.rule, incident.sector, random, incident.seed);
}

Status World::check_left(const SimProcess& process) const {
  if (const int64_t bytes = process.memory->bytes_allocated(); bytes != 0)
    return Status::Invalid("process ", process.id, " has ended, and ", bytes,
                           " bytes of its memory are in use");
  for (const auto& [file, holder] : locks)
    if (holder == &process)
      return Status::Invalid("process ", process.id, " has ended and holds the lock of a file");
  return Status::OK();
}

void World::heal() {
  if (!healed_) open_ops_ = num_ops_;
  healed_ = true;
  disk.free_bytes = -1;
}

void World::tell(std::string line) {
  story_.push_back(fmt::format("{:>9.3f} s  {}", static_cast<double>(scheduler.now_ns()) / 1e9,
                               std::move(line)));
}

void World::look_for(const std::string& path, bool contents) {
  if (options_.import && looked_for_.emplace(path, contents).second)
    options_.import(path, contents, disk);
}

bool World::comes(const Incident& incident) const {
  return (incident.step >= 0 && scheduler.steps() >= incident.step) ||
         (incident.op >= 0 && num_ops_ >= incident.op) ||
         (incident.ms >= 0 && scheduler.now_ns() >= process_began_ns_ + incident.ms * 1'000'000);
}

bool World::is_damaged(const std::string& path) const {
  return std::any_of(options_.damaged_below.begin(), options_.damaged_below.end(),
                     [&](const std::string& directory) { return path.starts_with(directory); });
}

bool World::incident_due() const {
  if (healed_ || next_incident_ >= options_.incidents.size()) return false;
  const Incident& next = options_.incidents[next_incident_];
  return incident_hit_ || (!next.phase && comes(next));
}

bool World::incident_hits(Phase phase) {
  if (healed_ || next_incident_ >= options_.incidents.size()) return false;
  const Incident& next = options_.incidents[next_incident_];
  if (next.phase && *next.phase == phase && comes(next)) incident_hit_ = true;
  return incident_due();
}

std::optional<Incident> World::take_incident() {
  if (!incident_due()) return std::nullopt;
  incident_hit_ = false;
  return options_.incidents[next_incident_++];
}

const Fault* World::fault_for(FileOp op, Phase phase, const std::string& path) {
  if (healed_) return nullptr;
  while (first_open_ < fired_.size() && fired_[first_open_]) ++first_open_;
  for (size_t i = first_open_; i < fired_.size(); ++i) {
    const Fault& fault = options_.faults[i];
    if (fault.op > num_ops_) return nullptr;
    if (fired_[i] || !fits(fault.kind, op) || (fault.only && *fault.only != op) ||
        (fault.phase && *fault.phase != phase))
      continue;
    if (damages(fault.kind) && !is_damaged(path)) continue;
    if (fault.kind == FaultKind::kFlippedRead && options_.unchecked.contains(path)) continue;
    if (passed_[i] < fault.skip) {
      ++passed_[i];
      continue;
    }
    fired_[i] = true;
    return &fault;
  }
  return nullptr;
}

Result<const Fault*> World::on_op(SimProcess& process, FileOp op, const std::string& path) {
  const auto dead = [&] { return Status::IOError("process ", process.id, " is dead"); };
  if (process.observes) return nullptr;
  if (process.dead) return dead();
  scheduler.pass();
  if (process.dead) return dead();
  ++num_ops_;
  const Role role = role_of(scheduler.running_name());
  const Phase phase = phase_of(op, path, role == Role::kWorker);
  if (!healed_) coverage.seen(phase, op, role, is_damaged(path));
  if (incident_hits(phase)) {
    const auto kind = static_cast<int>(options_.incidents[next_incident_].kind);
    if (kind < kNumMishaps) coverage.hit(phase, kNumFaultKinds + kind, role);
    scheduler.preempt();
    scheduler.pass();
    if (process.dead) return dead();
  }
  hash.add(static_cast<uint64_t>(op));
  hash.add(path);
  if (options_.trace) unsynced_.push_back(disk.num_unsynced(512));
  if (options_.trace)
    trace_.push_back(fmt::format("step {} {} {}: {} {}", scheduler.steps(), process.id,
                                 scheduler.running_name(), to_text(op), path));
  const Fault* const fault = fault_for(op, phase, path);
  if (fault == nullptr) return fault;
  ++num_faults_;
  coverage.hit(phase, static_cast<int>(fault->kind), role);
  tell(fmt::format("{} of {} {} by {} (op {})", to_text(fault->kind), to_text(op), path,
                   scheduler.running_name(), num_ops_));
  if (fault->kind == FaultKind::kSlow) {
    const std::function<bool()> never = [] { return false; };
    scheduler.wait(never, static_cast<int64_t>(fault->amount % 2'000) * 1'000'000);
    if (process.dead) return dead();
    return nullptr;
  }
  return fault;
}

}  // namespace hw::sim
