// SPDX-License-Identifier: Apache-2.0

#include "runtime/channel.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <deque>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/broken_promise.h"
#include "base/planted.h"
#include "runtime/worker_waker.h"

namespace hw {
namespace {

int64_t bytes_of(const Message& message) {
  const auto* batch = std::get_if<Batch>(&message);
  if (HW_PLANTED_BUG(54) && batch != nullptr && batch->num_rows() == 1) return 0;
  return batch == nullptr ? 0 : batch->num_bytes();
}

/// Without what is planted above.
int64_t bytes_held(const Message& message) {
  const auto* batch = std::get_if<Batch>(&message);
  return batch == nullptr ? 0 : batch->num_bytes();
}

[[maybe_unused]] std::string wrong_sum(int64_t accounted, int64_t held) {
  return "a channel accounts for " + std::to_string(accounted) + " bytes, and its messages hold " +
         std::to_string(held);
}

class LocalChannel final : public Channel {
 public:
  explicit LocalChannel(ChannelOptions options) : options_(options) {}

  bool offer(Message& message) override {
    if (static_cast<int>(waiting_.size()) >= options_.messages_max) return false;
    const int64_t bytes = bytes_of(message);
    if (bytes_ > 0 && bytes_ + bytes > options_.bytes_max) return false;
    bytes_ += bytes;
    waiting_.push_back({std::move(message), bytes});
    HW_PROMISE(bytes_ == held(), wrong_sum(bytes_, held()));
    return true;
  }
  void close(Status cause) override { cause_ = std::move(cause); }
  bool unwanted() const override { return unwanted_; }

  size_t take(std::vector<Message>& out, size_t messages_max) override {
    size_t taken = 0;
    for (; taken < messages_max && !waiting_.empty(); ++taken) {
      bytes_ -= waiting_.front().bytes;
      out.push_back(std::move(waiting_.front().message));
      waiting_.pop_front();
    }
    return taken;
  }
  Status lost() const override { return waiting_.empty() ? cause_ : Status::OK(); }
  void stop_wanting() override {
    unwanted_ = true;
    waiting_.clear();
    bytes_ = 0;
  }

 private:
  struct Waiting {
    Message message;
    int64_t bytes;
  };
  int64_t held() const {
    int64_t bytes = 0;
    for (const Waiting& waiting : waiting_) bytes += bytes_held(waiting.message);
    return bytes;
  }

  const ChannelOptions options_;
  std::deque<Waiting> waiting_;
  int64_t bytes_ = 0;
  Status cause_;
  bool unwanted_ = false;
};

// A ring whose two positions each have one writer; slots between them belong to the consumer.
class SpscChannel final : public Channel {
 public:
  SpscChannel(ChannelOptions options, WorkerWaker& producer, WorkerWaker& consumer)
      : options_(options),
        mask_(static_cast<uint64_t>(options.messages_max) - 1),
        producer_(producer),
        consumer_(consumer),
        slots_(static_cast<size_t>(options.messages_max)) {
    HW_CHECK(std::has_single_bit(static_cast<uint64_t>(options.messages_max)));
  }

  bool offer(Message& message) override {
    const uint64_t tail = tail_.load(std::memory_order_relaxed);
    const uint64_t waiting_messages = tail - head_.load(std::memory_order_acquire);
    if (HW_PLANTED_BUG(37) && waiting_messages == mask_ + 1) ++lost_credit_;
    if (waiting_messages + lost_credit_ > mask_ + (HW_PLANTED_BUG(52) ? 1 : 0)) return false;
    const int64_t bytes = bytes_of(message);
    const int64_t waiting = bytes_in_ - bytes_out_.load(std::memory_order_acquire);
    HW_PROMISE(waiting_messages > 0 || waiting == 0,
               "a channel without messages accounts for " + std::to_string(waiting) + " bytes");
    if (waiting > 0 && waiting + bytes > options_.bytes_max) return false;
    bytes_in_ += bytes;
    Slot& slot = slots_[tail & mask_];
    slot.message = std::move(message);
    slot.bytes = bytes;
    tail_.store(tail + 1, std::memory_order_release);
    HW_PROMISE(waiting_messages < slots_.size(),
               "a channel holds " + std::to_string(waiting_messages + 1) +
                   " messages, and has room for " + std::to_string(slots_.size()));
    HW_PROMISE(waiting == 0 || waiting + bytes <= options_.bytes_max,
               "a channel holds " + std::to_string(waiting + bytes) + " bytes, and may hold " +
                   std::to_string(options_.bytes_max));
    HW_PROMISE(waiting + bytes == held(), wrong_sum(waiting + bytes, held()));
    consumer_.wake();
    return true;
  }
  void close(Status cause) override {
    cause_ = std::move(cause);
    closed_.store(true, std::memory_order_release);
    consumer_.wake();
  }
  bool unwanted() const override { return unwanted_.load(std::memory_order_acquire); }

  size_t take(std::vector<Message>& out, size_t messages_max) override {
    const uint64_t head = head_.load(std::memory_order_relaxed);
    const uint64_t ready = tail_.load(std::memory_order_acquire) - head;
    const size_t taken = std::min<size_t>(messages_max, ready);
    if (taken == 0) return 0;
    int64_t bytes = bytes_out_.load(std::memory_order_relaxed);
    for (size_t i = 0; i < taken; ++i) {
      Slot& slot = slots_[(head + i) & mask_];
      bytes += slot.bytes;
      out.push_back(std::exchange(slot.message, Message(End{})));
    }
    bytes_out_.store(bytes, std::memory_order_release);
    head_.store(head + taken, std::memory_order_release);
    producer_.wake();
    return taken;
  }
  Status lost() const override {
    if (!closed_.load(std::memory_order_acquire)) return Status::OK();
    const bool empty =
        tail_.load(std::memory_order_acquire) == head_.load(std::memory_order_relaxed);
    return empty ? cause_ : Status::OK();
  }
  void stop_wanting() override {
    unwanted_.store(true, std::memory_order_release);
    std::vector<Message> dropped;
    take(dropped, slots_.size());
    producer_.wake();
  }

 private:
  struct Slot {
    Message message = End{};
    int64_t bytes = 0;
  };
  // Only where one thread at a time runs: the slots are the consumer's.
  int64_t held() const {
    int64_t bytes = 0;
    for (uint64_t i = head_.load(); i != tail_.load(); ++i)
      bytes += bytes_held(slots_[i & mask_].message);
    return bytes;
  }

  // Constant after construction; the wakers are thread-safe.
  const ChannelOptions options_;
  const uint64_t mask_;
  WorkerWaker& producer_;
  WorkerWaker& consumer_;
  // Slots [head, tail) are the consumer's, the others the producer's.
  std::vector<Slot> slots_;
  // Written by the producer.
  alignas(64) std::atomic<uint64_t> tail_{0};
  uint64_t lost_credit_ = 0;  // HW_PLANTED_BUG(37)
  std::atomic<bool> closed_{false};
  Status cause_;  // before closed_
  int64_t bytes_in_ = 0;
  // Written by the consumer.
  alignas(64) std::atomic<uint64_t> head_{0};
  std::atomic<int64_t> bytes_out_{0};
  std::atomic<bool> unwanted_{false};
};

}  // namespace

std::unique_ptr<Channel> make_local_channel(ChannelOptions options) {
  return std::make_unique<LocalChannel>(options);
}

std::unique_ptr<Channel> make_spsc_channel(ChannelOptions options, WorkerWaker& producer,
                                           WorkerWaker& consumer) {
  return std::make_unique<SpscChannel>(options, producer, consumer);
}

}  // namespace hw
