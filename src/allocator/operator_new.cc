// SPDX-License-Identifier: Apache-2.0
//
// operator new and delete by mimalloc (docs/adr/0008). malloc stays the C library's: libraries that
// are loaded late look for it there first (base/env/late_library), and would give back to it what
// they got from another one. So mimalloc, which exports a malloc, is loaded where nobody else sees
// it. Without it objects come from malloc.

#include <cstddef>
#include <cstdlib>
#include <dlfcn.h>
#include <new>

namespace {

using Allocate = void* (*)(std::size_t);
using Free = void (*)(void*);

void* allocate_first(std::size_t bytes);

void* allocate_by_malloc(std::size_t bytes) {
  void* const found = std::malloc(bytes == 0 ? 1 : bytes);
  if (found == nullptr) std::abort();  // as wherever memory is short
  return found;
}

// Set by the first allocation of the process, which one thread makes before there are others.
Free free_it = &std::free;
Allocate allocate = &allocate_first;

void* allocate_first(std::size_t bytes) {
  void* const library = ::dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_LOCAL);
  const auto found = [&](const char* name) {
    return library == nullptr ? nullptr : ::dlsym(library, name);
  };
  const auto new_of = reinterpret_cast<Allocate>(found("mi_new"));
  const auto free_of = reinterpret_cast<Free>(found("mi_free"));
  const bool complete = new_of != nullptr && free_of != nullptr;
  if (complete) free_it = free_of;
  allocate = complete ? new_of : &allocate_by_malloc;
  return allocate(bytes);
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return ::operator new(bytes);
  } catch (...) {
    return nullptr;
  }
}
void* operator new[](std::size_t bytes, const std::nothrow_t& nothrow) noexcept {
  return ::operator new(bytes, nothrow);
}

void operator delete(void* object) noexcept { free_it(object); }
void operator delete[](void* object) noexcept { free_it(object); }
void operator delete(void* object, std::size_t) noexcept { free_it(object); }
void operator delete[](void* object, std::size_t) noexcept { free_it(object); }
