// SPDX-License-Identifier: Apache-2.0

#include "log/topic_writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/env/env.h"
#include "log/crash_cut.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/partition_locks.h"
#include "log/partition_writer.h"
#include "log/settled_epochs.h"
#include "log/small_file.h"
#include "log/topic.h"
#include "log/topic_chain.h"
#include "log/topic_schema.h"
#include "log/writer_rules.h"

namespace hw {
namespace {

/// Somebody else may look at a lock at the very moment at which we do.
constexpr int kOpenTriesMax = 20;
constexpr int64_t kOpenPauseNs = 2'000'000;
/// A closed piece with fewer extents stays in the state: a file would be larger than they are.
constexpr size_t kIndexedExtentsMin = 8;
/// An open piece with more of them is closed: the state, which is written down as a whole now and
/// then, stays small however small the commits are.
constexpr size_t kOpenExtentsMax = 4096;
constexpr int64_t kNsPerMs = 1'000'000;

class RealTopicWriter final : public TopicWriter {
 public:
  RealTopicWriter(Env& env, TopicWriterOptions options, std::unique_ptr<Topic> topic)
      : env_(env),
        options_(std::move(options)),
        topic_(std::move(topic)),
        claim_{.topic = topic_->name(), .identity = options_.identity, .attempt = options_.attempt},
        locks_(env, topic_->path()) {}

  // Whoever ends in order leaves nothing to a crash of the machine.
  ~RealTopicWriter() override {
    if (topic_->state().options.flush == FlushPolicy::kInterval) (void)sync_state().ok();
  }

  Status begin();
  Status append(int partition, const Batch& batch, TimeRange times) override;
  Status flush() override {
    for (auto& [_, partition] : partitions_) HW_TRY(partition.flush());
    return Status::OK();
  }
  Result<std::string> prepare(int64_t epoch) override;
  Result<int64_t> commit(std::span<const std::string> tokens) override;
  Status check_whole(std::span<const std::string> tokens) override;
  Status abort(std::span<const std::string> tokens) override;
  Status discard() override {
    for (auto& [_, partition] : partitions_) partition.discard();
    return Status::OK();
  }
  int64_t settled_epoch() const override {
    return topic_->state().settled_epoch(options_.identity);
  }
  Topic& topic() override { return *topic_; }

 private:
  Status choose_schema();
  Result<int64_t> claim();
  Result<std::optional<TopicChange>> decide_claim(const TopicState& state);
  Status resume(int64_t partition);
  Status index_pieces();
  Status sync_state();

