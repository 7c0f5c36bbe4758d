// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/partition_reader.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/env/env.h"
#include "connectors/log/group_progress.h"
#include "connectors/log/topic_columns.h"
#include "connectors/packing/packed_bytes.h"
#include "log/log_error.h"
#include "log/topic.h"
#include "log/topic_reader.h"
#include "log/uncommitted_reader.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;
/// Of a position with rows that were read before their commit: up to where in which segments.
constexpr uint8_t kShownVersion = 2;
/// Of a position in a topic that does not sync each commit: also the commit it lies behind.
constexpr uint8_t kCommitVersion = 3;
/// Since 2: which topic of this name.
constexpr uint8_t kSplitVersion = 2;
/// How often a reader without rows looks for commits: three look-ups of a file name each.
constexpr int64_t kRefreshPauseNs = 500'000;
/// How often it lists the files for rows that are not committed.
constexpr int64_t kLookPauseNs = 2'000'000;
/// While it does not look for so long, the topic may be dropped and made again with as many
/// records.
constexpr int64_t kUnseenNs = 500'000'000;

class PartitionReader final : public SplitReader {
 public:
  PartitionReader(PartitionReaderParts parts, LogSplit split, const SourceContext& context)
      : scan_(std::move(parts.scan)),
        group_(std::move(parts.progress)),
        split_(std::move(split)),
        context_(context),
        env_(*context.env),
        pool_(context.memory_pool),
        end_(std::min(split_.end, split_.pause)),
        next_(split_.begin) {}

  Result<Flow> poll(Output& output) override;
  Result<std::string> position() const override;
  Status seek(const std::string& position) override;
  void on_barrier(int64_t checkpoint) override { tell_group(checkpoint); }
  ReadProgress progress() const override { return progress_; }
  bool may_grow() const override { return !gone_ && end_ < split_.end; }

 private:
  Status open();
  /// Fails when rows that were read are gone, and others in their place.
  Status check_still_there() const;
  Status open_reader();
  Result<TopicColumns> open_columns() const;
  /// Folds in what was committed since; false when there was nothing, or it is too early to look.
  Result<bool> refresh();
  Status emit(const TopicBatch& read, Output& output);
  /// Emits rows that are not committed; false when there are none just now, or it is too early to
  /// look.
  Result<bool> read_uncommitted(Output& output);
  Flow finish();
  void tell_group(int64_t checkpoint);
  /// The topic that the split is of. Fails with KeyError when it is not there, or another one is.
  Result<std::unique_ptr<Topic>> find_topic() const;
  /// What reading failed with, or that the topic is not there.
  Status cause_of(const Status& failure) const {
    const Status found = find_topic().status();
    return found.IsKeyError() ? found : failure;
  }
  /// The topic is not there: fails, or ends the split when that is to be ignored.
  Result<Flow> on_missing(const Status& missing);

  // Constant after construction.
  const std::shared_ptr<const LogScan> scan_;
  const std::shared_ptr<GroupProgress> group_;
  const LogSplit split_;
  const SourceContext context_;
  Env& env_;
  arrow::MemoryPool* const pool_;
  const int64_t end_;

  std::unique_ptr<Topic> topic_;
  std::unique_ptr<TopicReader> reader_;
  ShownBytes shown_;  // before their commit
  std::unique_ptr<UncommittedReader> uncommitted_;
  std::optional<TopicColumns> columns_;
  size_t num_schemas_ = 0;  // of the topic when the reader was opened
  int64_t next_;
  int64_t last_commit_ = 0;  // of the row before; 0: none was read, or none goes away
  int64_t refreshed_ns_ = 0;
  int64_t looked_ns_ = 0;
  bool gone_ = false;  // for good
  ReadProgress progress_;
};

Result<std::string> PartitionReader::position() const {
  const uint8_t least = shown_.empty() ? kVersion : kShownVersion;
  PackedWriter writer(last_commit_ > 0 ? kCommitVersion : least);
  writer.number(next_);
  if (last_commit_ > 0) writer.number(last_commit_);
  if (shown_.empty() && last_commit_ == 0) return writer.finish();
  writer.number(static_cast<int64_t>(shown_.size()));
  for (const auto& [segment, end] : shown_) {
    writer.number(segment.writer);
    writer.number(segment.sequence);
    writer.number(end);
  }
  return writer.finish();
}

