// SPDX-License-Identifier: Apache-2.0

#include "log/topic.h"

#include <algorithm>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "base/env/object_store.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/small_file.h"
#include "log/topic_chain.h"
#include "log/topic_record.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

/// Of a topic that looks damaged.
constexpr int kLooksMax = 25;
constexpr int64_t kLookPauseNs = 20'000'000;

/// The path on the local file system, without a slash at its end.
Result<std::string> local_path(Env& env, const std::string& directory) {
  if (directory.empty()) return Status::Invalid("the log's directory must be set");
  if (is_object_uri(directory)) {
    return not_supported_yet("a log at '" + directory +
                             "': its directory is a local one, and 'offload.path' may lead there");
  }
  HW_ASSIGN_OR_RETURN(Env::Location location, env.locate(directory));
  while (location.path.size() > 1 && location.path.back() == '/') location.path.pop_back();
  return location.path;
}

Status check_partition(const Topic& topic, int partition) {
  if (partition >= 0 && partition < topic.num_partitions()) return Status::OK();
  return Status::KeyError("topic '", topic.name(), "' has ", topic.num_partitions(),
                          " partitions, but no partition ", partition);
}

}  // namespace

Result<std::vector<std::string>> list_topics(Env& env, const std::string& directory) {
  HW_ASSIGN_OR_RETURN(const std::string path, local_path(env, directory));
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env, path));
  arrow::fs::FileSelector selector;
  selector.base_dir = path;
  selector.allow_not_found = true;
  HW_ASSIGN_OR_RETURN(const std::vector<arrow::fs::FileInfo> entries, files->GetFileInfo(selector));
  std::vector<std::string> names;
  for (const arrow::fs::FileInfo& entry : entries) {
    if (!entry.IsDirectory() || !check_topic_name(entry.base_name()).ok()) continue;
    // One that is being made has no record yet.
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> chain,
                        names_in(*files, chain_folder(entry.path())));
    const bool made = std::any_of(chain.begin(), chain.end(), [](const std::string& name) {
      return number_of(name, ".rec").has_value();
    });
    if (made) names.push_back(entry.base_name());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status create_topic(Env& env, const std::string& directory, const NewTopic& topic) {
  HW_TRY(check_topic_name(topic.name));
  HW_TRY(check(topic.options));
  if (topic.num_partitions < 1 || topic.num_partitions > kPartitionsMax) {
    return Status::Invalid("a topic has 1 to ", kPartitionsMax, " partitions, but '", topic.name,
                           "' would have ", topic.num_partitions);
  }
  for (const std::string& column : topic.options.key) {
    if (topic.schema->index_of(column) < 0) {
      return Status::Invalid("a key column of topic '", topic.name, "' must be one of its columns ",
                             topic.schema->to_sql(), ", but is '", column, "'");
    }
  }
  HW_ASSIGN_OR_RETURN(const std::string path, local_path(env, directory));
  const Status made = TopicChain::create(
      env, path + "/" + topic.name,
      {.options = topic.options, .schema = topic.schema, .num_partitions = topic.num_partitions});
  if (made.IsAlreadyExists()) {
    return Status::AlreadyExists("topic '", topic.name, "' exists already");
  }
  return made;
}

Topic::Topic(Env& env, std::string name, std::string path, std::unique_ptr<TopicChain> chain)
    : env_(env), name_(std::move(name)), path_(std::move(path)), chain_(std::move(chain)) {}

Topic::~Topic() = default;

Result<std::unique_ptr<Topic>> Topic::open(Env& env, const std::string& directory,
                                           const std::string& name) {
  HW_TRY(check_topic_name(name));
  HW_ASSIGN_OR_RETURN(const std::string path, local_path(env, directory));
  std::string topic_path = path + "/" + name;
  HW_ASSIGN_OR_RETURN(std::unique_ptr<TopicChain> chain, TopicChain::open(env, topic_path));
  return std::unique_ptr<Topic>(new Topic(env, name, std::move(topic_path), std::move(chain)));
}

Result<std::unique_ptr<Topic>> Topic::open_settled(Env& env, const std::string& directory,
                                                   const std::string& name) {
  for (int looks = 1;; ++looks) {
    Result<std::unique_ptr<Topic>> topic = open(env, directory, name);
    const bool damaged = log_error_of(topic.status()) == LogErrorKind::kDamaged;
    if (!damaged || looks == kLooksMax) return topic;
    env.sleep_ns(kLookPauseNs);
  }
}

