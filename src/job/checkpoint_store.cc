// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_store.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/env/env.h"
#include "base/planted.h"
#include "job/checkpoint_error.h"
#include "job/checkpoint_reader.h"

namespace hw {
namespace {

constexpr size_t kNumberDigits = 12;

std::string padded(int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < kNumberDigits ? kNumberDigits - digits.size() : 0, '0') +
         digits;
}

struct NumberedName {
  int64_t checkpoint = 0;
  int64_t attempt = 0;
};

// `000000000012-3…` behind a prefix.
std::optional<NumberedName> parse_name(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  NumberedName parsed;
  const char* const end = name.data() + name.size();
  const auto first = std::from_chars(name.data(), end, parsed.checkpoint);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, parsed.attempt);
  if (second.ec != std::errc()) return std::nullopt;
  return parsed;
}

const std::string& data_prefix() {
  static const std::string* const prefix = new std::string(std::string(kDataDirectory) + "/");
  return *prefix;
}

Status remove_if_there(CheckpointFiles& files, const std::string& name) {
  if (!files.modified_ns(name).ok()) return Status::OK();
  return files.remove(name);
}

}  // namespace

std::string checkpoint_manifest_name(int64_t checkpoint, int64_t attempt) {
  return std::string(kManifestPrefix) + padded(checkpoint) + "-" + std::to_string(attempt);
}

CheckpointStore::CheckpointStore(Env& env, std::shared_ptr<CheckpointFiles> files, Lease& lease,
                                 CheckpointStoreOptions options)
    : env_(env),
      files_(std::move(files)),
      lease_(lease),
      options_(std::move(options)),
      opened_ms_(env.monotonic_ns() / 1'000'000) {}

Result<std::unique_ptr<CheckpointStore>> CheckpointStore::open(
    Env& env, std::shared_ptr<CheckpointFiles> files, Lease& lease,
    CheckpointStoreOptions options) {
  auto store = std::unique_ptr<CheckpointStore>(
      new CheckpointStore(env, std::move(files), lease, std::move(options)));
  HW_TRY(store->files_->make_directory(std::string(kDataDirectory)));
  HW_TRY(store->load());
  return store;
}

Status CheckpointStore::load() {
  HW_ASSIGN_OR_RETURN(const LeaseChain chain, read_lease_chain(*files_));
  int64_t newest = std::max(chain.newest_checkpoint(), options_.restored_checkpoint);
  std::map<std::string, int64_t> lineage;
  for (const LeaseRecord& record : chain.lineage()) lineage[record.manifest] = record.checkpoint;
  HW_ASSIGN_OR_RETURN(std::vector<StoredFile> stored, files_->list(""));
  for (const StoredFile& file : stored) {
    const auto dropped = parse_name(file.name, kDroppedPrefix);
    if (dropped) newest = std::max(newest, dropped->checkpoint);
    const auto name = parse_name(file.name, kManifestPrefix);
    if (!name) continue;
    newest = std::max(newest, name->checkpoint);
    Result<Manifest> manifest = read_manifest(*files_, file.name);
    auto shared = manifest.ok() ? std::make_shared<const Manifest>(*std::move(manifest)) : nullptr;
    const auto published = lineage.find(file.name);
    if (published != lineage.end()) {
      published_[published->second] = std::move(shared);
    } else if (chain.damaged.empty() && name->checkpoint > chain.newest_checkpoint()) {
      unpublished_.push_back(file.name);
    } else if (shared != nullptr) {
      // Without its manifest nobody can use the files of an abandoned one: those may go.
      abandoned_.push_back(std::move(shared));
    }
  }
  HW_ASSIGN_OR_RETURN(stored, files_->list(std::string(kDataDirectory)));
  for (const StoredFile& file : stored) {
    const auto name = parse_name(file.name, data_prefix());
    if (name) newest = std::max(newest, name->checkpoint);
  }
  next_checkpoint_ = newest + 1;
  return Status::OK();
}

std::unique_ptr<CheckpointWriter> CheckpointStore::writer(const Place& place) const {
  return std::make_unique<CheckpointWriter>(
      files_, data_prefix() + padded(place.checkpoint) + "-" + std::to_string(lease_.attempt()) +
                  "-" + std::to_string(place.operator_index) + "-" + std::to_string(place.subtask));
}

