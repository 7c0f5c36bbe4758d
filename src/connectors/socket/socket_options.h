// SPDX-License-Identifier: Apache-2.0
//
// The options of the socket connector.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/options.h"

namespace hw {

struct SocketSettings {
  std::string host;
  int port = 0;
  char delimiter = '\n';
  /// Waits for peers instead of connecting to one.
  bool listens = false;
  /// 0 = the input ends when the peer closes, and a connection that fails is an error.
  int64_t reconnect_ms = 0;
  int64_t record_bytes_max = 0;

  static Result<SocketSettings> from(const Options& options);
  std::string address() const { return host + ":" + std::to_string(port); }
};

std::vector<OptionSpec> socket_options();

}  // namespace hw
