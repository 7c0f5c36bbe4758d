// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "columnar/gather.h"
#include "connectors/log/log_sink.h"
#include "connectors/log/topic_cleaner.h"
#include "connectors/log/topic_columns.h"
#include "log/log_error.h"
#include "log/settled_epochs.h"
#include "log/topic.h"
#include "log/topic_schema.h"
#include "log/topic_writer.h"
#include "state/key_group.h"

namespace hw {
namespace {

/// Rows that wait in memory to become one frame: a frame has a header of its own.
constexpr int64_t kWaitingRowsMax = kBatchRowsMax;
constexpr int64_t kWaitingBytesMax = kBatchBytesMax;
/// Rows whose sink is never quiet appear after this long, or later where showing them is slow (a
/// disk that syncs): so many times as long as it takes, a tenth of the time in all. How long that
/// is taken for grows by a part and a step each time, and falls at once.
constexpr int64_t kShowPauseNs = 5'000'000;
constexpr int64_t kShowPauseFactor = 9;
constexpr int64_t kShowCostGrowth = 4;
constexpr int64_t kShowCostStepNs = 50'000;
/// A commit that may or may not have happened is asked about this often.
constexpr int kCommitTriesMax = 3;

/// The earliest and latest of a column of milliseconds.
TimeRange times_of(const Column& column) {
  TimeRange range;
  for (int64_t row = 0; row < column.num_rows(); ++row) {
    if (column.is_null(row)) continue;
    const auto value = column.value<int64_t>(row);
    range.min = std::min(range.min, value);
    range.max = std::max(range.max, value);
  }
  return range;
}

/// What a topic of upserts keeps: a -U takes the row of its key away.
Batch as_upserts(const Batch& batch) {
  if (batch.insert_only()) return batch;
  auto kinds = std::make_shared<std::vector<RowKind>>(*batch.row_kinds());
  std::replace(kinds->begin(), kinds->end(), RowKind::kUpdateBefore, RowKind::kDelete);
  return batch.with_row_kinds(std::move(kinds));
}

/// Those that the writer owns, ascending.
std::vector<int> partitions_of(const SinkContext& context, const Topic& topic) {
  const KeyGroupRange own =
      key_groups_of_instance(context.subtask, topic.num_partitions(), context.parallelism);
  std::vector<int> partitions;
  for (int partition = own.begin; partition < own.end; ++partition) partitions.push_back(partition);
  return partitions;
}

/// `schema`: of the rows that will come; null when none will.
TopicWriterOptions writer_options(const LogTarget& target, const SinkContext& context,
                                  const Topic& topic, SchemaPtr schema) {
  TopicWriterOptions options;
  options.directory = target.table.directory;
  options.topic = target.table.topic;
  options.identity = {.job = context.job,
                      .generation = context.generation,
                      .sink = context.sink.empty() ? target.request.table : context.sink,
                      .slot = context.subtask};
  options.attempt = context.attempt;
  options.partitions = partitions_of(context, topic);
  options.schema = std::move(schema);
  options.memory_pool = context.memory_pool;
  options.in_checkpoints = target.guarantee == Guarantee::kExactlyOnce;
  return options;
}

class LogWriter final : public PartitionedWriter {
 public:
  LogWriter(std::shared_ptr<const LogTarget> target, const SinkContext& context)
      : target_(std::move(target)),
        context_(context),
        env_(*context.env),
        cleaner_(env_, {.directory = target_->table.directory,
                        .topic = target_->table.topic,
                        .threads = context_.threads,
                        .finish = target_->request.bounded_input}) {}

  Status open();
  Status write(const Batch& batch) override;
  Result<bool> has_room() override;
  Status flush() override {
    return waits_for_room(target_->two_phases ? hand_over_now_and_then() : show());
  }
  Result<std::vector<Committable>> prepare(int64_t checkpoint) override;
  Status commit(const Committable& committable) override {
    return commit_tokens({&committable, 1});
  }
  Status commit_epoch(std::span<const Committable> committables) override {
    return commit_tokens(committables);
  }
  Status recover(std::span<const Committable> pending) override {
    HW_TRY(writer_->check_whole(pending));
    return commit_tokens(pending);
  }
  void abort() override;

 private:
  /// Rows of one partition that are not in the topic's files yet.
  struct Waiting {
    std::vector<Batch> batches;
    int64_t num_rows = 0;
    int64_t num_bytes = 0;
  };

