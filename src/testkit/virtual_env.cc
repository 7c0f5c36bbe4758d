// SPDX-License-Identifier: Apache-2.0

#include "testkit/virtual_env.h"

#include "base/assert.h"

namespace hw {

VirtualEnv::VirtualEnv(int64_t wall_ms, uint64_t seed)
    : real_(make_test_env(seed, wall_ms)), start_ms_(wall_ms), wall_ms_(wall_ms) {}

std::unique_ptr<Thread> VirtualEnv::start_thread(std::string, std::function<void()>) {
  // A thread would see another clock each time: a test that needs one uses make_test_env().
  check_failed("a virtual Env starts no threads", __FILE__, __LINE__);
}

Status VirtualEnv::write_stdout(std::string_view text) {
  stdout_text_ += text;
  return Status::OK();
}

Status VirtualEnv::write_stderr(std::string_view text) {
  stderr_text_ += text;
  return Status::OK();
}

}  // namespace hw
