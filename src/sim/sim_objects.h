// SPDX-License-Identifier: Apache-2.0
//
// The modelled object store: objects appear whole and at once, and of several writers of a new name
// one wins. Each call is an operation that the World numbers and may let fail: before it is done,
// after it is done (the answer is lost), or so that it is done much later, whoever asked for it
// being dead by then.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "base/env/object_store.h"
#include "base/status.h"

namespace hw::sim {

class World;
struct SimProcess;

/// What all processes see.
struct SimObjects {
  struct Object {
    std::string bytes;
    std::string etag;
    int64_t modified_ns = 0;
  };
  /// A put whose sender was told that it failed.
  struct Late {
    int64_t at_ns = 0;
    std::string key;
    std::string bytes;
    bool if_new = false;
  };
  std::map<std::string, Object> by_key;
  std::deque<Late> late;
  /// Keys of uploads that are not finished.
  std::multimap<std::string, int64_t> uploads;
  int64_t next_number = 1;
};

/// The one bucket. All outlive it.
std::shared_ptr<ObjectStore> make_sim_object_store(World& world, SimProcess& process);

}  // namespace hw::sim
