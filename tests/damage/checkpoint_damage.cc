// SPDX-License-Identifier: Apache-2.0

#include "checkpoint_damage.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "job/checkpoint_error.h"
#include "job/checkpoint_files.h"
#include "job/checkpoint_reader.h"
#include "job/lease_record.h"
#include "job/savepoint.h"

namespace hw {
namespace {

constexpr std::string_view kSavepoints = "/savepoints";

// A disk on which a job died, and what to look at.
struct Image {
  std::string name;
  MemoryDisk disk;
  /// The job's directory, or the savepoint's.
  std::string root;
  std::string restore;
  /// Files that going on cannot do without: a change in one of them is never unnoticed.
  std::set<std::string> needed = {};
  std::string newest_record = {};  // of the lease
};

struct Lives {
  const SmallJob& job;
  std::string wanted;
};

Result<std::string> undisturbed(const SmallJob& job) {
  MemoryDisk disk = new_disk(job);
  HW_TRY(live(job, disk, {}).status);
  return shown(job, disk);
}

// Dies with its fourth checkpoint, of which three are kept.
Result<Image> killed(const SmallJob& job, std::string name, int steps_behind) {
  Image image{.name = job.name + ", " + std::move(name),
              .disk = {},
              .root = "/state/" + job.name,
              .restore = ""};
  MemoryDisk disk = new_disk(job);
  LifeRule rule{.steps_between = 2, .steps_behind = steps_behind};
  rule.on_published = [&](int published) {
    if (published < 4) return false;
    if (steps_behind == 0) image.disk = disk;
    return true;
  };
  const Life life = live(job, disk, rule);
  HW_TRY(life.status);
  if (life.ended) return Status::UnknownError(job.name, " takes too few checkpoints");
  if (steps_behind > 0) image.disk = disk;
  return image;
}

// A savepoint, and all else gone but what the sink shows and holds.
Result<Image> saved(const SmallJob& job) {
  Image image{.name = job.name + ", from a savepoint", .disk = {}, .root = "", .restore = ""};
  MemoryDisk disk = new_disk(job);
  LifeRule rule{.steps_between = 2, .savepoint_directory = std::string(kSavepoints)};
  rule.on_saved = [&] { image.disk = disk; };
  HW_TRY(live(job, disk, rule).status);
  image.disk.remove_directory("/state");
  for (const std::string& path : image.disk.below(std::string(kSavepoints) + "/")) {
    image.root = path.substr(0, path.find('/', kSavepoints.size() + 1));
  }
  if (image.root.empty()) return Status::UnknownError(job.name, " has left no savepoint");
  image.restore = image.root;
  return image;
}

void need(Image& image, const std::string& directory, const std::string& manifest_name,
          const Manifest& manifest) {
  image.needed.insert(directory + "/" + manifest_name);
  for (const ManifestFile& file : manifest.files) image.needed.insert(directory + "/" + file.name);
}

Status find_needed(Image& image) {
  MemoryDiskEnv env(image.disk, 1);
  if (!image.restore.empty()) {
    HW_ASSIGN_OR_RETURN(const OpenedCheckpoint opened, open_checkpoint(env, image.restore));
    need(image, image.root, opened.manifest_name, *opened.manifest);
    return Status::OK();
  }
  HW_ASSIGN_OR_RETURN(const auto files, read_checkpoint_files(env, image.root));
  HW_ASSIGN_OR_RETURN(const LeaseChain chain, read_lease_chain(*files));
  const std::vector<LeaseRecord> lineage = chain.lineage();
  if (lineage.empty()) return Status::UnknownError("nothing was published");
  HW_ASSIGN_OR_RETURN(const Manifest manifest, read_manifest(*files, lineage.back().manifest));
  need(image, image.root, lineage.back().manifest, manifest);
  image.newest_record = image.root + "/" + lease_record_name(chain.newest_number);
  image.needed.insert(image.newest_record);
  return Status::OK();
}

// The object that a message must name: the file, for a record of the lease its number.
bool names(const std::string& message, const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  if (message.find(name) != std::string::npos) return true;
  const size_t digits = name.find_first_not_of('0');
  return path.find("/lease/") != std::string::npos && digits != std::string::npos &&
         message.find("record " + name.substr(digits) + " ") != std::string::npos;
}

// What is wrong with how the job went on; empty = nothing.
std::string complaint(const Lives& lives, const Image& image, const Damage& damage,
                      MemoryDisk& disk, const Life& life, Verdict& verdict) {
  if (!life.status.ok()) {
    verdict = Verdict::kStopped;
    const std::string message = life.status.message();
    const bool named =
        names(message, damage.file) || (!damage.other.empty() && names(message, damage.other));
    if (!named && damage.kind != Damage::Kind::kRemoveDirectory) {
      return "stopped, and the damaged file is not named: " + life.status.ToString();
    }
    return "";
  }
  const Result<std::string> got = shown(lives.job, disk);
  if (!got.ok()) return "its output: " + got.status().ToString();
  if (*got != lives.wanted) return "expected\n" + lives.wanted + "got\n" + *got;
  if (!life.told("goes on from checkpoint") && !life.told("already complete")) {
    return "a silent fresh start";
  }
  verdict = life.told("passed over") ? Verdict::kFellBack : Verdict::kHarmless;
  // Without its newest record the chain is what it was before: the disk of a process that was
  // killed before it published. Sinks that show more than that refuse what follows, or find it
  // done.
  if (damage.kind == Damage::Kind::kRemove && damage.file == image.newest_record) return "";
  const bool needed = image.needed.contains(damage.file) ||
                      (damage.kind == Damage::Kind::kSwap && image.needed.contains(damage.other));
  if (needed && verdict == Verdict::kHarmless) return "nobody noticed";
  return "";
}

std::vector<std::string> directories_below(const MemoryDisk& disk, const std::string& root) {
  std::vector<std::string> found;
  for (const std::string& directory : disk.directories()) {
    if (directory.starts_with(root + "/")) found.push_back(directory);
  }
  return found;
}

Result<Tally> damage_image(const Lives& lives, Image& image, const DamageRule& rule) {
  HW_TRY(find_needed(image));
  const LifeRule next{.start_ms = 100'000'000, .restore = image.restore};
  // Undamaged it goes on, or nothing that follows means anything.
  MemoryDisk disk = image.disk;
  HW_TRY(live(lives.job, disk, next).status);
  HW_ASSIGN_OR_RETURN(const std::string whole, shown(lives.job, disk));
  if (whole != lives.wanted) {
    return Status::UnknownError(image.name, ": expected\n", lives.wanted, "got\n", whole);
  }
  std::vector<Damage> damages = all_damages(image.disk, image.disk.below(image.root + "/"),
                                            directories_below(image.disk, image.root));
  if (rule.cases > 0) damages = some_of(std::move(damages), rule.cases, rule.seed);
  Tally tally;
  for (const Damage& damage : damages) {
    disk = image.disk;
    if (!apply(damage, disk)) continue;
    say_under_way(image.name + ": " + to_text(damage));
    const Life life = live(lives.job, disk, next);
    Verdict verdict = Verdict::kHarmless;
    const std::string why = complaint(lives, image, damage, disk, life, verdict);
    if (why.empty()) {
      tally.add(damage, verdict);
    } else {
      tally.add_wrong(image.name, damage, why);
    }
  }
  return tally;
}

}  // namespace

Result<Tally> damage_checkpoints(const SmallJob& job, const DamageRule& rule) {
  Lives lives{.job = job, .wanted = ""};
  HW_ASSIGN_OR_RETURN(lives.wanted, undisturbed(job));
  std::vector<Image> images;
  HW_ASSIGN_OR_RETURN(images.emplace_back(), killed(job, "killed before its sinks commit", 0));
  HW_ASSIGN_OR_RETURN(images.emplace_back(), killed(job, "killed later", 4));
  HW_ASSIGN_OR_RETURN(images.emplace_back(), saved(job));
  DamageRule each = rule;
  each.cases = rule.cases == 0 ? 0 : std::max<size_t>(1, rule.cases / images.size());
  Tally all;
  for (Image& image : images) {
    HW_ASSIGN_OR_RETURN(const Tally tally, damage_image(lives, image, each));
    all.add(tally);
  }
  return all;
}

}  // namespace hw
