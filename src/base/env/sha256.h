// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 and the keyed digest over it, for signatures of requests. The work is done by OpenSSL's
// libcrypto, which is loaded with the first call.

#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace hw {

/// Fails (IOError) when the library is missing; after an OK sha256() and hmac_sha256() may be
/// called.
Status load_sha256();

/// 32 bytes. Requires: load_sha256() was OK.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Lower-case hexadecimal digits.
std::string hex(std::string_view bytes);

}  // namespace hw
