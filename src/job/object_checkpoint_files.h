// SPDX-License-Identifier: Apache-2.0
//
// CheckpointFiles on an object store. No operating system stands behind it: the lock is an object
// that outlives a holder who is killed, so that only its heartbeat, rewritten with other bytes each
// time, says whether it lives.

#pragma once

#include <memory>

#include "base/env/object_store.h"
#include "job/checkpoint_files.h"

namespace hw {

class Env;

/// Files below `root`. `env` outlives it.
std::shared_ptr<CheckpointFiles> make_object_checkpoint_files(Env& env,
                                                              std::shared_ptr<ObjectStore> store,
                                                              ObjectName root);

}  // namespace hw
