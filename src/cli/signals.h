// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a question; the second one ends the process at once. SIGUSR1 asks for a
// savepoint. SIGPIPE is ignored, so that a closed stdout is an error value.

#pragma once

#include "engine/script.h"

namespace hw {

void install_signal_handlers();
/// For the shell, which SIGINT does not end however often it comes: each asks for a stop.
void keep_on_interrupt();
/// The next requested_stop() is about signals to come. SIGTERM is not forgotten.
void forget_interrupt();
/// What the first signal asked for.
StopRequest requested_stop();
/// True once for each SIGUSR1, or for several that came close together.
bool requested_savepoint();

}  // namespace hw
