// SPDX-License-Identifier: Apache-2.0

#include "sim/checkpoint_watch.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "job/checkpoint_contents.h"
#include "job/checkpoint_files.h"
#include "job/checkpoint_reader.h"
#include "job/job_checkpoint.h"
#include "job/lease_record.h"
#include "runtime/split_feed.h"

namespace hw::sim {
namespace {

constexpr std::string_view kRecords = "/lease/";

bool is_state(std::string_view path) {
  if (path.starts_with("/s3/")) path.remove_prefix(3);
  return path.starts_with("/state/") || path.starts_with("/state-version/");
}

bool read_number(std::string_view text, int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string uri_of(const std::string& directory) {
  return directory.starts_with("/s3/") ? "s3://bucket/" + directory.substr(4) : directory;
}

// Words from the end on; false when there are fewer.
bool take_last_word(std::string_view& text, std::string_view& word) {
  const size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return false;
  word = text.substr(dash + 1);
  text = text.substr(0, dash);
  return true;
}

}  // namespace

bool parse_part_name(std::string_view path, PartOfEpoch& part) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with("part-")) return false;
  name = name.substr(0, name.find('.'));
  std::string_view count, epoch, subtask, sink, generation;
  for (std::string_view* word : {&count, &epoch, &subtask, &sink, &generation})
    if (!take_last_word(name, *word)) return false;
  part.writer = std::string(sink) + "-" + std::string(subtask);
  return read_number(epoch, part.epoch) && read_number(generation, part.generation);
}

int64_t checkpoint_of_savepoint(std::string_view path) {
  int64_t number = 0;
  const size_t dash = path.rfind('-');
  if (dash == std::string_view::npos || !read_number(path.substr(dash + 1), number)) return 0;
  return number;
}

CheckpointWatch::CheckpointWatch(World& world)
    : world_(world), env_(world, world.add_observer(), {}) {
  find_records();
}

void CheckpointWatch::on_visible(const std::string& path) {
  if (path.starts_with("/out/")) return take_part(path);
  if (!is_state(path)) return;
  if (path.find(kRecords) == std::string::npos) return void(has_shrunk_ = true);
  if (path.starts_with("/s3/")) {
    const auto object = world_.objects.by_key.find(path.substr(4));
    if (object != world_.objects.by_key.end()) take_record(path, object->second.bytes);
  } else if (const DiskFilePtr file = world_.disk.find(path)) {
    take_record(path, file->bytes);
  }
}

// Heartbeats lie beside the records, and are none.
void CheckpointWatch::take_record(const std::string& path, std::string_view bytes) {
  const Result<LeaseRecord> record = decode_lease_record(bytes);
  if (!record.ok()) return;
  int64_t& newest = published_[record->generation];
  newest = std::max({newest, record->checkpoint, checkpoint_of_savepoint(record->origin)});
  const std::string directory = path.substr(0, path.find(kRecords));
  if (record->kind == LeaseRecord::Kind::kTake)
    return void(gone_on_from_[directory] = record->checkpoint > 0 ? record->manifest : "");
  ++num_published_;
  newest_ = {directory, record->manifest};
  std::string& from = gone_on_from_[directory];
  if (!from.empty()) restored_.push_back({directory, from, record->manifest});
  from.clear();
}

void CheckpointWatch::take_part(const std::string& path) {
  PartOfEpoch part;
  const DiskFilePtr file = world_.disk.find(path);
  if (file == nullptr || file->is_directory || !parse_part_name(path, part)) return;
  const int64_t published = newest_published(part.generation);
  if (published < part.epoch && problem_.ok())
    problem_ = Status::Invalid("output of epoch ", part.epoch,
                               " is visible, but the newest checkpoint that was published is ",
                               published, ": ", path);
  int64_t& shown = shown_[{part.writer, part.generation}];
  if (part.epoch < shown && problem_.ok())
    problem_ = Status::Invalid("output of epoch ", part.epoch, " becomes visible behind that of ",
                               shown, ": ", path);
  shown = std::max(shown, part.epoch);
}

void CheckpointWatch::after_crash() {
  shown_.clear();
  published_.clear();
  gone_on_from_.clear();
  find_records();
  restored_.clear();
}

void CheckpointWatch::find_records() {
  for (const auto& [path, file] : world_.disk.files_below("/"))
    if (is_state(path) && path.find(kRecords) != std::string::npos) take_record(path, file->bytes);
  for (const auto& [key, object] : world_.objects.by_key)
    if (is_state("/s3/" + key) && key.find(kRecords) != std::string::npos)
      take_record("/s3/" + key, object.bytes);
}

