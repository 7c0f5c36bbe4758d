// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/topic_cleaner.h"

#include <algorithm>
#include <memory>

#include "log/retention.h"
#include "log/topic.h"
#include "log/topic_chain.h"

namespace hw {
namespace {

/// Retention by time has to be looked at where no segment comes either.
constexpr int64_t kCleaningPauseMs = 60'000;
/// Rows stay at most this part longer than they should, but for short times.
constexpr int64_t kAgeParts = 10;
constexpr int64_t kIdlePauseMinMs = 1000;
constexpr int64_t kNsPerMs = 1'000'000;

/// How often to look where nothing is committed: whether rows have become old. 0: they never do.
int64_t pause_of(const TopicOptions& options) {
  int64_t age_ms = 0;
  const auto counts = [&](bool asked, int64_t ms) {
    if (asked && ms > 0) age_ms = age_ms == 0 ? ms : std::min(age_ms, ms);
  };
  counts(options.cleanup_delete, options.retention_ms);
  counts(!options.offload_path.empty(), options.offload_after_ms);
  if (age_ms == 0) return 0;
  return std::clamp(age_ms / kAgeParts, kIdlePauseMinMs, kCleaningPauseMs);
}

}  // namespace

TopicCleaner::~TopicCleaner() {
  if (!finish_) stopped_.open();
  queue_.reset();
}

void TopicCleaner::watch(const Topic& topic) {
  const TopicOptions& options = topic.state().options;
  idle_pause_ms_ = pause_of(options);
  syncs_ = options.flush == FlushPolicy::kInterval;
  if (!settings_.threads || (idle_pause_ms_ == 0 && !syncs_)) return;
  WorkerQueue::Idle idle{.between = [this] { look_between(); }};
  if (syncs_) idle.pause_ns = std::min(idle.pause_ns, options.flush_interval_ms * kNsPerMs);
  idle_cleaned_ms_ = env_.wall_ms();
  queue_ = std::make_unique<WorkerQueue>(env_, "clean " + settings_.topic, true, std::move(idle));
}

// What fails is tried again the next time.
void TopicCleaner::look_between() {
  if (stopped_.is_open()) return;
  if (idle_topic_ == nullptr) {
    auto topic = Topic::open(env_, settings_.directory, settings_.topic);
    if (!topic.ok()) return;
    idle_topic_ = *std::move(topic);
  }
  if (syncs_ && idle_topic_->refresh().ok()) (void)idle_topic_->chain().sync_state().ok();
  if (idle_pause_ms_ == 0 || env_.wall_ms() - idle_cleaned_ms_ < idle_pause_ms_) return;
  clean_once();
}

void TopicCleaner::look(const Topic& topic) {
  if (!cleaned_.take().empty()) cleaning_ = false;
  if (cleaning_) return;
  size_t num_pieces = 0;
  for (const PartitionState& partition : topic.state().partitions) {
    num_pieces += partition.pieces.size();
  }
  const int64_t now_ms = env_.wall_ms();
  if (num_pieces == num_pieces_ && now_ms - cleaned_ms_ < kCleaningPauseMs) return;
  num_pieces_ = num_pieces;
  cleaned_ms_ = now_ms;
  cleaning_ = true;
  if (queue_ == nullptr) {
    queue_ = std::make_unique<WorkerQueue>(env_, "clean " + settings_.topic, settings_.threads);
  }
  queue_->post([this] { clean_once(); });
}

// With a topic of its own: one belongs to one thread.
void TopicCleaner::clean_once() {
  const auto topic = Topic::open(env_, settings_.directory, settings_.topic);
  const CleaningStop stop([this] { return stopped_.is_open(); });
  if (topic.ok()) (void)clean(**topic, stop).ok();
  idle_cleaned_ms_ = env_.wall_ms();
  cleaned_.post(true, nobody_);
}

}  // namespace hw
