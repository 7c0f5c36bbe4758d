// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_inspection.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

#include "base/env/env.h"
#include "columnar/arrow_ipc.h"
#include "job/checkpoint_files.h"
#include "job/checkpoint_reader.h"
#include "job/checkpoint_store.h"
#include "job/lease_record.h"
#include "job/savepoint.h"
#include "state/snapshot_index.h"
#include "state/stored_rows.h"

namespace hw {
namespace {

constexpr std::string_view kArrowSuffix = ".arrow";
// <state directory>/savepoints/<savepoint>, <state directory>/<job>.
constexpr int kDepthMax = 3;

using Files = std::shared_ptr<const CheckpointFiles>;

Status validate_arrow(const SnapshotSource& snapshot, const std::string& stream,
                      arrow::MemoryPool* pool) {
  HW_ASSIGN_OR_RETURN(const auto bytes, snapshot.open(stream));
  HW_ASSIGN_OR_RETURN(const auto reader,
                      arrow::ipc::RecordBatchFileReader::Open(bytes, ipc_read_options(pool)));
  for (int i = 0; i < reader->num_record_batches(); ++i) {
    HW_ASSIGN_OR_RETURN(const auto batch, reader->ReadRecordBatch(i));
    HW_TRY(validate_stored_rows(*batch));
  }
  return Status::OK();
}

Result<SnapshotIndex> read_index(const SnapshotSource& snapshot) {
  HW_ASSIGN_OR_RETURN(const auto stream, snapshot.open(kSnapshotIndexStream));
  HW_ASSIGN_OR_RETURN(const int64_t size, stream->GetSize());
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, stream->ReadAt(0, size));
  return decode_snapshot_index(
      {reinterpret_cast<const char*>(bytes->data()), static_cast<size_t>(bytes->size())});
}

/// The file that holds the stream; empty when there is no such stream.
std::string file_of(const ManifestInstance& instance, std::string_view name) {
  for (const ManifestStream& stream : instance.streams) {
    if (stream.name == name) return stream.file;
  }
  return {};
}

/// Collects what one checkpoint holds.
class CheckpointInspector {
 public:
  CheckpointInspector(Env& env, Files files, bool deep)
      : env_(env), files_(std::move(files)), deep_(deep) {}

  InspectedCheckpoint inspect(const std::string& manifest_name) {
    InspectedCheckpoint out;
    out.path = files_->shown(manifest_name);
    Result<Manifest> manifest = read_manifest(*files_, manifest_name);
    if (!manifest.ok()) {
      out.damage.push_back({out.path, manifest.status()});
      return out;
    }
    out.manifest = *std::move(manifest);
    damaged_.clear();
    for (const ManifestFile& file : out.manifest.files) {
      out.num_bytes += file.checksums.length;
      if (!deep_) continue;
      const Status status = verify_file(*files_, file);
      if (status.ok()) continue;
      out.damage.push_back({files_->shown(file.name), status});
      damaged_.insert(file.name);
    }
    const auto shared = std::make_shared<const Manifest>(out.manifest);
    for (const ManifestOperator& op : out.manifest.operators) {
      out.operators.push_back(inspect_operator(op, shared, out.damage));
    }
    return out;
  }

