// SPDX-License-Identifier: Apache-2.0

#include "base/env/late_library.h"

#include <dlfcn.h>

namespace hw {
namespace {

// The Arrow wheel exports functions of an OpenSSL of its own (docs/adr/0004): what is loaded here
// looks for its functions among its own libraries first. A sanitizer's runtime forbids that.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kOwnFirst = 0;
#else
constexpr int kOwnFirst = RTLD_DEEPBIND;
#endif

}  // namespace

Result<LateLibrary> LateLibrary::load(const std::string& file, const std::string& package) {
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | kOwnFirst);
  if (handle != nullptr) return LateLibrary(file, handle);
  return Status::IOError("the library ", file, " is needed, but cannot be loaded (", ::dlerror(),
                         "): install the package ", package);
}

Status LateLibrary::find_symbol(const char* name, void** found) const {
  *found = ::dlsym(handle_, name);
  if (*found != nullptr) return Status::OK();
  return Status::IOError("the library ", file_, " has no function ", name);
}

}  // namespace hw