Status PartitionReader::seek(const std::string& position) {
  PackedReader reader(position, kCommitVersion);
  next_ = reader.number();
  last_commit_ = reader.version() >= kCommitVersion ? reader.number() : 0;
  shown_.clear();
  const int64_t num_shown = reader.version() >= kShownVersion ? reader.number() : 0;
  for (int64_t i = 0; i < num_shown; ++i) {
    const SegmentId segment{.writer = reader.number(), .sequence = reader.number()};
    // Also the end of bytes that hold fewer than they say.
    if (!shown_.emplace(segment, reader.number()).second) break;
  }
  HW_TRY(reader.finish("the position of a partition"));
  reader_.reset();
  return next_ < 0 ? Status::SerializationError("the position of a partition is negative")
                   : Status::OK();
}

Result<std::unique_ptr<Topic>> PartitionReader::find_topic() const {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Topic> topic,
                      Topic::open_settled(env_, scan_->table.directory, split_.topic));
  if (!made_again(split_.created_ms, topic->state())) return topic;
  return Status::KeyError("dropped and made again");
}

Status PartitionReader::open() {
  HW_ASSIGN_OR_RETURN(topic_, find_topic());
  refreshed_ns_ = env_.monotonic_ns();
  return check_still_there();
}

// The row before the position is looked for: whether it is of the commit that it was of.
Status PartitionReader::check_still_there() const {
  if (last_commit_ == 0 || next_ == 0) return Status::OK();
  const PartitionState& rows = topic_->state().partitions[static_cast<size_t>(split_.partition)];
  int64_t commit = rows.end_offset < next_ ? 0 : last_commit_;
  for (const Piece& piece : rows.pieces) {
    // Compacted and removed rows tell nothing, and were on disk before.
    if (piece.compacted || piece.first_offset >= next_ || piece.end_offset < next_) continue;
    HW_ASSIGN_OR_RETURN(const std::vector<Extent> extents,
                        topic_->extents_of(split_.partition, piece));
    for (const Extent& extent : extents) {
      if (extent.first_offset < next_) commit = extent.commit;
    }
  }
  if (commit == last_commit_) return Status::OK();
  return Status::SerializationError(
      "topic '", split_.topic, "' in '", scan_->table.directory, "' has lost rows of partition ",
      split_.partition, " that the job had read, up to offset ", next_, " of commit ", last_commit_,
      ": a crash of the machine took them, since its 'flush' is not 'commit'; start the job "
      "without "
      "its state (--fresh)");
}

Result<TopicColumns> PartitionReader::open_columns() const {
  TopicColumns::From from{.topic = split_.topic, .partition = split_.partition};
  const LogPayload& payload = scan_->table.payload;
  if (!payload.any()) {
    return TopicColumns::make(scan_->request, topic_->schema(), std::move(from));
  }
  HW_TRY(check_messages(payload, *topic_->schema(), split_.topic));
  HW_ASSIGN_OR_RETURN(auto decoder, PayloadDecoder::make(payload, scan_->table.changelog,
                                                         scan_->request, context_));
  return TopicColumns::make_decoded(scan_->request, topic_->schema(), std::move(from),
                                    std::move(decoder));
}

// A new version of the schema may come at any time: what is read from then on is turned anew.
Status PartitionReader::open_reader() {
  num_schemas_ = topic_->state().schemas.size();
  uncommitted_.reset();
  HW_ASSIGN_OR_RETURN(columns_, open_columns());
  HW_ASSIGN_OR_RETURN(reader_, TopicReader::open(*topic_, {.partition = split_.partition,
                                                           .first_offset = next_,
                                                           .end_offset = end_,
                                                           .memory_pool = pool_}));
  if (scan_->table.uncommitted) {
    uncommitted_ = std::make_unique<UncommittedReader>(
        *topic_, shown_,
        UncommittedReaderOptions{.partition = split_.partition,
                                 .schema = topic_->schema(),
                                 .once = end_ != std::numeric_limits<int64_t>::max(),
                                 .memory_pool = pool_});
  }
  return Status::OK();
}

Result<bool> PartitionReader::read_uncommitted(Output& output) {
  if (uncommitted_ == nullptr) return false;
  if (!uncommitted_->under_way()) {
    const int64_t now_ns = env_.monotonic_ns();
    if (!reader_->finished() && now_ns - looked_ns_ < kLookPauseNs) return false;
    looked_ns_ = now_ns;
  }
  HW_ASSIGN_OR_RETURN(const std::optional<TopicBatch> read, uncommitted_->next());
  if (!read) return false;
  HW_TRY(emit(*read, output));
  return true;
}

