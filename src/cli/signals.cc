// SPDX-License-Identifier: Apache-2.0

#include "cli/signals.h"

#include <csignal>

namespace hw {
namespace {

volatile std::sig_atomic_t received = 0;
volatile std::sig_atomic_t savepoint = 0;

extern "C" void on_signal(int signal) {
  received = signal;
  // The next one has its default effect.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

extern "C" void on_shell_interrupt(int) {
  if (received == 0) received = SIGINT;
}

extern "C" void on_savepoint_signal(int) { savepoint = 1; }

}  // namespace

void install_signal_handlers() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGUSR1, on_savepoint_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

void keep_on_interrupt() { std::signal(SIGINT, on_shell_interrupt); }

void forget_interrupt() {
  if (received == SIGINT) received = 0;
}

StopRequest requested_stop() {
  if (received == SIGINT) return StopRequest::kInterrupt;
  return received == SIGTERM ? StopRequest::kTerminate : StopRequest::kNone;
}

bool requested_savepoint() {
  if (savepoint == 0) return false;
  savepoint = 0;
  return true;
}

}  // namespace hw
