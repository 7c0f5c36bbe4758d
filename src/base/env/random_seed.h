// SPDX-License-Identifier: Apache-2.0
//
// Seeds of named random streams: one component's draws never shift another's.

#pragma once

#include <cstdint>
#include <string_view>

namespace hw {

uint64_t seed_of_stream(uint64_t seed, std::string_view name);

}  // namespace hw
