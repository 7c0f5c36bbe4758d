// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_objects.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>

#include "sim/sim_files.h"
#include "sim/world.h"

namespace hw::sim {
namespace {

// Requests may outlive who sent them by so long.
constexpr uint64_t kLateMsMax = 60'000;

/// How operations on objects are called in stories: `/s3/state/o/lease/…`.
std::string path_of(const ObjectName& name) { return "/s3/" + name.key; }

class SimObjectStore final : public ObjectStore {
 public:
  SimObjectStore(World& world, SimProcess& process) : world_(world), process_(process) {}

  Status put(const ObjectName& name, std::string_view bytes, Put how) override {
    const bool if_new = how == Put::kNew;
    HW_ASSIGN_OR_RETURN(const Fault* fault,
                        begin(if_new ? FileOp::kPublish : FileOp::kAppend, name));
    if (fault == nullptr) return apply(name.key, bytes, if_new);
    if (fault->kind == FaultKind::kErrorAfter) {
      if (fault->amount % 2 == 0) {
        (void)apply(name.key, bytes, if_new);
      } else {
        const auto delay_ms = static_cast<int64_t>(fault->amount / 2 % kLateMsMax);
        objects().late.push_back({.at_ns = world_.scheduler.now_ns() + delay_ms * 1'000'000,
                                  .key = name.key,
                                  .bytes = std::string(bytes),
                                  .if_new = if_new});
      }
    }
    return io_error("no answer to the put of", name.uri());
  }

