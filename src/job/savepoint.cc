// SPDX-License-Identifier: Apache-2.0

#include "job/savepoint.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/env.h"
#include "job/checkpoint_reader.h"
#include "job/checkpoint_store.h"

namespace hw {
namespace {

constexpr int64_t kCopyBytes = 4 << 20;

// Checked while it is read: ChecksummedFile fails on the first wrong block, the digest on the rest.
Status copy_file(const CheckpointFiles& from, const ManifestFile& file, const std::string& name,
                 CheckpointFiles& to) {
  HW_ASSIGN_OR_RETURN(auto bytes, from.open(file.name));
  HW_ASSIGN_OR_RETURN(const auto in, ChecksummedFile::open(std::move(bytes), file.checksums,
                                                           from.shown(file.name)));
  HW_ASSIGN_OR_RETURN(const auto out, to.create(name));
  DigestStream digest;
  for (int64_t at = 0; at < file.checksums.length; at += kCopyBytes) {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> piece, in->ReadAt(at, kCopyBytes));
    digest.update(piece->data(), piece->size());
    HW_TRY(out->append(
        {reinterpret_cast<const char*>(piece->data()), static_cast<size_t>(piece->size())}));
  }
  HW_TRY(out->finish());
  if (digest.digest() == file.digest) return Status::OK();
  return Status::SerializationError("'", from.shown(file.name), "' is damaged: wrong digest");
}

std::string base_name(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

}  // namespace

Result<std::string> write_savepoint(Env& env, const CheckpointFiles& from, const Manifest& manifest,
                                    std::string_view directory) {
  HW_ASSIGN_OR_RETURN(const Env::Location parent, env.locate(directory));
  std::string path = parent.path + "/savepoint-" + job_folder(manifest.job) + "-" +
                     std::to_string(manifest.generation) + "-" + std::to_string(manifest.attempt) +
                     "-" + std::to_string(manifest.checkpoint);
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<CheckpointFiles> to, open_checkpoint_files(env, path));
  HW_TRY(to->make_directory(std::string(kDataDirectory)));
  Manifest copy = manifest;
  if (copy.kind == ManifestKind::kCheckpoint) copy.kind = ManifestKind::kSavepoint;
  // Names of data files are unique in their directory, whichever directory that was.
  const auto renamed = [](const std::string& name) {
    return std::string(kDataDirectory) + "/" + base_name(name);
  };
  for (ManifestFile& file : copy.files) {
    const std::string name = renamed(file.name);
    HW_TRY(while_doing(copy_file(from, file, name, *to), "writing the savepoint '" + path + "'"));
    file.name = name;
  }
  std::sort(copy.files.begin(), copy.files.end(),
            [](const ManifestFile& a, const ManifestFile& b) { return a.name < b.name; });
  for (ManifestOperator& op : copy.operators) {
    for (ManifestInstance& instance : op.instances) {
      for (ManifestStream& stream : instance.streams) stream.file = renamed(stream.file);
    }
  }
  HW_TRY(check(copy));
  HW_TRY(to->sync_directory(std::string(kDataDirectory)));
  HW_TRY(to->put_new(std::string(kSavepointManifest), encode(copy)));
  return path;
}

Result<OpenedCheckpoint> open_checkpoint(Env& env, std::string_view path) {
  HW_ASSIGN_OR_RETURN(Env::Location location, env.locate(path));
  while (location.path.size() > 1 && location.path.ends_with('/')) location.path.pop_back();
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, location.files->GetFileInfo(location.path));
  OpenedCheckpoint opened;
  std::string directory = location.path;
  if (found.type() == arrow::fs::FileType::Directory) {
    opened.manifest_name = kSavepointManifest;
  } else if (found.type() == arrow::fs::FileType::File) {
    opened.manifest_name = base_name(location.path);
    const size_t end = location.path.rfind('/');
    directory = end == std::string::npos ? "." : end == 0 ? "/" : location.path.substr(0, end);
  } else {
    return Status::IOError("there is no checkpoint or savepoint at '", path, "'");
  }
  HW_ASSIGN_OR_RETURN(opened.files, read_checkpoint_files(env, directory));
  if (!opened.files->modified_ns(opened.manifest_name).ok()) {
    return Status::IOError("'", path, "' is no savepoint, or only half of one: it has no file '",
                           kSavepointManifest, "'");
  }
  HW_ASSIGN_OR_RETURN(Manifest manifest, read_manifest(*opened.files, opened.manifest_name));
  opened.digest = digest_of(encode(manifest));
  opened.manifest = std::make_shared<const Manifest>(std::move(manifest));
  return opened;
}

}  // namespace hw