  Env& env_;
  TopicWriterOptions options_;
  const std::unique_ptr<Topic> topic_;
  const WriterClaim claim_;
  PartitionLocks locks_;
  uint32_t schema_version_ = 1;
  std::map<int64_t, PartitionWriter> partitions_;
  /// Partitions whose earlier writers are all dead.
  std::vector<int64_t> resumable_;
  /// Whose pieces are to be put into index files: our own, and those we have committed rows to.
  std::set<int64_t> indexed_;
  int64_t last_prepared_ = 0;
  int64_t synced_ns_ = 0;  // as far as we know
};

Status RealTopicWriter::choose_schema() {
  if (options_.schema == nullptr) options_.schema = topic_->schema();
  const std::vector<SchemaPtr>* versions = &topic_->state().schemas;
  const auto same = [&](const SchemaPtr& version) { return *version == *options_.schema; };
  if (std::none_of(versions->begin(), versions->end(), same)) {
    const Status evolved = topic_->evolve(options_.schema);
    if (!evolved.ok()) return while_doing(evolved, "opening topic '" + topic_->name() + "'");
    versions = &topic_->state().schemas;
  }
  const auto found = std::find_if(versions->begin(), versions->end(), same);
  if (found == versions->end()) {
    return Status::Invalid("topic '", topic_->name(), "' was given another schema just now");
  }
  schema_version_ = static_cast<uint32_t>(found - versions->begin()) + 1;
  return Status::OK();
}

Result<std::optional<TopicChange>> RealTopicWriter::decide_claim(const TopicState& state) {
  OpenWriter change;
  change.writer = {.identity = options_.identity,
                   .attempt = options_.attempt,
                   .host = env_.host_name(),
                   .process_id = env_.process_id()};
  std::vector<ClaimedPartition> claimed;
  for (const int partition : options_.partitions) {
    claimed.push_back({.partition = partition});
    change.partitions.push_back(partition);
  }
  HW_TRY(check_claim(state, claim_, claimed));  // that there are such partitions
  resumable_.clear();
  for (ClaimedPartition& partition : claimed) {
    HW_ASSIGN_OR_RETURN(const PartitionLocks::Living living,
                        locks_.look(state, partition.partition));
    partition.held = living.owner;
    if (!living.anybody) resumable_.push_back(partition.partition);
  }
  HW_TRY(check_claim(state, claim_, claimed));
  HW_TRY(locks_.take(state.record + 1, change.partitions));
  return TopicChange(std::move(change));
}

Result<int64_t> RealTopicWriter::claim() {
  const auto decide = [this](const TopicState& state) { return decide_claim(state); };
  Result<int64_t> number = 0;
  for (int tries = 0; tries < kOpenTriesMax; ++tries) {
    number = topic_->chain().publish(decide);
    if (number.ok() || log_error_of(number.status()) != LogErrorKind::kHeld) return number;
    env_.sleep_ns(kOpenPauseNs);
  }
  return number;
}

Status RealTopicWriter::begin() {
  HW_TRY(choose_schema());
  if (options_.memory_pool == nullptr) options_.memory_pool = env_.memory_pool();
  HW_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> cut_lock, topic_->chain().cut_lock());
  HW_TRY(topic_->chain().skip_lost_numbers());
  HW_ASSIGN_OR_RETURN(const int64_t number, claim());
  cut_lock.reset();
  for (const int partition : options_.partitions) {
    indexed_.insert(partition);
    partitions_.try_emplace(partition, env_,
                            PartitionWriterParts{.topic_path = topic_->path(),
                                                 .partition = partition,
                                                 .writer = number,
                                                 .identity = options_.identity,
                                                 .pool = options_.memory_pool});
  }
  for (const int64_t partition : resumable_) HW_TRY(resume(partition));
  // The dead may have left something unsynced.
  if (topic_->state().options.flush == FlushPolicy::kInterval) HW_TRY(sync_state());
  return Status::OK();
}

Status RealTopicWriter::resume(int64_t partition) {
  const std::vector<Piece>& pieces =
      topic_->state().partitions[static_cast<size_t>(partition)].pieces;
  if (pieces.empty()) return Status::OK();
  const Piece& last = pieces.back();
  // Compacted and moved ones are closed for good.
  if (last.indexed || last.compacted || !last.location.empty()) return Status::OK();
  return partitions_.at(partition).resume(last.segment, last.extents.back().end);
}

Status RealTopicWriter::append(int partition, const Batch& batch, TimeRange times) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) {
    return Status::Invalid("this writer does not own partition ", partition, " of topic '",
                           topic_->name(), "'");
  }
  if (!(*batch.schema() == *options_.schema)) {
    return Status::TypeError("rows of topic '", topic_->name(), "' must be ",
                             options_.schema->to_sql(), ", but are ", batch.schema()->to_sql());
  }
  if (batch.empty()) return Status::OK();
  const FrameFacts facts{.schema_version = schema_version_, .times = times};
  return found->second.append(batch, facts, topic_->state().options);
}

Result<std::string> RealTopicWriter::prepare(int64_t epoch) {
  const int64_t previous = std::max(last_prepared_, settled_epoch());
  if (epoch <= previous) {
    return Status::Invalid("epochs must rise, but epoch ", epoch, " follows epoch ", previous);
  }
  const FlushPolicy flush = topic_->state().options.flush;
  const bool told = options_.in_checkpoints && flush == FlushPolicy::kInterval;
  const bool sync = flush == FlushPolicy::kCommit || told;
  Status status;
  for (auto& [_, partition] : partitions_) {
    if (status.ok()) status = partition.flush();
  }
  if (status.IsCapacityError()) return status;  // all is as it was
  for (auto& [_, partition] : partitions_) {
    if (status.ok()) status = partition.finish(epoch, sync);
  }
  if (!status.ok()) {
    // What the disk holds of these segments is not known: later rows go to new ones.
    for (auto& [_, partition] : partitions_) partition.forget_segments();
    return status.IsCapacityError() ? Status::IOError(status.message()) : status;
  }
  if (told) HW_TRY(sync_state());
  PreparedEpoch prepared{.identity = options_.identity, .epoch = epoch, .previous = previous};
  for (auto& [_, partition] : partitions_) partition.take_extents(prepared.extents);
  if (prepared.extents.empty()) return std::string();
  last_prepared_ = epoch;
  return encode_token(prepared);
}