  Result<std::unique_ptr<ObjectUpload>> upload(const ObjectName& name) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, begin(FileOp::kOpen, name));
    if (fault != nullptr) return io_error("cannot begin the upload of", name.uri());
    const int64_t number = objects().next_number++;
    objects().uploads.emplace(name.key, number);
    return std::make_unique<Upload>(*this, name, number);
  }
  Result<std::vector<std::string>> unfinished(const ObjectName& name) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, begin(FileOp::kList, name));
    if (fault != nullptr) return io_error("cannot list the uploads below", name.uri());
    std::vector<std::string> keys;
    for (const auto& [key, number] : objects().uploads)
      if (key.starts_with(name.key)) keys.push_back(key);
    return keys;
  }
  Status abandon(const ObjectName& name) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, begin(FileOp::kRemove, name));
    if (fault == nullptr || fault->kind == FaultKind::kErrorAfter)
      objects().uploads.erase(name.key);
    return fault == nullptr ? Status::OK() : io_error("cannot give up the upload of", name.uri());
  }

  Result<std::optional<StoredObject>> find(const ObjectName& name) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, begin(FileOp::kStat, name));
    if (fault != nullptr) return io_error("cannot look at", name.uri());
    const auto found = objects().by_key.find(name.key);
    if (found == objects().by_key.end()) return std::nullopt;
    return stored(found->first, found->second);
  }

  Result<std::shared_ptr<arrow::Buffer>> read(const ObjectName& name, const Range& range) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, begin(FileOp::kRead, name));
    if (fault != nullptr && fault->kind != FaultKind::kFlippedRead &&
        fault->kind != FaultKind::kFlippedBit)
      return io_error("cannot read", name.uri());
    const auto found = objects().by_key.find(name.key);
    if (found == objects().by_key.end())
      return Status::IOError("there is no object '", name.uri(), "'");
    if (!range.etag.empty() && range.etag != found->second.etag)
      return Status::IOError("'", name.uri(), "' has become another object");
    if (fault != nullptr && fault->kind == FaultKind::kFlippedBit)
      flip(found->second.bytes, fault->amount);
    const std::string& bytes = found->second.bytes;
    const auto begin_at = std::min(static_cast<size_t>(range.offset), bytes.size());
    std::string part = bytes.substr(begin_at, static_cast<size_t>(range.length));
    if (fault != nullptr && fault->kind == FaultKind::kFlippedRead) flip(part, fault->amount);
    return arrow::Buffer::FromString(std::move(part));
  }

  Result<ObjectListing> list(const ObjectName& prefix, const ListOptions& options) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, begin(FileOp::kList, prefix));
    if (fault != nullptr) return io_error("cannot list", prefix.uri());
    ObjectListing listing;
    const auto& all = objects().by_key;
    for (auto it = all.lower_bound(prefix.key);
         it != all.end() && it->first.starts_with(prefix.key); ++it) {
      const size_t slash =
          options.by_folder ? it->first.find('/', prefix.key.size()) : std::string::npos;
      if (slash != std::string::npos) {
        std::string folder = it->first.substr(0, slash + 1);
        if (listing.folders.empty() || listing.folders.back() != folder)
          listing.folders.push_back(std::move(folder));
      } else if (static_cast<int64_t>(listing.objects.size()) < options.objects_max) {
        listing.objects.push_back(stored(it->first, it->second));
      }
    }
    return listing;
  }

  Status remove(const ObjectName& name) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, begin(FileOp::kRemove, name));
    if (fault == nullptr || fault->kind == FaultKind::kErrorAfter) {
      objects().by_key.erase(name.key);
      if (world_.on_visible) world_.on_visible(path_of(name));
    }
    return fault == nullptr ? Status::OK() : io_error("cannot remove", name.uri());
  }

 private:
  class Upload final : public ObjectUpload {
   public:
    Upload(SimObjectStore& store, ObjectName name, int64_t number)
        : store_(store), name_(std::move(name)), number_(number) {}
    Status append(std::string_view bytes) override {
      HW_ASSIGN_OR_RETURN(const Fault* fault, store_.begin(FileOp::kAppend, name_));
      if (fault != nullptr) return io_error("cannot upload a part of", name_.uri());
      bytes_ += bytes;
      return Status::OK();
    }
    Status finish() override {
      HW_ASSIGN_OR_RETURN(const Fault* fault, store_.begin(FileOp::kMove, name_));
      if (fault == nullptr || fault->kind == FaultKind::kErrorAfter) {
        auto& uploads = store_.objects().uploads;
        std::erase_if(uploads, [this](const auto& one) { return one.second == number_; });
        HW_TRY(store_.apply(name_.key, bytes_, /*if_new=*/false));
      }
      return fault == nullptr ? Status::OK() : io_error("cannot finish the upload of", name_.uri());
    }

   private:
    SimObjectStore& store_;
    const ObjectName name_;
    const int64_t number_;
    std::string bytes_;
  };

  SimObjects& objects() { return world_.objects; }

  Result<const Fault*> begin(FileOp op, const ObjectName& name) {
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, op, path_of(name)));
    if (process_.observes) return fault;
    for (auto it = objects().late.begin(); it != objects().late.end();) {
      if (it->at_ns > world_.scheduler.now_ns()) {
        ++it;
        continue;
      }
      world_.count_fault();
      const Status done = apply(it->key, it->bytes, it->if_new);
      world_.tell("a put of /s3/" + it->key + " arrives late: " + done.ToString());
      it = objects().late.erase(it);
    }
    return fault;
  }

  Status apply(const std::string& key, std::string_view bytes, bool if_new) {
    const auto found = objects().by_key.find(key);
    // What is there already with the same bytes may be one's own.
    if (if_new && found != objects().by_key.end())
      return found->second.bytes == bytes ? Status::OK()
                                          : Status::AlreadyExists("'", key, "' exists already");
    objects().by_key[key] = {.bytes = std::string(bytes),
                             .etag = std::to_string(objects().next_number++),
                             .modified_ns = world_.scheduler.now_ns()};
    if (world_.on_visible) world_.on_visible("/s3/" + key);
    return Status::OK();
  }

  static StoredObject stored(const std::string& key, const SimObjects::Object& object) {
    return {.key = key,
            .num_bytes = static_cast<int64_t>(object.bytes.size()),
            .modified_ns = object.modified_ns,
            .etag = object.etag};
  }
  static void flip(std::string& bytes, uint64_t amount) {
    flip_bits(bytes.data(), static_cast<int64_t>(bytes.size()), amount);
  }

  World& world_;
  SimProcess& process_;
};

}  // namespace

std::shared_ptr<ObjectStore> make_sim_object_store(World& world, SimProcess& process) {
  return std::make_shared<SimObjectStore>(world, process);
}

}  // namespace hw::sim
