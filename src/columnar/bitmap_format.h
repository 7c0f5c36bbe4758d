// SPDX-License-Identifier: Apache-2.0
//
// The portable format of Roaring bitmaps, where it must not be left to the library: bytes from
// outside, and the choice between two forms of the same length. Inside of columnar/bitmap*.cc only.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace hw {

/// Finds in foreign bytes everything that the library takes for granted, and writes runs as lists
/// or bits: sets in memory have none. (The library of Debian 12 writes beyond its memory where a
/// run ends with 65535.) Gives `bytes` or `scratch`. Fails (Invalid) saying what is wrong.
Result<std::string_view> bitmap_without_runs(std::string_view bytes, std::string& scratch);

/// Where runs and a list of the values take the same room beside the count of the runs, Java's
/// library writes a list, and so Flink does; the C library writes runs. Changes what stands in
/// `out` from `begin` on. Requires: bytes that the library wrote.
void write_short_runs_as_lists(std::string& out, size_t begin);

}  // namespace hw