Result<CheckpointState> CheckpointWatch::newest_state() {
  return read_state(env_, uri_of(newest_.first), newest_.second);
}

Result<CheckpointState> CheckpointWatch::state_of(const std::string& path) {
  const size_t name = path.rfind('/') + 1;
  return read_state(env_, path.substr(0, name), path.substr(name));
}

int64_t CheckpointWatch::newest_published(int64_t generation) const {
  const auto found = published_.find(generation);
  return found == published_.end() ? 0 : found->second;
}

Status CheckpointWatch::check_restorable() {
  has_shrunk_ = false;
  std::set<std::string> directories;
  const auto note = [&](const std::string& path) {
    const size_t at = path.find(kRecords);
    if (is_state(path) && at != std::string::npos) directories.insert(path.substr(0, at));
  };
  for (const auto& [path, file] : world_.disk.files_below("/")) note(path);
  for (const auto& [key, object] : world_.objects.by_key) note("/s3/" + key);
  for (const std::string& directory : directories) HW_TRY(check_restorable(uri_of(directory)));
  return Status::OK();
}

namespace {

/// checkpoint-<number>-<attempt>
int64_t attempt_of(const std::string& manifest) {
  return std::strtoll(manifest.c_str() + manifest.rfind('-') + 1, nullptr, 10);
}

}  // namespace

Status CheckpointWatch::check_splits() {
  for (const Restored& restored : std::exchange(restored_, {})) {
    // Of an attempt before: a sleeper that woke goes its own way, to where nobody follows.
    if (attempt_of(restored.manifest) < attempt_of(restored.from)) continue;
    const auto before = split_watermarks(restored.directory, restored.from);
    const auto after = split_watermarks(restored.directory, restored.manifest);
    // Either may have been removed meanwhile.
    if (!before.ok() || !after.ok()) continue;
    for (const auto& [split, watermark_ms] : *before) {
      const auto found = after->find(split);
      if (found != after->end() && found->second < watermark_ms)
        return Status::Invalid("the watermark of ", split, " fell from ", watermark_ms, " in ",
                               restored.from, " to ", found->second, " in ", restored.manifest);
    }
  }
  return Status::OK();
}

Result<std::map<std::string, int64_t>> CheckpointWatch::split_watermarks(
    const std::string& directory, const std::string& manifest_name) {
  HW_ASSIGN_OR_RETURN(const auto files, read_checkpoint_files(env_, uri_of(directory)));
  HW_ASSIGN_OR_RETURN(Manifest manifest, read_manifest(*files, manifest_name));
  HW_ASSIGN_OR_RETURN(
      const JobCheckpoint checkpoint,
      read_checkpoint(files, std::make_shared<const Manifest>(std::move(manifest))));
  std::map<std::string, int64_t> watermarks;
  for (const OperatorSnapshot& snapshot : checkpoint.operators) {
    for (const auto& [name, bytes] : snapshot.named) {
      if (!name.starts_with("split-")) continue;
      const Result<DealtSplit> split = decode_split(bytes);
      if (split.ok()) watermarks[snapshot.uid + "/" + split->split.id] = split->watermark_ms;
    }
  }
  return watermarks;
}

// The newest one has to be there; an older one may be gone, but not in part.
Status CheckpointWatch::check_restorable(const std::string& directory) {
  HW_ASSIGN_OR_RETURN(const auto files, read_checkpoint_files(env_, directory));
  HW_ASSIGN_OR_RETURN(const LeaseChain chain, read_lease_chain(*files));
  const std::vector<LeaseRecord> lineage = chain.lineage();
  std::set<std::string> there;
  HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> listed, files->list(""));
  for (const StoredFile& file : listed) there.insert(file.name);
  for (size_t i = 0; i < lineage.size(); ++i) {
    const LeaseRecord& record = lineage[i];
    if (i + 1 < lineage.size() && !there.contains(record.manifest)) continue;
    Status status;
    const Result<Manifest> manifest = read_manifest(*files, record.manifest);
    status = manifest.ok() ? verify_files(*files, *manifest) : manifest.status();
    if (!status.ok())
      return Status::Invalid("checkpoint ", record.checkpoint,
                             " was published and cannot be restored: ", status.message());
  }
  return Status::OK();
}

}  // namespace hw::sim