void PartitionReader::tell_group(int64_t checkpoint) {
  if (group_ == nullptr || topic_ == nullptr || gone_) return;
  group_->note({.checkpoint = checkpoint,
                .topic = split_.topic,
                .created_ms = split_.created_ms,
                .partition = split_.partition,
                .next = next_});
}

Flow PartitionReader::finish() {
  tell_group(SplitEnumerator::kAllDone);
  return Flow::kFinished;
}

Result<bool> PartitionReader::refresh() {
  const int64_t now_ns = env_.monotonic_ns();
  const int64_t unseen_ns = now_ns - refreshed_ns_;
  if (unseen_ns < kRefreshPauseNs) return false;
  refreshed_ns_ = now_ns;
  if (unseen_ns > kUnseenNs) HW_TRY(find_topic().status());
  return topic_->refresh();
}

Result<Flow> PartitionReader::on_missing(const Status& missing) {
  if (!missing.IsKeyError()) return missing;
  gone_ = true;
  if (scan_->table.ignore_missing) return Flow::kFinished;
  const auto other = Topic::open(env_, scan_->table.directory, split_.topic);
  if (other.ok()) return topic_made_again(scan_->table, split_.topic);
  return Status::IOError("topic '", split_.topic, "' in '", scan_->table.directory,
                         "' has gone away while it was read; 'topic.on-missing' = 'ignore' goes "
                         "on without it");
}

Status PartitionReader::emit(const TopicBatch& read, Output& output) {
  HW_ASSIGN_OR_RETURN(const Batch rows, columns_->rows(read, scan_->table.changelog, pool_));
  for (int64_t at = 0; at < rows.num_rows(); at += kBatchRowsMax) {
    output.emit(rows.slice(at, std::min(kBatchRowsMax, rows.num_rows() - at)));
  }
  progress_.bytes_done += read.batch.num_bytes();
  return Status::OK();
}

Result<Flow> PartitionReader::poll(Output& output) {
  if (topic_ == nullptr) {
    // First of all: the end of a run of what is there may be another topic's.
    const Status opened = open();
    if (!opened.ok()) return on_missing(opened);
  }
  if (next_ >= end_ && !scan_->table.uncommitted) return finish();
  if (reader_ == nullptr || num_schemas_ != topic_->state().schemas.size()) HW_TRY(open_reader());
  const Result<std::optional<TopicBatch>> next = reader_->next();
  if (!next.ok()) return on_missing(cause_of(next.status()));
  const std::optional<TopicBatch>& read = *next;
  next_ = std::max(next_, reader_->position());
  if (read) {
    if (topic_->state().options.flush != FlushPolicy::kCommit) last_commit_ = read->commit;
    if (!was_shown(shown_, *read)) HW_TRY(emit(*read, output));
    return Flow::kNeedInput;
  }
  const Result<bool> more = read_uncommitted(output);
  if (!more.ok()) return on_missing(cause_of(more.status()));
  if (*more) return Flow::kNeedInput;
  if (reader_->finished()) return finish();
  const Result<bool> refreshed = refresh();
  if (!refreshed.ok()) return on_missing(cause_of(refreshed.status()));
  return *refreshed ? Flow::kNeedInput : Flow::kWaiting;
}

}  // namespace

Status topic_made_again(const LogTable& table, const std::string& topic) {
  // Not an IOError: starting again does not help.
  return Status::SerializationError(
      "topic '", topic, "' in '", table.directory,
      "' has been dropped and made again: where the job was in it says nothing about the new one; "
      "start the job without its state (--fresh), or let 'topic.on-missing' = 'ignore' read the "
      "new one from its first row");
}

std::string pack_split(const LogSplit& split) {
  PackedWriter writer(kSplitVersion);
  writer.text(split.topic);
  writer.number(split.partition);
  writer.number(split.begin);
  writer.number(split.end);
  writer.number(split.created_ms);
  return writer.finish();
}

Result<LogSplit> unpack_split(std::string_view bytes) {
  PackedReader reader(bytes, kSplitVersion);
  LogSplit split;
  split.topic = reader.text();
  split.partition = static_cast<int>(reader.number());
  split.begin = reader.number();
  split.end = reader.number();
  if (reader.version() >= 2) split.created_ms = reader.number();
  HW_TRY(reader.finish("a split of a topic"));
  return split;
}

std::unique_ptr<SplitReader> make_partition_reader(PartitionReaderParts parts, LogSplit split,
                                                   const SourceContext& context) {
  return std::make_unique<PartitionReader>(std::move(parts), std::move(split), context);
}

}  // namespace hw
