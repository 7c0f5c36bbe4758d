// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/topic_cleaner.h"

#include <memory>

#include "log/retention.h"
#include "log/topic.h"

namespace hw {
namespace {

/// Retention by time has to be looked at where no segment comes either.
constexpr int64_t kCleaningPauseMs = 60'000;

}  // namespace

TopicCleaner::~TopicCleaner() {
  if (!finish_) stopped_.open();
  queue_.reset();
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
  cleaned_.post(true, nobody_);
}

}  // namespace hw
