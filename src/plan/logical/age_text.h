// SPDX-License-Identifier: Apache-2.0
//
// How long something is kept, as plans and explanations say it.

#pragma once

#include <cstdint>
#include <string>

namespace hw {

/// `1 d`, in the largest unit that divides it.
std::string age_text(int64_t ms);

}  // namespace hw
