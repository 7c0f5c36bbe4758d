// SPDX-License-Identifier: Apache-2.0

#include "sim/fiber.h"

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <sys/mman.h>
#include <utility>
#include <vector>

#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

// Saves what a callee must keep on the stack it leaves and takes it from the one it goes to.
extern "C" void hw_switch_stack(void** left, void* entered);
__asm__(
    ".text\n"
    ".globl hw_switch_stack\n"
    ".type hw_switch_stack,@function\n"
    "hw_switch_stack:\n"
    "  endbr64\n"
    "  pushq %rbp\n"
    "  pushq %rbx\n"
    "  pushq %r12\n"
    "  pushq %r13\n"
    "  pushq %r14\n"
    "  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n"
    "  popq %r14\n"
    "  popq %r13\n"
    "  popq %r12\n"
    "  popq %rbx\n"
    "  popq %rbp\n"
    "  ret\n"
    ".size hw_switch_stack,.-hw_switch_stack\n");

namespace hw::sim {
namespace {

// Enough for the deepest parse and plan of the build with sanitizers; only touched pages are real.
constexpr size_t kStackBytes = 1 << 20;
constexpr size_t kGuardBytes = 4096;

// Stacks are used again: a run makes dozens of fibers.
std::vector<std::byte*>& free_stacks() {
  static std::vector<std::byte*> stacks;
  return stacks;
}

std::byte* take_stack() {
  std::vector<std::byte*>& free = free_stacks();
  if (!free.empty()) {
    std::byte* const stack = free.back();
    free.pop_back();
    return stack;
  }
  void* const memory = std::aligned_alloc(kGuardBytes, kStackBytes);
  HW_CHECK(memory != nullptr);
  HW_CHECK(::mprotect(memory, kGuardBytes, PROT_NONE) == 0);
  return static_cast<std::byte*>(memory);
}

// The one that runs; null outside.
Fiber* running = nullptr;

void begin_switch(void** fake, const void* bottom, size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(fake, bottom, bytes);
#endif
}
void end_switch(void* fake, const void** bottom, size_t* bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake, bottom, bytes);
#endif
}

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)), stack_(take_stack()) {
  // As hw_switch_stack left it: six registers, then where it returns to; the word above stands for
  // the return address of enter(), which never returns.
  auto* top = reinterpret_cast<uintptr_t*>(stack_ + kStackBytes) - 2;
  *--top = 0;
  *--top = reinterpret_cast<uintptr_t>(&Fiber::enter);
  for (int i = 0; i < 6; ++i) *--top = 0;
  own_ = top;
}

Fiber::~Fiber() { free_stacks().push_back(stack_); }

void Fiber::resume() {
  HW_CHECK(running == nullptr && !finished_);
  running = this;
  begin_switch(&fake_caller_, stack_, kStackBytes);
  hw_switch_stack(&caller_, own_);
  end_switch(fake_caller_, nullptr, nullptr);
  running = nullptr;
}

void Fiber::suspend() {
  begin_switch(finished_ ? nullptr : &fake_own_, caller_bottom_, caller_bytes_);
  hw_switch_stack(&own_, caller_);
  end_switch(fake_own_, &caller_bottom_, &caller_bytes_);
}

void Fiber::enter() { running->run(); }

void Fiber::run() {
  end_switch(nullptr, &caller_bottom_, &caller_bytes_);
  body_();
  body_ = nullptr;
  finished_ = true;
  suspend();
  std::terminate();  // nobody resumes what has finished
}

}  // namespace hw::sim