  Status open_topic(std::unique_ptr<Topic>& topic);
  Status check_spread(const Topic& topic) const;
  /// The rows by partition, as they are stored.
  Result<std::vector<Partitioner::Part>> parts_of(const Batch& batch);
  Result<Batch> written_rows(const Batch& dense);
  Result<Batch> stored_rows(const Batch& dense);
  Status put(int partition, Waiting& waiting);
  Status put_all();
  /// A full disk is no failure: the rows wait.
  Status waits_for_room(Status status);
  /// Rows have waited long enough for a pause of the input.
  bool is_late() const;
  /// Lets those see the rows so far who do not wait for their commit; not for each row on its own.
  Status hand_over_now_and_then();
  /// Makes all rows so far visible.
  Status show();
  Status commit_unshown();
  Result<std::string> end_epoch(int64_t at_least);
  Status commit_tokens(std::span<const std::string> tokens);

  // Constant after construction; what open() sets is constant from then on.
  const std::shared_ptr<const LogTarget> target_;
  const SinkContext context_;
  Env& env_;
  SchemaPtr schema_;
  int times_ = -1;
  std::vector<int> key_;  // of messages: the topic's column of keys

  std::unique_ptr<TopicWriter> writer_;
  std::unique_ptr<PayloadEncoder> encoder_;  // null: rows are no messages
  std::optional<Partitioner> partitioner_;
  std::map<int, Waiting> waiting_;
  bool full_ = false;    // a disk had no room: rows wait
  int64_t epoch_ = 0;    // the last one that was prepared
  std::string unshown_;  // its token, where a disk had no room for the commit of show()
  /// With two phases: when rows were handed over last; else since when the first row waits.
  int64_t since_ns_ = 0;
  bool waits_ = false;        // a row was written since they were shown last
  int64_t show_cost_ns_ = 0;  // what it takes
  TopicCleaner cleaner_;      // last: its thread ends first
};

Status LogWriter::open_topic(std::unique_ptr<Topic>& topic) {
  const std::string& directory = target_->table.directory;
  const std::string& name = target_->table.topic;
  Result<std::unique_ptr<Topic>> opened = Topic::open(env_, directory, name);
  if (opened.status().IsKeyError() && target_->create) {
    NewTopic made{.name = name, .schema = target_->schema};
    made.num_partitions = target_->num_partitions;
    made.options =
        new_topic_options(target_->options, target_->table.changelog, key_names(*target_));
    const Status created = create_topic(env_, directory, made);
    if (!created.ok() && !created.IsAlreadyExists()) return created;
    opened = Topic::open(env_, directory, name);
  }
  HW_TRY(opened.status());
  topic = *std::move(opened);
  TopicOptions options = topic->state().options;
  apply_topic_options(target_->options, options);
  HW_TRY(check_topic_options(options, target_->table.changelog));
  return topic->set_options(options);
}

/// Rows come to the owner of their partition as the topic was when the job was planned.
Status LogWriter::check_spread(const Topic& topic) const {
  if (context_.parallelism == 1) return Status::OK();
  if (topic.num_partitions() == target_->writers_max && keeps_partition(*target_, *schema_)) {
    return Status::OK();
  }
  return Status::Invalid("topic '", topic.name(),
                         "' has been made again or was given another type for a key column since "
                         "the job was planned for its ",
                         target_->writers_max, " partitions: start the job again");
}

Status LogWriter::open() {
  std::unique_ptr<Topic> topic;
  HW_TRY(open_topic(topic));
  schema_ = stored_schema(target_->schema, topic->state());
  HW_TRY(check_key(*target_, *topic, *schema_));
  HW_TRY(check_spread(*topic));
  times_ = schema_->index_of(kTimestampColumn);
  const LogPayload& payload = target_->table.payload;
  if (payload.any()) {
    HW_ASSIGN_OR_RETURN(encoder_, PayloadEncoder::make(payload, target_->table.changelog));
  }
  if (payload.keyed()) key_ = {schema_->index_of(kKeyColumn)};
  TopicWriterOptions options = writer_options(*target_, context_, *topic, schema_);
  partitioner_.emplace(PartitionerSpec{.kind = target_->partitioner,
                                       .key = key_.empty() ? target_->key : key_,
                                       .num_partitions = topic->num_partitions(),
                                       .own = options.partitions});
  HW_ASSIGN_OR_RETURN(writer_, TopicWriter::open(env_, std::move(options)));
  since_ns_ = env_.monotonic_ns();
  cleaner_.watch(writer_->topic());
  return Status::OK();
}

/// The rows under the topic's names; where they are messages, as these.
Result<Batch> LogWriter::written_rows(const Batch& dense) {
  const SchemaPtr& written = target_->schema;
  std::vector<ColumnPtr> columns;
  RowKindsPtr kinds;
  int next = 0;
  if (encoder_ != nullptr) {
    HW_ASSIGN_OR_RETURN(PayloadEncoder::Messages messages, encoder_->messages(dense));
    columns = std::move(messages.columns);
    kinds = std::move(messages.kinds);
    next = target_->num_row_columns;
  }
  for (int i = static_cast<int>(columns.size()); i < written->num_fields(); ++i, ++next) {
    const ColumnPtr& column = dense.column(next);
    columns.push_back(column->type() == written->type(i) ? column
                                                         : column->with_type(written->type(i)));
  }
  if (encoder_ == nullptr) return dense.with_columns(written, std::move(columns));
  return Batch(written, std::move(columns), dense.num_rows(), std::move(kinds));
}

/// In the topic's types; columns that only others write are NULL.
Result<Batch> LogWriter::stored_rows(const Batch& dense) {
  HW_ASSIGN_OR_RETURN(const Batch written, written_rows(dense));
  HW_ASSIGN_OR_RETURN(const Batch stored, widened(written, schema_, context_.memory_pool));
  return target_->table.changelog == LogChangelog::kUpsert ? as_upserts(stored) : stored;
}

Result<std::vector<Partitioner::Part>> LogWriter::parts_of(const Batch& batch) {
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  if (encoder_ == nullptr || !key_.empty()) {
    HW_ASSIGN_OR_RETURN(const Batch rows, stored_rows(dense));
    return partitioner_->parts(rows);
  }
  // A message without a key does not tell that of its row.
  HW_ASSIGN_OR_RETURN(std::vector<Partitioner::Part> parts, partitioner_->parts(dense));
  for (Partitioner::Part& part : parts) {
    HW_ASSIGN_OR_RETURN(const Batch rows, part.batch.compacted());
    HW_ASSIGN_OR_RETURN(part.batch, stored_rows(rows));
  }
  return parts;
}

Status LogWriter::write(const Batch& batch) {
  HW_ASSIGN_OR_RETURN(std::vector<Partitioner::Part> parts, parts_of(batch));
  for (Partitioner::Part& part : parts) {
    Waiting& waiting = waiting_[part.partition];
    waiting.num_rows += part.batch.num_rows();
    waiting.num_bytes += part.batch.num_bytes();
    waiting.batches.push_back(std::move(part.batch));
  }
  for (auto& [partition, waiting] : waiting_) {
    if (waiting.num_rows < kWaitingRowsMax && waiting.num_bytes < kWaitingBytesMax) continue;
    HW_TRY(waits_for_room(put(partition, waiting)));
    if (full_) return Status::OK();
  }
  if (!target_->two_phases && !std::exchange(waits_, true)) {
    since_ns_ = env_.monotonic_ns();
    return Status::OK();
  }
  if (!is_late()) return Status::OK();
  return waits_for_room(target_->two_phases ? hand_over_now_and_then() : show());
}

bool LogWriter::is_late() const {
  int64_t wait_ns = target_->show_interval_ms * 1'000'000;
  if (!target_->two_phases) {
    wait_ns = std::min(wait_ns, std::max(kShowPauseNs, kShowPauseFactor * show_cost_ns_));
  }
  return env_.monotonic_ns() - since_ns_ >= wait_ns;
}

Status LogWriter::hand_over_now_and_then() {
  if (!is_late()) return Status::OK();
  HW_TRY(put_all());
  HW_TRY(writer_->flush());
  since_ns_ = env_.monotonic_ns();
  return Status::OK();
}

Status LogWriter::waits_for_room(Status status) {
  full_ = status.IsCapacityError();
  return full_ ? Status::OK() : status;
}

Result<bool> LogWriter::has_room() {
  if (!full_) return true;
  HW_TRY(waits_for_room(target_->two_phases ? put_all() : show()));
  return !full_;
}

Status LogWriter::put(int partition, Waiting& waiting) {
  while (!waiting.batches.empty()) {
    // As many batches as make one frame.
    size_t count = 0;
    int64_t num_rows = 0;
    while (count < waiting.batches.size() &&
           (count == 0 || num_rows + waiting.batches[count].num_rows() <= kBatchRowsMax)) {
      num_rows += waiting.batches[count++].num_rows();
    }
    const auto end = waiting.batches.begin() + static_cast<std::ptrdiff_t>(count);
    Batch frame = waiting.batches.front();
    if (count > 1) {
      HW_ASSIGN_OR_RETURN(frame, concatenate(std::vector<Batch>(waiting.batches.begin(), end)));
    }
    const TimeRange times = times_ < 0 ? TimeRange{} : times_of(*frame.column(times_));
    HW_TRY(writer_->append(partition, frame, times));
    waiting.batches.erase(waiting.batches.begin(), end);
    waiting.num_rows -= num_rows;
  }
  waiting = {};
  return Status::OK();
}

Status LogWriter::put_all() {
  for (auto& [partition, waiting] : waiting_) HW_TRY(put(partition, waiting));
  return Status::OK();
}

Result<std::string> LogWriter::end_epoch(int64_t at_least) {
  HW_TRY(put_all());
  const int64_t epoch = std::max({at_least, epoch_ + 1, writer_->settled_epoch() + 1});
  HW_ASSIGN_OR_RETURN(std::string token, writer_->prepare(epoch));
  epoch_ = epoch;
  return token;
}

Result<std::vector<Committable>> LogWriter::prepare(int64_t checkpoint) {
  std::vector<Committable> committables;
  if (!target_->two_phases) {
    const Status shown = show();
    full_ = shown.IsCapacityError();
    HW_TRY(shown);
    return committables;
  }
  Result<std::string> token = end_epoch(checkpoint);
  full_ = token.status().IsCapacityError();
  HW_TRY(token.status());
  if (!token->empty()) committables.push_back(*std::move(token));
  return committables;
}

Status LogWriter::show() {
  const int64_t began_ns = env_.monotonic_ns();
  HW_TRY(commit_unshown());
  HW_ASSIGN_OR_RETURN(unshown_, end_epoch(0));
  HW_TRY(commit_unshown());
  waits_ = false;
  // Slow times count only where there are many of them: a thread that was interrupted, or came
  // second to another writer, says nothing about the disk.
  show_cost_ns_ = std::min(env_.monotonic_ns() - began_ns,
                           show_cost_ns_ + show_cost_ns_ / kShowCostGrowth + kShowCostStepNs);
  return Status::OK();
}

Status LogWriter::commit_unshown() {
  if (unshown_.empty()) return Status::OK();
  HW_TRY(commit_tokens({&unshown_, 1}));
  unshown_.clear();
  return Status::OK();
}

Status LogWriter::commit_tokens(std::span<const std::string> tokens) {
  Status status;
  for (int tries = 0; tries < kCommitTriesMax; ++tries) {
    status = writer_->commit(tokens).status();
    if (log_error_of(status) != LogErrorKind::kUnknownOutcome) break;
  }
  HW_TRY(status);
  cleaner_.look(writer_->topic());
  return Status::OK();
}

void LogWriter::abort() {
  cleaner_.give_up();
  waiting_.clear();
  if (writer_ != nullptr) (void)writer_->discard().ok();
}

}  // namespace

Result<std::unique_ptr<SinkWriter>> make_log_writer(std::shared_ptr<const LogTarget> target,
                                                    const SinkContext& context) {
  auto writer = std::make_unique<LogWriter>(std::move(target), context);
  HW_TRY(writer->open());
  return writer;
}

Result<std::optional<int64_t>> newest_epoch_in_topic(const LogTarget& target,
                                                     const SinkContext& context) {
  const Result<std::unique_ptr<Topic>> topic =
      Topic::open(*context.env, target.table.directory, target.table.topic);
  if (topic.status().IsKeyError()) return std::optional<int64_t>(0);
  HW_TRY(topic.status());
  const TopicWriterOptions options = writer_options(target, context, **topic, nullptr);
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<TopicWriter> writer,
                      TopicWriter::open(*context.env, options));
  // An epoch of any writer of the sink, however many there were.
  return std::optional<int64_t>(settled_epoch_of_sink(writer->topic().state(), options.identity));
}

}  // namespace hw
