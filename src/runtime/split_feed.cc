// SPDX-License-Identifier: Apache-2.0

#include "runtime/split_feed.h"

#include <charconv>
#include <utility>

#include "base/planted.h"
#include "runtime/job_graph.h"

namespace hw {
namespace {

// Keeps what one poll emits.
class Polled final : public Output {
 public:
  void emit(Batch batch, int) override { batches.push_back(std::move(batch)); }
  std::vector<Batch> batches;
};

void append_field(std::string_view field, std::string& out) {
  out.append(std::to_string(field.size())).append(":").append(field);
}

Result<std::string> take_field(std::string_view& bytes) {
  const size_t colon = bytes.find(':');
  size_t length = 0;
  const char* end = bytes.data() + (colon == std::string_view::npos ? 0 : colon);
  const auto [stopped, error] = std::from_chars(bytes.data(), end, length);
  if (error != std::errc() || stopped != end || length > bytes.size() - colon - 1)
    return Status::SerializationError("a split is id, descriptor, position and watermark");
  std::string field(bytes.substr(colon + 1, length));
  bytes.remove_prefix(colon + 1 + length);
  return field;
}

}  // namespace

SplitFeed::SplitFeed(DealtSplit split, const SourceRecipe& recipe, int member, int64_t now_ms)
    : split_(std::move(split)),
      recipe_(recipe),
      member_(member),
      cutter_(HW_PLANTED_BUG(48) ? Watermark::kNone : split_.watermark_ms),
      row_seen_ms_(now_ms) {}

Result<std::unique_ptr<SplitFeed>> SplitFeed::open(DealtSplit split, const SourceRecipe& recipe,
                                                   const SourceContext& context, int member,
                                                   int64_t now_ms) {
  std::unique_ptr<SplitFeed> feed(new SplitFeed(std::move(split), recipe, member, now_ms));
  HW_ASSIGN_OR_RETURN(feed->reader_, recipe.source->make_reader(feed->split_.split, context));
  if (feed->split_.position) HW_TRY(feed->reader_->seek(*feed->split_.position));
  if (recipe.transform) {
    HW_ASSIGN_OR_RETURN(feed->transform_,
                        recipe.transform({.env = context.env, .memory_pool = context.memory_pool}));
  }
  return feed;
}

Result<Flow> SplitFeed::poll(int64_t now_ms, std::vector<Message>& out) {
  Polled polled;
  HW_ASSIGN_OR_RETURN(const Flow flow, reader_->poll(polled));
  for (const Batch& batch : polled.batches) {
    if (batch.empty()) continue;
    row_seen_ms_ = now_ms;
    idle_ = false;
    HW_TRY(take_in(batch, out));
  }
  if (recipe_.watermark.kind == WatermarkRule::Kind::kFromSource) {
    const std::optional<int64_t> watermark = reader_->source_watermark();
    if (watermark) out.push_back(Watermark{*watermark});
  }
  return flow;
}

Status SplitFeed::take_in(const Batch& rows, std::vector<Message>& out) {
  HW_ASSIGN_OR_RETURN(const Batch dense, rows.compacted());
  TimedBatch timed{.batch = dense, .time_ms = {}, .watermark_ms = {}};
  if (transform_) {
    Result<TimedBatch> made = transform_->transform(dense);
    if (!made.ok()) return while_doing(made.status(), "reading '" + split_.split.id + "'");
    timed = *std::move(made);
  }
  if (recipe_.watermark.kind == WatermarkRule::Kind::kPerRow) {
    cutter_.cut(timed, out);
  } else {
    out.push_back(std::move(timed.batch));
  }
  return Status::OK();
}

int64_t SplitFeed::idle_at_ms() const {
  if (idle_ || recipe_.watermark.idle_timeout_ms == 0) return Tasklet::kNever;
  return row_seen_ms_ + recipe_.watermark.idle_timeout_ms;
}

bool SplitFeed::fell_idle(int64_t now_ms) {
  if (now_ms < idle_at_ms() || idle_at_ms() == Tasklet::kNever) return false;
  idle_ = true;
  return true;
}

Result<DealtSplit> SplitFeed::where() const {
  DealtSplit split = split_;
  HW_ASSIGN_OR_RETURN(split.position, reader_->position());
  split.watermark_ms = cutter_.sent_ms();
  return split;
}

std::string encode_split(const DealtSplit& split) {
  std::string bytes;
  append_field(split.split.id, bytes);
  append_field(split.split.descriptor, bytes);
  append_field(split.position ? "+" + *split.position : "", bytes);
  append_field(std::to_string(split.watermark_ms), bytes);
  return bytes;
}

Result<DealtSplit> decode_split(std::string_view bytes) {
  DealtSplit split;
  HW_ASSIGN_OR_RETURN(split.split.id, take_field(bytes));
  HW_ASSIGN_OR_RETURN(split.split.descriptor, take_field(bytes));
  HW_ASSIGN_OR_RETURN(const std::string position, take_field(bytes));
  if (!position.empty()) split.position = position.substr(1);
  HW_ASSIGN_OR_RETURN(const std::string watermark, take_field(bytes));
  const char* const end = watermark.data() + watermark.size();
  const auto [stopped, error] = std::from_chars(watermark.data(), end, split.watermark_ms);
  if (error != std::errc() || stopped != end || !bytes.empty())
    return Status::SerializationError("a split ends with its watermark");
  return split;
}

}  // namespace hw
