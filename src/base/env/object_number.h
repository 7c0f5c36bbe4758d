// SPDX-License-Identifier: Apache-2.0
//
// Numbers that tell the objects of one process apart, for names that must not meet. Thread-safe. A
// simulation counts for itself, so that the same run gives the same names.

#pragma once

#include <cstdint>

namespace hw {

/// No other call in this process returns the same.
int64_t next_object_number();

/// The count of a simulated process's thread; null in the real world.
inline constinit thread_local int64_t* simulated_object_number = nullptr;

}  // namespace hw