// Adds what streams name and the caller left out: files of earlier checkpoints.
Status CheckpointStore::complete_files(Manifest& manifest) const {
  std::map<std::string, ManifestFile> files;
  for (ManifestFile& file : manifest.files) {
    std::string name = file.name;
    files.insert_or_assign(std::move(name), std::move(file));
  }
  for (const ManifestOperator& op : manifest.operators) {
    for (const ManifestInstance& instance : op.instances) {
      for (const ManifestStream& stream : instance.streams) {
        if (files.contains(stream.file)) continue;
        for (const auto& [checkpoint, earlier] : published_) {
          const ManifestFile* file = earlier == nullptr ? nullptr : earlier->find_file(stream.file);
          if (file != nullptr) files.emplace(stream.file, *file);
        }
      }
    }
  }
  manifest.files.clear();
  for (auto& [name, file] : files) manifest.files.push_back(std::move(file));
  return check(manifest);
}

Result<std::string> CheckpointStore::write_manifest(Manifest& manifest) {
  manifest.job = options_.job;
  manifest.generation = lease_.generation();
  manifest.attempt = lease_.attempt();
  manifest.parent = published_.empty() ? 0 : published_.rbegin()->first;
  manifest.wall_ms = env_.wall_ms();
  const Status complete = complete_files(manifest);
  if (!complete.ok()) return Status::UnknownError(complete.message());
  HW_TRY(files_->sync_directory(std::string(kDataDirectory)));
  const std::string bytes = encode(manifest);
  std::string name = checkpoint_manifest_name(manifest.checkpoint, manifest.attempt);
  HW_TRY(files_->put_new(name, bytes));
  written_[manifest.checkpoint] = {.manifest = std::make_shared<const Manifest>(manifest),
                                   .digest = digest_of(bytes)};
  return name;
}

Status CheckpointStore::publish(const Manifest& manifest) {
  const auto written = written_.find(manifest.checkpoint);
  if (written == written_.end()) {
    return Status::UnknownError("checkpoint ", manifest.checkpoint,
                                " is published before its manifest is written");
  }
  const Manifest& durable = *written->second.manifest;
  std::set<std::string> sinks;
  for (const ManifestCommittable& item : durable.committables) sinks.insert(item.sink_uid);
  HW_TRY(lease_.publish({.checkpoint = durable.checkpoint,
                         .manifest = checkpoint_manifest_name(durable.checkpoint, durable.attempt),
                         .digest = written->second.digest,
                         .sinks = {sinks.begin(), sinks.end()}}));
  published_[durable.checkpoint] = written->second.manifest;
  written_.erase(written);
  return Status::OK();
}

Status CheckpointStore::abandon(int64_t checkpoint) {
  if (written_.erase(checkpoint) > 0) {
    HW_TRY(remove_if_there(*files_, checkpoint_manifest_name(checkpoint, lease_.attempt())));
  }
  HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> stored,
                      files_->list(std::string(kDataDirectory)));
  for (const StoredFile& file : stored) {
    const auto name = parse_name(file.name, data_prefix());
    if (!name || name->checkpoint != checkpoint || name->attempt != lease_.attempt()) continue;
    HW_TRY(files_->remove(file.name));
  }
  return Status::OK();
}

std::vector<int64_t> CheckpointStore::published() const {
  std::vector<int64_t> numbers;
  for (const auto& [checkpoint, manifest] : published_) numbers.push_back(checkpoint);
  return numbers;
}

std::shared_ptr<const Manifest> CheckpointStore::find(int64_t checkpoint) const {
  const auto found = published_.find(checkpoint);
  return found == published_.end() ? nullptr : found->second;
}

Status CheckpointStore::drop(int64_t checkpoint) {
  const auto found = published_.find(checkpoint);
  if (found == published_.end()) return Status::OK();
  if (std::next(found) == published_.end()) {
    return Status::UnknownError("the newest checkpoint ", checkpoint, " is not dropped");
  }
  // An unreadable one keeps its file, for whoever wants to look into it.
  if (found->second != nullptr) {
    const std::string name = checkpoint_manifest_name(checkpoint, found->second->attempt);
    const std::string dropped = std::string(kDroppedPrefix) + name.substr(kManifestPrefix.size());
    HW_TRY(files_->rename(name, dropped));
    dropped_ms_[dropped] = env_.monotonic_ns() / 1'000'000;
  }
  published_.erase(found);
  return Status::OK();
}