const TopicState& Topic::state() const { return chain_->state(); }

Result<bool> Topic::refresh() { return chain_->refresh(); }

std::vector<TopicSplit> Topic::splits(int64_t bytes_max) const {
  std::vector<TopicSplit> splits;
  for (size_t p = 0; p < state().partitions.size(); ++p) {
    for (const Piece& piece : state().partitions[p].pieces) {
      if (piece.num_rows == 0) continue;
      const int64_t num_offsets = piece.end_offset - piece.first_offset;
      const int64_t count = std::clamp<int64_t>(piece.num_bytes / bytes_max, 1, num_offsets);
      for (int64_t i = 0; i < count; ++i) {
        const auto cut = [&](int64_t part) {
          return piece.first_offset + num_offsets / count * part +
                 num_offsets % count * part / count;
        };
        splits.push_back({.partition = static_cast<int>(p),
                          .first_offset = cut(i),
                          .end_offset = i + 1 == count ? piece.end_offset : cut(i + 1),
                          .num_bytes = piece.num_bytes / count});
      }
    }
  }
  return splits;
}

std::string Topic::folder_of(int64_t partition, const Piece& piece) const {
  return piece.location.empty() ? partition_folder(path_, partition) : piece.location;
}

Result<std::vector<Extent>> Topic::extents_of(int partition, const Piece& piece) const {
  if (!piece.indexed) return piece.extents;
  const std::string path = folder_of(partition, piece) + "/" + piece.index_name();
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env_, path));
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, read_small_file(*files, path));
  if (!bytes && !piece.location.empty()) {
    return Status::IOError("the index '", path, "' is missing", kMovedThere);
  }
  if (!bytes) return log_error(LogErrorKind::kDamaged, "the index '" + path + "' is missing");
  Result<std::vector<Extent>> extents = decode_index(*bytes, piece);
  if (!extents.ok()) return while_doing(extents.status(), "reading '" + path + "'");
  return extents;
}

Result<int64_t> Topic::offset_for_time(int partition, int64_t time_ms) const {
  HW_TRY(check_partition(*this, partition));
  const PartitionState& rows = state().partitions[static_cast<size_t>(partition)];
  const auto reaches = [&](const auto& part, int64_t commit_ms) {
    return part.times.known() ? part.times.max >= time_ms : commit_ms >= time_ms;
  };
  for (const Piece& piece : rows.pieces) {
    // Extents without event times count by their commit, so a piece may hold both.
    if (!reaches(piece, piece.last_commit_ms) && piece.last_commit_ms < time_ms) continue;
    HW_ASSIGN_OR_RETURN(const std::vector<Extent> extents, extents_of(partition, piece));
    for (const Extent& extent : extents) {
      if (reaches(extent, extent.commit_ms)) return extent.first_offset;
    }
  }
  return rows.end_offset;
}

Result<int64_t> Topic::offset_for_commit(int partition, int64_t commit) const {
  HW_TRY(check_partition(*this, partition));
  const PartitionState& rows = state().partitions[static_cast<size_t>(partition)];
  for (const Piece& piece : rows.pieces) {
    if (piece.last_commit < commit) continue;
    HW_ASSIGN_OR_RETURN(const std::vector<Extent> extents, extents_of(partition, piece));
    for (const Extent& extent : extents) {
      if (extent.commit >= commit) return extent.first_offset;
    }
  }
  return rows.end_offset;
}

Status Topic::evolve(const SchemaPtr& schema) {
  return chain_
      ->publish([&](const TopicState& state) -> Result<std::optional<TopicChange>> {
        if (*state.schema() == *schema) return std::nullopt;
        HW_TRY(check_evolution(*state.schema(), *schema));
        return TopicChange(AddSchema{schema});
      })
      .status();
}

Status Topic::set_options(const TopicOptions& options) {
  HW_TRY(check(options));
  // What was committed so far is as safe from now on as what is to come.
  const bool safer = options.flush == FlushPolicy::kCommit;
  HW_TRY(chain_->refresh().status());
  if (safer && state().options.flush != options.flush) HW_TRY(chain_->sync_state());
  return chain_
      ->publish([&](const TopicState& state) -> Result<std::optional<TopicChange>> {
        if (state.options == options) return std::nullopt;
        return TopicChange(SetOptions{options});
      })
      .status();
}

}  // namespace hw
