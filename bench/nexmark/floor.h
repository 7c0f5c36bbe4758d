// SPDX-License-Identifier: Apache-2.0
//
// What the machine itself does in this run, by one thread: figures of other runs are compared with
// these first.

#pragma once

namespace hw::bench {

/// One line of JSON.
void print_floor();

}  // namespace hw::bench
