// SPDX-License-Identifier: Apache-2.0

#include "connectors/checkpoint/checkpoint_states.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/env.h"
#include "columnar/sql_type.h"
#include "state/manifest_snapshot.h"

namespace hw {
namespace {

constexpr std::string_view kSavepointManifest = "manifest";
constexpr std::string_view kCheckpointPrefix = "checkpoint-";
constexpr size_t kNamesMax = 10;

Result<std::string> read_whole(arrow::fs::FileSystem& files, const std::string& path) {
  HW_ASSIGN_OR_RETURN(const auto in, files.OpenInputFile(path));
  HW_ASSIGN_OR_RETURN(const int64_t size, in->GetSize());
  if (size > kManifestBytesMax) {
    return Status::Invalid("'", path, "' has ", size, " bytes: it is no checkpoint");
  }
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, in->ReadAt(0, size));
  return bytes->ToString();
}

/// Names, a bounded number of them, to choose from.
std::string listed(std::vector<std::string> names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < kNamesMax; ++i) text += "\n  " + names[i];
  if (names.size() > kNamesMax) {
    text += "\n  and " + std::to_string(names.size() - kNamesMax) + " more";
  }
  return text;
}

/// What a directory that is no savepoint has to offer.
Status no_savepoint(arrow::fs::FileSystem& files, const std::string& directory) {
  arrow::fs::FileSelector all;
  all.base_dir = directory;
  HW_ASSIGN_OR_RETURN(const auto found, files.GetFileInfo(all));
  std::vector<std::string> names;
  for (const arrow::fs::FileInfo& file : found) {
    if (file.base_name().starts_with(kCheckpointPrefix)) names.push_back(file.path());
  }
  std::sort(names.rbegin(), names.rend());
  if (names.empty()) {
    return Status::IOError("there is no checkpoint or savepoint at '", directory,
                           "': 'path' is a savepoint's directory or a checkpoint's manifest");
  }
  return Status::Invalid("'", directory,
                         "' holds checkpoints and is none: 'path' names one of them",
                         listed(std::move(names)));
}

std::string directory_of(const std::string& path) {
  const size_t end = path.rfind('/');
  return end == std::string::npos ? "." : end == 0 ? "/" : path.substr(0, end);
}

}  // namespace

CheckpointStates::CheckpointStates(std::shared_ptr<arrow::fs::FileSystem> files,
                                   std::string directory, std::shared_ptr<const Manifest> manifest)
    : files_(std::move(files)), directory_(std::move(directory)), manifest_(std::move(manifest)) {}

Result<std::shared_ptr<const CheckpointStates>> CheckpointStates::open(Env& env,
                                                                       const std::string& path) {
  HW_ASSIGN_OR_RETURN(Env::Location place, env.locate(path));
  while (place.path.size() > 1 && place.path.ends_with('/')) place.path.pop_back();
  HW_ASSIGN_OR_RETURN(arrow::fs::FileInfo found, place.files->GetFileInfo(place.path));
  std::string name = place.path;
  if (found.type() == arrow::fs::FileType::Directory) {
    name += "/" + std::string(kSavepointManifest);
    HW_ASSIGN_OR_RETURN(found, place.files->GetFileInfo(name));
    if (found.type() != arrow::fs::FileType::File) return no_savepoint(*place.files, place.path);
  }
  if (found.type() != arrow::fs::FileType::File) {
    return Status::IOError("there is no checkpoint or savepoint at '", path, "'");
  }
  HW_ASSIGN_OR_RETURN(const std::string bytes, read_whole(*place.files, name));
  Result<Manifest> manifest = decode_manifest(bytes);
  if (!manifest.ok()) {
    return manifest.status().WithMessage(name, ": ", manifest.status().message());
  }
  return std::make_shared<const CheckpointStates>(
      place.files, directory_of(name), std::make_shared<const Manifest>(*std::move(manifest)));
}

Result<const ManifestOperator*> CheckpointStates::find_operator(std::string_view named) const {
  std::vector<const ManifestOperator*> found;
  std::vector<std::string> names;
  for (const ManifestOperator& op : manifest_->operators) {
    if (op.tables.empty()) continue;
    if (op.uid == named) return &op;
    if (op.name == named || op.kind == named) found.push_back(&op);
    names.push_back("'" + op.uid + "': " + op.name);
  }
  if (found.size() == 1) return found[0];
  return Status::Invalid(
      "'operator' names one operator of the checkpoint by its uid, or by its name "
      "where that is the only one, but '",
      named, "' names ", found.size(), "; it has", listed(std::move(names)));
}

Result<const ManifestTable*> CheckpointStates::find_table(const ManifestOperator& op,
                                                          std::string_view named) {
  std::vector<std::string> names;
  for (const ManifestTable& table : op.tables) {
    if (table.name == named) return &table;
    names.push_back("'" + table.name + "': " + schema_text(table));
  }
  return Status::Invalid("operator '", op.uid, "' (", op.name, ") has no state '", named,
                         "'; it has", listed(std::move(names)));
}

std::shared_ptr<SnapshotSource> CheckpointStates::snapshot(const ManifestInstance& instance) const {
  return open_manifest_snapshot(
      {.open = [files = files_, directory = directory_](const std::string& name)
           -> Result<std::shared_ptr<arrow::io::RandomAccessFile>> {
         return files->OpenInputFile(directory + "/" + name);
       },
       .shown = [directory =
                     directory_](const std::string& name) { return directory + "/" + name; }},
      manifest_, instance);
}

Result<SnapshotIndex> CheckpointStates::index(const ManifestInstance& instance) const {
  const bool has_state =
      std::any_of(instance.streams.begin(), instance.streams.end(),
                  [](const ManifestStream& stream) { return stream.name == kSnapshotIndexStream; });
  if (!has_state) return SnapshotIndex{};
  HW_ASSIGN_OR_RETURN(const auto stream, snapshot(instance)->open(kSnapshotIndexStream));
  HW_ASSIGN_OR_RETURN(const int64_t size, stream->GetSize());
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, stream->ReadAt(0, size));
  return decode_snapshot_index(std::string_view(*bytes));
}

std::string schema_text(const ManifestTable& table) {
  std::string text;
  for (const ManifestColumn& column : table.columns) {
    text += (text.empty() ? "" : ", ") + name_to_sql(column.name) + " " + column.type;
  }
  return text;
}

}  // namespace hw
