// SPDX-License-Identifier: Apache-2.0
//
// The bounded queue between two tasklets: one producer, one consumer. Bounded by messages and by
// bytes, so a slow consumer slows its producer and nothing grows. Ends in one of three ways: the
// producer sends End; it closes the channel with a cause (then a loss is never taken for an end);
// or the consumer wants no more. A remote channel fits behind the same interface.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "runtime/message.h"

namespace hw {

class WorkerWaker;

struct ChannelOptions {
  /// Messages that wait at most; a power of two.
  int messages_max = 64;
  /// Bytes of batches that wait at most, but one batch always passes.
  int64_t bytes_max = 4 << 20;
};

class Channel {
 public:
  virtual ~Channel() = default;

 public:  // The producer's side.
  /// Takes the message and returns true, or leaves it because the channel is full.
  virtual bool offer(Message& message) = 0;
  /// No more will come though there was no End. Requires: `cause` is an error.
  virtual void close(Status cause) = 0;
  /// The consumer has finished: what is sent is dropped.
  virtual bool unwanted() const = 0;

 public:  // The consumer's side.
  /// Moves up to `messages_max` messages to the end of `out`. Returns how many.
  virtual size_t take(std::vector<Message>& out, size_t messages_max) = 0;
  /// The cause with which the producer closed, once everything before has been taken; else OK.
  virtual Status lost() const = 0;
  virtual void stop_wanting() = 0;
};

/// For two tasklets of one worker: no atomics.
std::unique_ptr<Channel> make_local_channel(ChannelOptions options);
/// Between two workers; each end wakes the other's worker when it may be parked. The wakers
/// outlive the channel.
std::unique_ptr<Channel> make_spsc_channel(ChannelOptions options, WorkerWaker& producer,
                                           WorkerWaker& consumer);

}  // namespace hw
