// SPDX-License-Identifier: Apache-2.0

#include "log/topic_tail.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/env/env.h"
#include "log/topic_reader.h"

namespace hw {
namespace {

constexpr int64_t kAllRows = std::numeric_limits<int64_t>::max();
/// How often a topic without new records is looked for by its name: another one of as many records
/// may stand there.
constexpr int64_t kUnseenNs = 500'000'000;

struct CommittedRows {
  int64_t commit = 0;
  Batch batch;
};

/// From where on a partition has at least its last `num_rows` rows: a compacted piece has fewer
/// rows than offsets, and is read as a whole.
int64_t offset_of_last(const PartitionState& partition, int64_t num_rows) {
  int64_t offset = partition.end_offset;
  for (auto piece = partition.pieces.rbegin(); piece != partition.pieces.rend(); ++piece) {
    if (num_rows <= 0) break;
    offset = piece->compacted ? piece->first_offset
                              : std::max(piece->first_offset, piece->end_offset - num_rows);
    num_rows -= piece->num_rows;
  }
  return offset;
}

/// The last `rows_max` of `num_rows` rows.
std::vector<Batch> last_of(const std::vector<CommittedRows>& found, int64_t num_rows,
                           int64_t rows_max) {
  std::vector<Batch> batches;
  int64_t extra = std::max<int64_t>(num_rows - rows_max, 0);
  for (const CommittedRows& rows : found) {
    const int64_t left_out = std::min(extra, rows.batch.num_rows());
    extra -= left_out;
    if (left_out == rows.batch.num_rows()) continue;
    batches.push_back(rows.batch.slice(left_out, rows.batch.num_rows() - left_out));
  }
  return batches;
}

}  // namespace

TopicTail::TopicTail(Env& env, std::string directory, std::unique_ptr<Topic> topic, int64_t rows)
    : env_(env), directory_(std::move(directory)), topic_(std::move(topic)), rows_max_(rows) {
  for (const PartitionState& partition : topic_->state().partitions) {
    next_.push_back(offset_of_last(partition, rows));
  }
}

Result<std::unique_ptr<TopicTail>> TopicTail::open(Env& env, const std::string& directory,
                                                   const std::string& name, int64_t rows) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Topic> topic, Topic::open(env, directory, name));
  return std::unique_ptr<TopicTail>(new TopicTail(env, directory, std::move(topic), rows));
}

Result<bool> TopicTail::take_other() {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Topic> now,
                      Topic::open_settled(env_, directory_, topic_->name()));
  if (!made_again(topic_->state().created_ms, now->state())) return false;
  topic_ = std::move(now);
  next_.assign(topic_->state().partitions.size(), 0);
  for (size_t p = 0; p < next_.size(); ++p) next_[p] = topic_->state().partitions[p].start_offset;
  rows_max_ = kAllRows;
  read_record_ = 0;
  ++times_made_again_;
  return true;
}

Result<bool> TopicTail::look() {
  if (read_record_ != topic_->state().record) return true;
  const int64_t now_ns = env_.monotonic_ns();
  const bool long_ago = now_ns - looked_ns_ > kUnseenNs;
  if (long_ago) {
    HW_ASSIGN_OR_RETURN(const bool other, take_other());
    looked_ns_ = now_ns;
    if (other) return true;
  }
  const Result<bool> changed = topic_->refresh();
  if (!changed.ok()) {
    // Its records may be those of another topic.
    HW_ASSIGN_OR_RETURN(const bool other, take_other());
    return other ? Result<bool>(true) : changed;
  }
  if (*changed) looked_ns_ = now_ns;
  return *changed;
}

Result<std::vector<Batch>> TopicTail::read(int64_t rows_max) {
  // A reader that finds its file moved folds in later records: other partitions' rows in them are
  // the next call's.
  const int64_t record = topic_->state().record;
  std::vector<CommittedRows> found;
  int64_t num_rows = 0;
  for (size_t p = 0; p < next_.size(); ++p) {
    HW_ASSIGN_OR_RETURN(
        const auto reader,
        TopicReader::open(*topic_, {.partition = static_cast<int>(p), .first_offset = next_[p]}));
    while (true) {
      HW_ASSIGN_OR_RETURN(std::optional<TopicBatch> rows, reader->next());
      if (!rows) break;
      num_rows += rows->batch.num_rows();
      found.push_back({rows->commit, std::move(rows->batch)});
    }
    next_[p] = reader->position();
  }
  read_record_ = record;
  std::stable_sort(found.begin(), found.end(), [](const CommittedRows& a, const CommittedRows& b) {
    return a.commit < b.commit;
  });
  return last_of(found, num_rows, rows_max);
}

Result<std::vector<Batch>> TopicTail::next() {
  HW_ASSIGN_OR_RETURN(const bool more, look());
  if (!more) return std::vector<Batch>();
  return read(std::exchange(rows_max_, kAllRows));
}

}  // namespace hw
