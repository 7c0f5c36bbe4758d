// SPDX-License-Identifier: Apache-2.0

#include "sim/savepoint_version.h"

#include <charconv>
#include <string_view>

#include "sim/checkpoint_watch.h"

namespace hw::sim {
namespace {

constexpr std::string_view kOutputPath = "'path' = '/out'";

}  // namespace

TakenSavepoint savepoint_of_manifest(const std::string& path) {
  constexpr std::string_view kManifest = "/manifest";
  constexpr std::string_view kObjects = "/s3";
  TakenSavepoint taken;
  std::string_view directory = path;
  const bool object = directory.starts_with(kObjects);
  if (object) directory.remove_prefix(kObjects.size());
  if (!directory.starts_with(std::string(kSavepointDirectory) + "/") ||
      !directory.ends_with(kManifest))
    return taken;
  directory.remove_suffix(kManifest.size());
  taken.checkpoint = checkpoint_of_savepoint(directory);
  // `savepoint-<job>-<generation>-<attempt>-<number>`
  std::string_view rest = directory;
  for (int i = 0; i < 2; ++i) rest = rest.substr(0, rest.rfind('-'));
  const std::string_view generation = rest.substr(rest.rfind('-') + 1);
  std::from_chars(generation.data(), generation.data() + generation.size(), taken.generation);
  taken.path = object ? "s3://bucket" + std::string(directory) : std::string(directory);
  return taken;
}

bool has_own_place(const SimJob& job) {
  return job.reader_script.empty() && !job.any_lines &&
         job.script.find(kOutputPath) != std::string::npos;
}

SimPlan plan_of_version(const SimPlan& plan, const TakenSavepoint& savepoint, bool own_place) {
  SimPlan version = {.seed = plan.seed, .job = plan.job, .begin_from = savepoint.world};
  if (own_place) {
    const size_t at = version.job.script.find(kOutputPath);
    version.job.script.replace(at, kOutputPath.size(),
                               "'path' = '" + std::string(kVersionOutputDirectory) + "'");
  }
  version.schedule.strategy = Strategy::kRunToBlock;
  ProcessOptions process = plan.processes.front();
  process.parallelism = 1 + static_cast<int>((plan.seed + 1) % 4);
  process.standby = false;
  process.savepoint = savepoint.path;
  process.pace.row_gap_ns = 0;
  for (auto& [key, value] : process.settings)
    if (key == "execution.checkpointing.dir") value = kVersionStateDirectory;
  version.processes = {std::move(process)};
  return version;
}

}  // namespace hw::sim