 private:
  InspectedOperator inspect_operator(const ManifestOperator& op,
                                     const std::shared_ptr<const Manifest>& manifest,
                                     std::vector<Damage>& damage) {
    InspectedOperator out = {.uid = op.uid,
                             .kind = op.kind,
                             .name = op.name,
                             .parallelism = static_cast<int>(op.instances.size())};
    std::map<std::string, InspectedTable> tables;
    std::set<int> groups;
    for (const ManifestInstance& instance : op.instances) {
      const auto snapshot = open_snapshot(files_, manifest, instance);
      for (const ManifestStream& stream : instance.streams) {
        out.num_bytes += stream.length;
        if (!deep_ || !stream.name.ends_with(kArrowSuffix)) continue;
        if (damaged_.contains(stream.file)) continue;
        const Status valid = validate_arrow(*snapshot, stream.name, env_.memory_pool());
        if (!valid.ok()) damage.push_back({files_->shown(stream.file), valid});
      }
      if (file_of(instance, kSnapshotIndexStream).empty()) continue;
      const Result<SnapshotIndex> index = read_index(*snapshot);
      if (!index.ok()) {
        if (damaged_.contains(file_of(instance, kSnapshotIndexStream))) continue;
        damage.push_back(
            {op.name + " [" + std::to_string(instance.subtask) + "]: index", index.status()});
        continue;
      }
      for (const SnapshotTable& table : index->tables) {
        InspectedTable& sum = tables[table.name];
        sum.name = table.name;
        sum.kind = table.kind;
        sum.num_rows += table.live_rows;
        sum.num_bytes += table.stored_bytes();
        for (const auto& [group, first_row] : table.groups) groups.insert(group);
        for (const SnapshotDelta& delta : table.deltas) {
          for (const auto& [group, first_row] : delta.changed.groups) groups.insert(group);
        }
      }
    }
    out.num_key_groups_used = static_cast<int>(groups.size());
    for (auto& [name, table] : tables) out.tables.push_back(std::move(table));
    return out;
  }

  Env& env_;
  const Files files_;
  const bool deep_;
  std::set<std::string> damaged_;  // files of the checkpoint that are: said once
};

/// Everything in one job's directory: records, checkpoints, dropped ones, what nobody names.
class JobInspector {
 public:
  JobInspector(Env& env, Files files, bool deep)
      : files_(std::move(files)), deep_(deep), checkpoints_(env, files_, deep) {}

  Status inspect(Inspection& out) {
    std::map<std::string, LeaseRecord> published;
    HW_TRY(inspect_chain(out, published));
    HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> stored, files_->list(""));
    std::set<std::string> named;
    for (const StoredFile& file : stored) {
      if (file.name.starts_with(kManifestPrefix)) {
        InspectedCheckpoint checkpoint = checkpoints_.inspect(file.name);
        const auto record = published.find(file.name);
        checkpoint.published = record != published.end();
        if (checkpoint.published) HW_TRY(compare(file.name, record->second, checkpoint));
        for (const ManifestFile& data : checkpoint.manifest.files) named.insert(data.name);
        out.checkpoints.push_back(std::move(checkpoint));
      } else if (file.name.starts_with(kDroppedPrefix)) {
        HW_TRY(inspect_dropped(file.name, out, named));
      } else if (file.num_bytes > 0) {
        out.unreferenced.push_back(files_->shown(file.name));
      }
    }
    HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> data,
                        files_->list(std::string(kDataDirectory)));
    for (const StoredFile& file : data) {
      if (!named.contains(file.name)) out.unreferenced.push_back(files_->shown(file.name));
    }
    return Status::OK();
  }

 private:
  Status inspect_chain(Inspection& out, std::map<std::string, LeaseRecord>& published) {
    const Result<LeaseChain> chain = read_lease_chain(*files_);
    if (!chain.ok()) {
      out.damage.push_back({files_->shown("lease"), chain.status()});
      return Status::OK();
    }
    for (const LeaseChain::Damage& damage : chain->damaged) {
      out.damage.push_back({files_->shown(lease_record_name(damage.number)), damage.why});
    }
    for (const LeaseRecord& record : chain->lineage()) published[record.manifest] = record;
    // Older ones may have been dropped since; the newest never is.
    if (published.empty()) return Status::OK();
    const std::string newest = chain->lineage().back().manifest;
    if (!files_->modified_ns(newest).ok()) {
      out.damage.push_back(
          {files_->shown(newest), Status::IOError("the newest checkpoint is missing")});
    }
    return Status::OK();
  }

  Status compare(const std::string& name, const LeaseRecord& record,
                 InspectedCheckpoint& checkpoint) {
    HW_ASSIGN_OR_RETURN(const std::string bytes, files_->read(name, kManifestBytesMax));
    if (digest_of(bytes) == record.digest) return Status::OK();
    checkpoint.damage.push_back(
        {checkpoint.path, Status::SerializationError("it is not the manifest that was published")});
    return Status::OK();
  }

  // Some of its files may be gone; those that are left are whole.
  Status inspect_dropped(const std::string& name, Inspection& out, std::set<std::string>& named) {
    const Result<Manifest> manifest = read_manifest(*files_, name);
    if (!manifest.ok()) {
      out.damage.push_back({files_->shown(name), manifest.status()});
      return Status::OK();
    }
    for (const ManifestFile& file : manifest->files) {
      if (!named.insert(file.name).second || !deep_) continue;
      if (!files_->modified_ns(file.name).ok()) continue;
      const Status status = verify_file(*files_, file);
      if (!status.ok()) out.damage.push_back({files_->shown(file.name), status});
    }
    return Status::OK();
  }

  const Files files_;
  const bool deep_;
  CheckpointInspector checkpoints_;
};