// What must stay: counted anew from the manifests every time, so that no count can be wrong.
std::set<std::string> CheckpointStore::named_files() const {
  std::set<std::string> named;
  const auto add = [&](const Manifest& manifest) {
    for (const ManifestFile& file : manifest.files) named.insert(file.name);
  };
  for (const auto& [checkpoint, manifest] : published_) add(*manifest);
  for (const auto& [checkpoint, written] : written_) add(*written.manifest);
  for (const auto& manifest : abandoned_) add(*manifest);
  return named;
}

Status CheckpointStore::remove_dropped(const std::string& name,
                                       const std::set<std::string>& named) {
  HW_ASSIGN_OR_RETURN(const Manifest manifest, read_manifest(*files_, name));
  for (const ManifestFile& file : manifest.files) {
    if (!named.contains(file.name) || HW_PLANTED_BUG(23))
      HW_TRY(remove_if_there(*files_, file.name));
  }
  HW_TRY(files_->remove(name));
  dropped_ms_.erase(name);
  return Status::OK();
}

// What dead attempts left: files that no manifest names, manifests that were never published.
Status CheckpointStore::sweep_leftovers() {
  std::set<std::string> named = named_files();
  for (const std::string& name : unpublished_) HW_TRY(remove_if_there(*files_, name));
  unpublished_.clear();
  HW_ASSIGN_OR_RETURN(std::vector<StoredFile> stored, files_->list("lease"));
  int64_t newest_ns = 0;
  for (const StoredFile& file : stored) newest_ns = std::max(newest_ns, file.modified_ns);
  for (const StoredFile& file : stored) {
    // A young one may belong to somebody who is just taking the job over.
    const bool old = file.modified_ns < newest_ns - options_.delete_grace_ms * 1'000'000;
    if (old && file.name.starts_with("lease/tmp-")) HW_TRY(files_->remove(file.name));
  }
  HW_ASSIGN_OR_RETURN(stored, files_->list(""));
  for (const StoredFile& file : stored) {
    if (file.name.starts_with("tmp-")) HW_TRY(files_->remove(file.name));
    if (!parse_name(file.name, kDroppedPrefix)) continue;
    HW_ASSIGN_OR_RETURN(const Manifest manifest, read_manifest(*files_, file.name));
    for (const ManifestFile& data : manifest.files) named.insert(data.name);
  }
  HW_ASSIGN_OR_RETURN(stored, files_->list(std::string(kDataDirectory)));
  for (const StoredFile& file : stored) {
    const auto name = parse_name(file.name, data_prefix());
    if (!name || name->attempt >= lease_.attempt() || named.contains(file.name)) continue;
    HW_TRY(files_->remove(file.name));
  }
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> unfinished,
                      files_->unfinished(std::string(kDataDirectory)));
  for (const std::string& file : unfinished) {
    const auto name = parse_name(file, data_prefix());
    if (name && name->attempt < lease_.attempt()) HW_TRY(files_->abandon(file));
  }
  leftovers_swept_ = true;
  return Status::OK();
}

std::vector<Status> CheckpointStore::sweep() {
  std::vector<Status> failures;
  const auto note = [&](const Status& status) {
    if (!status.ok()) failures.push_back(while_doing(status, "cleaning up checkpoints"));
  };
  for (const auto& [checkpoint, manifest] : published_) {
    if (manifest != nullptr) continue;
    note(Status::SerializationError("nothing is deleted, since the manifest of checkpoint ",
                                    checkpoint, " cannot be read"));
    return failures;
  }
  if (!published_.empty()) note(lease_.forget_before(published_.begin()->first));
  const int64_t now_ms = env_.monotonic_ns() / 1'000'000;
  const Result<std::vector<StoredFile>> stored = files_->list("");
  if (!stored.ok()) {
    note(stored.status());
    return failures;
  }
  const std::set<std::string> named = named_files();
  for (const StoredFile& file : *stored) {
    if (!parse_name(file.name, kDroppedPrefix)) continue;
    // Dropped by an earlier attempt: its grace begins anew.
    const int64_t dropped_ms = dropped_ms_.emplace(file.name, now_ms).first->second;
    const int64_t grace_ms = HW_PLANTED_BUG(23) ? 0 : options_.delete_grace_ms;
    if (now_ms - dropped_ms >= grace_ms) note(remove_dropped(file.name, named));
  }
  if (!leftovers_swept_ && now_ms - opened_ms_ >= options_.delete_grace_ms) {
    note(sweep_leftovers());
  }
  return failures;
}

}  // namespace hw