Result<std::vector<PreparedEpoch>> decode_tokens(std::span<const std::string> tokens) {
  std::vector<PreparedEpoch> epochs;
  for (const std::string& token : tokens) {
    if (token.empty()) continue;
    HW_ASSIGN_OR_RETURN(PreparedEpoch epoch, decode_token(token));
    epochs.push_back(std::move(epoch));
  }
  return epochs;
}

Result<int64_t> RealTopicWriter::commit(std::span<const std::string> tokens) {
  HW_ASSIGN_OR_RETURN(const std::vector<PreparedEpoch> epochs, decode_tokens(tokens));
  if (epochs.empty()) return 0;
  for (const PreparedEpoch& epoch : epochs) {
    for (const PreparedExtent& extent : epoch.extents) indexed_.insert(extent.partition);
  }
  HW_ASSIGN_OR_RETURN(const int64_t commit, topic_->chain().publish([&](const TopicState& state) {
    return decide_commit(state, claim_, epochs);
  }));
  // Only saves memory: what fails here is tried again behind the next commit.
  if (commit > 0) (void)index_pieces();
  const TopicOptions& options = topic_->state().options;
  const bool late = env_.monotonic_ns() - synced_ns_ >= options.flush_interval_ms * kNsPerMs;
  if (options.flush == FlushPolicy::kInterval && late) HW_TRY(sync_state());
  return commit;
}

Status RealTopicWriter::sync_state() {
  HW_TRY(topic_->chain().sync_state());
  synced_ns_ = env_.monotonic_ns();
  return Status::OK();
}

Status RealTopicWriter::check_whole(std::span<const std::string> tokens) {
  if (topic_->state().options.flush == FlushPolicy::kCommit) return Status::OK();
  HW_ASSIGN_OR_RETURN(const std::vector<PreparedEpoch> epochs, decode_tokens(tokens));
  for (const PreparedEpoch& epoch : epochs) {
    if (epoch.epoch <= settled_epoch_of_sink(topic_->state(), epoch.identity)) continue;
    HW_TRY(check_rows(env_, topic_->path(), epoch.extents));
  }
  return Status::OK();
}

Status RealTopicWriter::abort(std::span<const std::string> tokens) {
  HW_ASSIGN_OR_RETURN(const std::vector<PreparedEpoch> epochs, decode_tokens(tokens));
  return topic_->chain()
      .publish([&](const TopicState& state) { return decide_abort(state, claim_, epochs); })
      .status();
}

Status RealTopicWriter::index_pieces() {
  IndexPieces change;
  std::set<std::string> written;
  for (const int64_t number : indexed_) {
    const std::vector<Piece>& pieces =
        topic_->state().partitions[static_cast<size_t>(number)].pieces;
    SmallFileWriter files(env_, partition_folder(topic_->path(), number));
    for (size_t i = 0; i < pieces.size(); ++i) {
      const Piece& piece = pieces[i];
      if (piece.indexed || !piece.location.empty()) continue;
      const bool open = i + 1 == pieces.size();
      if (piece.extents.size() < (open ? kOpenExtentsMax : kIndexedExtentsMin)) continue;
      const Status status = files.write(piece.index_name(), encode_index(piece), {});
      if (!status.IsAlreadyExists()) HW_TRY(status);
      change.pieces.push_back({.partition = number, .first_offset = piece.first_offset});
      written.insert(piece.index_name());
    }
  }
  if (change.pieces.empty()) return Status::OK();
  const auto still_there = [&](const TopicState& state) -> Result<std::optional<TopicChange>> {
    IndexPieces left;
    for (const PieceName& name : change.pieces) {
      for (const Piece& piece : state.partitions[static_cast<size_t>(name.partition)].pieces) {
        const bool open_to_it = !piece.indexed && !piece.compacted && piece.location.empty();
        // One that was open may have grown: its index would have another name.
        if (piece.first_offset == name.first_offset && open_to_it &&
            written.contains(piece.index_name())) {
          left.pieces.push_back(name);
        }
      }
    }
    if (left.pieces.empty()) return std::nullopt;
    return TopicChange(std::move(left));
  };
  return topic_->chain().publish(still_there).status();
}

}  // namespace

Result<std::unique_ptr<TopicWriter>> TopicWriter::open(Env& env, TopicWriterOptions options) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Topic> topic,
                      Topic::open(env, options.directory, options.topic));
  auto writer = std::make_unique<RealTopicWriter>(env, std::move(options), std::move(topic));
  HW_TRY(writer->begin());
  return writer;
}

}  // namespace hw