// Goes down to whatever directories are Headwater's.
Status inspect_directory(Env& env, const Env::Location& place, bool deep, int depth,
                         Inspection& out) {
  HW_ASSIGN_OR_RETURN(const Files files, read_checkpoint_files(env, place.path));
  HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> own, files->list(""));
  HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> records, files->list("lease"));
  const bool is_job =
      !records.empty() || std::any_of(own.begin(), own.end(), [](const StoredFile& file) {
        return file.name.starts_with(kManifestPrefix);
      });
  if (is_job) return JobInspector(env, files, deep).inspect(out);
  const bool is_savepoint = std::any_of(own.begin(), own.end(), [](const StoredFile& file) {
    return file.name == kSavepointManifest;
  });
  if (is_savepoint) {
    out.checkpoints.push_back(
        CheckpointInspector(env, files, deep).inspect(std::string(kSavepointManifest)));
    return Status::OK();
  }
  if (depth == kDepthMax) return Status::OK();
  arrow::fs::FileSelector below;
  below.base_dir = place.path;
  HW_ASSIGN_OR_RETURN(auto found, place.files->GetFileInfo(below));
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.path() < b.path(); });
  for (const arrow::fs::FileInfo& entry : found) {
    if (entry.type() != arrow::fs::FileType::Directory) continue;
    HW_TRY(
        inspect_directory(env, {.files = place.files, .path = entry.path()}, deep, depth + 1, out));
  }
  return Status::OK();
}

}  // namespace

bool Inspection::damaged() const {
  return !damage.empty() ||
         std::any_of(checkpoints.begin(), checkpoints.end(),
                     [](const InspectedCheckpoint& one) { return !one.damage.empty(); });
}

Result<Inspection> inspect_checkpoints(Env& env, std::string_view path, bool deep) {
  HW_ASSIGN_OR_RETURN(Env::Location place, env.locate(path));
  while (place.path.size() > 1 && place.path.ends_with('/')) place.path.pop_back();
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, place.files->GetFileInfo(place.path));
  Inspection out;
  if (found.type() == arrow::fs::FileType::File) {
    const size_t end = place.path.rfind('/');
    const std::string directory = end == std::string::npos ? "."
                                  : end == 0               ? "/"
                                                           : place.path.substr(0, end);
    HW_ASSIGN_OR_RETURN(const Files files, read_checkpoint_files(env, directory));
    out.checkpoints.push_back(CheckpointInspector(env, files, deep).inspect(found.base_name()));
    return out;
  }
  if (found.type() == arrow::fs::FileType::Directory) {
    HW_TRY(inspect_directory(env, place, deep, 0, out));
  }
  if (out.checkpoints.empty() && out.damage.empty() && out.unreferenced.empty()) {
    return Status::IOError("there is no checkpoint or savepoint at '", path, "'");
  }
  return out;
}

}  // namespace hw
