// SPDX-License-Identifier: Apache-2.0

#include "state/snapshot.h"

#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>

namespace hw {
namespace {

/// Hands its bytes to the map when it is closed.
class MemoryStream final : public arrow::io::OutputStream {
 public:
  explicit MemoryStream(std::shared_ptr<arrow::Buffer>* target) : target_(target) {}
  Status Write(const void* bytes, int64_t length) override {
    bytes_.append(static_cast<const char*>(bytes), static_cast<size_t>(length));
    return Status::OK();
  }
  using arrow::io::OutputStream::Write;
  Status Close() override {
    if (!closed_) *target_ = arrow::Buffer::FromString(std::move(bytes_));
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return static_cast<int64_t>(bytes_.size()); }

 private:
  std::shared_ptr<arrow::Buffer>* const target_;  // in the map: stays where it is
  std::string bytes_;
  bool closed_ = false;
};

}  // namespace

Result<std::shared_ptr<arrow::io::OutputStream>> MemorySnapshot::create(std::string_view name) {
  const auto [place, is_new] = streams_.try_emplace(std::string(name));
  if (!is_new) return Status::IOError("snapshot stream '", name, "' is written twice");
  return std::make_shared<MemoryStream>(&place->second);
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> MemorySnapshot::open(
    std::string_view name) const {
  const auto found = streams_.find(std::string(name));
  if (found == streams_.end() || found->second == nullptr) {
    return Status::IOError("the snapshot has no stream '", name, "'");
  }
  return std::make_shared<arrow::io::BufferReader>(found->second);
}

DirectorySnapshot::DirectorySnapshot(std::shared_ptr<arrow::fs::FileSystem> files,
                                     std::string directory)
    : files_(std::move(files)), directory_(std::move(directory)) {}

Result<std::shared_ptr<arrow::io::OutputStream>> DirectorySnapshot::create(std::string_view name) {
  return files_->OpenOutputStream(directory_ + "/" + std::string(name));
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> DirectorySnapshot::open(
    std::string_view name) const {
  return files_->OpenInputFile(directory_ + "/" + std::string(name));
}

}  // namespace hw
