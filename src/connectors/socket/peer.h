// SPDX-License-Identifier: Apache-2.0
//
// Where the bytes come from: the server that is connected to, or one client after the other.
// Connections that fail or end are made anew in time. Never blocks.

#pragma once

#include <cstdint>
#include <memory>

#include "base/env/env.h"
#include "base/status.h"
#include "connectors/socket/socket_options.h"

namespace hw {

class Peer {
 public:
  /// `env` outlives the peer.
  Peer(SocketSettings settings, Env& env);

  struct Arrival {
    enum class Kind : uint8_t {
      kBytes,
      kNothing,
      kClosed,  // the peer has said all
      kBroken,  // the connection is gone; what came last may be half a record
    };
    Kind kind = Kind::kNothing;
    int64_t bytes = 0;
  };
  /// Fails (IOError, naming host and port) when there is no connection and no second attempt.
  Result<Arrival> read(char* buffer, int64_t capacity);

 private:
  Status open();
  Result<Arrival> failed(const Status& status);

  // Constant after construction.
  const SocketSettings settings_;
  Env& env_;

  std::unique_ptr<ListeningSocket> listening_;
  std::unique_ptr<Socket> socket_;  // null = not connected
  bool heard_ = false;              // bytes came through socket_
  bool failure_told_ = false;
  int64_t next_attempt_ms_ = 0;
};

}  // namespace hw
