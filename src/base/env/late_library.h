// SPDX-License-Identifier: Apache-2.0
//
// A shared library that is loaded when it is first needed, so that a process that never needs it
// starts without it. It stays loaded.

#pragma once

#include <string>
#include <utility>

#include "base/status.h"

namespace hw {

class LateLibrary {
 public:
  /// `file`: its name as the linker knows it, as `libcurl.so.4`. Fails (IOError) when it cannot be
  /// loaded; `package` is what the message says to install.
  static Result<LateLibrary> load(const std::string& file, const std::string& package);

  /// Fails (IOError) when the library has no such function.
  template <typename Function>
  Status find(const char* name, Function*& function) const {
    void* found = nullptr;
    Status status = find_symbol(name, &found);
    function = reinterpret_cast<Function*>(found);
    return status;
  }

 private:
  LateLibrary(std::string file, void* handle) : file_(std::move(file)), handle_(handle) {}
  Status find_symbol(const char* name, void** found) const;

  std::string file_;
  void* handle_;
};

}  // namespace hw
