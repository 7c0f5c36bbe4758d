// SPDX-License-Identifier: Apache-2.0
//
// TCP sockets of the operating system, non-blocking.

#pragma once

#include <memory>
#include <string>

#include "base/env/env.h"
#include "base/status.h"

namespace hw {

/// Begins to connect; resolving the name may block, connecting does not. Refusal shows at the
/// first read or write.
Result<std::unique_ptr<Socket>> connect_socket(const std::string& host, int port);
/// Port 0 = any free one.
Result<std::unique_ptr<ListeningSocket>> listen_socket(const std::string& host, int port);

}  // namespace hw
