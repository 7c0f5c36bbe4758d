// SPDX-License-Identifier: Apache-2.0

#include "base/memory.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/device.h>
#include <arrow/memory_pool.h>
#include <arrow/status.h>

#include "base/assert.h"

namespace hw {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kRecycle = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif
#else
constexpr bool kRecycle = true;
#endif

constexpr int64_t kAlignment = 64;
constexpr int64_t kRecycledBytesMax = 4 << 20;
constexpr int64_t kThreadBytesMax = 32 << 20;
constexpr int64_t kSharedBytesMax = 256 << 20;
/// What one class of one thread keeps before it hands half of it to the shared set.
constexpr int64_t kClassBytesMax = 8 << 20;

/// Four classes per power of two, from 64 bytes to 4 MiB: at most a quarter is wasted.
constexpr int kFirstShift = 6;
constexpr int kNumClasses = 4 * (22 - kFirstShift) + 1;

int class_of(int64_t size) {
  if (size <= 64) return 0;
  const uint64_t last = static_cast<uint64_t>(size) - 1;
  const int shift = std::bit_width(last) - 1;  // 2^shift <= last < 2^(shift + 1)
  const int quarter = static_cast<int>((last >> (shift - 2)) & 3);
  return (shift - kFirstShift) * 4 + quarter + 1;
}

int64_t class_bytes(int size_class) {
  if (size_class == 0) return 64;
  const int shift = (size_class - 1) / 4 + kFirstShift;
  const int quarter = (size_class - 1) % 4;
  return (int64_t{4} + quarter + 1) << (shift - 2);
}

/// A free block holds the list's link in its first bytes.
struct FreeBlock {
  FreeBlock* next;
};

struct FreeList {
  FreeBlock* head = nullptr;
  int64_t count = 0;

  void push(FreeBlock* block) {
    block->next = head;
    head = block;
    ++count;
  }
  FreeBlock* pop() {
    FreeBlock* block = head;
    if (block != nullptr) {
      head = block->next;
      --count;
    }
    return block;
  }
  /// Cuts the first `n` blocks off. Requires: 0 < n <= count.
  FreeList take(int64_t n) {
    FreeList taken{head, n};
    FreeBlock* last = head;
    for (int64_t i = 1; i < n; ++i) last = last->next;
    head = last->next;
    last->next = nullptr;
    count -= n;
    return taken;
  }
};

void free_to_system(void* block) { std::free(block); }

void free_to_system(FreeList list) {
  while (FreeBlock* block = list.pop()) free_to_system(block);
}

uint8_t* allocate_from_system(int64_t bytes) {
  return static_cast<uint8_t*>(
      std::aligned_alloc(kAlignment, static_cast<size_t>((bytes + 63) / 64 * 64)));
}

/// Surplus of all threads. Held only for a few pointer writes at a time.
class SharedBlocks {
 public:
  void give(int size_class, FreeList list) {
    const int64_t bytes = list.count * class_bytes(size_class);
    lock();
    if (bytes_ + bytes <= kSharedBytesMax) {
      bytes_ += bytes;
      std::vector<FreeList>& lists = lists_[static_cast<size_t>(size_class)];
      lists.push_back(list);
      list = {};
    }
    unlock();
    free_to_system(list);
  }

  FreeList take(int size_class) {
    FreeList list;
    lock();
    std::vector<FreeList>& lists = lists_[static_cast<size_t>(size_class)];
    if (!lists.empty()) {
      list = lists.back();
      lists.pop_back();
      bytes_ -= list.count * class_bytes(size_class);
    }
    unlock();
    return list;
  }

  void release_all() {
    for (int i = 0; i < kNumClasses; ++i) {
      for (FreeList list = take(i); list.head != nullptr; list = take(i)) free_to_system(list);
    }
  }

 private:
  void lock() {
    while (locked_.test_and_set(std::memory_order_acquire)) locked_.wait(true);
  }
  void unlock() {
    locked_.clear(std::memory_order_release);
    locked_.notify_one();
  }

  std::atomic_flag locked_ = ATOMIC_FLAG_INIT;
  // Guarded by locked_.
  std::array<std::vector<FreeList>, kNumClasses> lists_;
  int64_t bytes_ = 0;
};

/// Never destroyed: buffers may be freed while the process winds down.
SharedBlocks& shared_blocks() {
  static SharedBlocks* const blocks = new SharedBlocks();
  return *blocks;
}

class ThreadBlocks {
 public:
  ~ThreadBlocks() { release_all(); }

  uint8_t* take(int size_class) {
    FreeList& list = lists_[static_cast<size_t>(size_class)];
    if (list.head == nullptr) {
      list = shared_blocks().take(size_class);
      bytes_ += list.count * class_bytes(size_class);
    }
    FreeBlock* block = list.pop();
    if (block != nullptr) bytes_ -= class_bytes(size_class);
    return reinterpret_cast<uint8_t*>(block);
  }

  void give(int size_class, uint8_t* block) {
    FreeList& list = lists_[static_cast<size_t>(size_class)];
    list.push(reinterpret_cast<FreeBlock*>(block));
    const int64_t block_bytes = class_bytes(size_class);
    bytes_ += block_bytes;
    const bool class_full = list.count > 8 && list.count * block_bytes > kClassBytesMax;
    if (class_full || bytes_ > kThreadBytesMax) hand_over(size_class, (list.count + 1) / 2);
  }

  void release_all() {
    for (int i = 0; i < kNumClasses; ++i) {
      const int64_t count = lists_[static_cast<size_t>(i)].count;
      if (count > 0) hand_over(i, count);
    }
  }

 private:
  void hand_over(int size_class, int64_t count) {
    shared_blocks().give(size_class, lists_[static_cast<size_t>(size_class)].take(count));
    bytes_ -= count * class_bytes(size_class);
  }

  std::array<FreeList, kNumClasses> lists_;
  int64_t bytes_ = 0;
};

/// What is allocated now, with little traffic between threads: each adds its share in large steps.
/// Exact while one thread works; another thread's share may lack up to kStep.
class AllocationCount {
 public:
  struct Share {
    int64_t bytes = 0;
    int64_t blocks = 0;
    int64_t total_bytes = 0;
  };

  void add(Share& share, int64_t bytes) {
    share.bytes += bytes;
    if (bytes > 0) {
      ++share.blocks;
      share.total_bytes += bytes;
    }
    if (share.bytes > kStep || share.bytes < -kStep) settle(share);
  }
  void settle(Share& share) {
    const int64_t now = bytes_.fetch_add(share.bytes, std::memory_order_relaxed) + share.bytes;
    blocks_.fetch_add(share.blocks, std::memory_order_relaxed);
    total_bytes_.fetch_add(share.total_bytes, std::memory_order_relaxed);
    share = {};
    int64_t max = max_bytes_.load(std::memory_order_relaxed);
    while (now > max && !max_bytes_.compare_exchange_weak(max, now, std::memory_order_relaxed)) {
    }
  }
  int64_t bytes(const Share& share) const {
    return bytes_.load(std::memory_order_relaxed) + share.bytes;
  }
  int64_t blocks(const Share& share) const {
    return blocks_.load(std::memory_order_relaxed) + share.blocks;
  }
  int64_t total_bytes(const Share& share) const {
    return total_bytes_.load(std::memory_order_relaxed) + share.total_bytes;
  }
  int64_t max_bytes(const Share& share) const {
    return std::max(max_bytes_.load(std::memory_order_relaxed), bytes(share));
  }

 private:
  static constexpr int64_t kStep = 1 << 20;

  std::atomic<int64_t> bytes_{0};
  std::atomic<int64_t> blocks_{0};
  std::atomic<int64_t> total_bytes_{0};
  std::atomic<int64_t> max_bytes_{0};
};

AllocationCount& allocation_count() {
  static AllocationCount* const count = new AllocationCount();
  return *count;
}

/// Null once the thread's lists are gone (its other thread-local objects may still free).
struct ThreadMemory {
  ThreadBlocks blocks;
  AllocationCount::Share share;
  ~ThreadMemory();
};
thread_local bool thread_memory_gone = false;
ThreadMemory::~ThreadMemory() {
  allocation_count().settle(share);
  thread_memory_gone = true;
}

ThreadMemory* thread_memory() {
  if (thread_memory_gone) return nullptr;
  static thread_local ThreadMemory memory;
  return &memory;
}

void count_bytes(int64_t bytes) {
  if (ThreadMemory* memory = thread_memory()) return allocation_count().add(memory->share, bytes);
  AllocationCount::Share share;
  allocation_count().add(share, bytes);
  allocation_count().settle(share);
}

AllocationCount::Share own_share() {
  const ThreadMemory* memory = thread_memory();
  return memory != nullptr ? memory->share : AllocationCount::Share();
}

class RecyclingPool final : public arrow::MemoryPool {
 public:
  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;

  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    if (size < 0 || alignment > kAlignment) {
      return arrow::Status::Invalid("cannot allocate ", size, " bytes aligned to ", alignment);
    }
    *out = size == 0 ? empty_ : allocate(size);
    if (*out == nullptr) return arrow::Status::OutOfMemory("no memory for ", size, " bytes");
    count_bytes(size);
    return arrow::Status::OK();
  }

  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment,
                           uint8_t** ptr) override {
    if (same_block(old_size, new_size)) {
      count_bytes(new_size - old_size);
      return arrow::Status::OK();
    }
    uint8_t* moved = nullptr;
    ARROW_RETURN_NOT_OK(Allocate(new_size, alignment, &moved));
    std::memcpy(moved, *ptr, static_cast<size_t>(std::min(old_size, new_size)));
    Free(*ptr, old_size, alignment);
    *ptr = moved;
    return arrow::Status::OK();
  }

  void Free(uint8_t* buffer, int64_t size, int64_t alignment) override {
    if (buffer == nullptr || size == 0) return;
    count_bytes(-size);
    if (!kRecycle || size > kRecycledBytesMax) return free_to_system(buffer);
    const int size_class = class_of(size);
    if (ThreadMemory* memory = thread_memory()) return memory->blocks.give(size_class, buffer);
    free_to_system(buffer);
  }

  void ReleaseUnused() override {
    if (ThreadMemory* memory = thread_memory()) memory->blocks.release_all();
    shared_blocks().release_all();
  }

  int64_t bytes_allocated() const override { return allocation_count().bytes(own_share()); }
  int64_t max_memory() const override { return allocation_count().max_bytes(own_share()); }
  int64_t total_bytes_allocated() const override {
    return allocation_count().total_bytes(own_share());
  }
  int64_t num_allocations() const override { return allocation_count().blocks(own_share()); }
  std::string backend_name() const override { return "recycling"; }

 private:
  static bool same_block(int64_t old_size, int64_t new_size) {
    if (old_size == new_size) return true;
    if (!kRecycle || old_size == 0 || new_size == 0) return false;
    if (old_size > kRecycledBytesMax || new_size > kRecycledBytesMax) return false;
    return class_of(old_size) == class_of(new_size);
  }

  static uint8_t* allocate(int64_t size) {
    if (!kRecycle || size > kRecycledBytesMax) return allocate_from_system(size);
    const int size_class = class_of(size);
    if (ThreadMemory* memory = thread_memory()) {
      if (uint8_t* block = memory->blocks.take(size_class)) return block;
    }
    return allocate_from_system(class_bytes(size_class));
  }

  alignas(kAlignment) uint8_t empty_[kAlignment] = {};
};

RecyclingPool& pool() {
  static RecyclingPool* const pool = new RecyclingPool();
  return *pool;
}

/// Arrow's manager of the process, by a pointer that counts no owners: each buffer has one, and
/// all threads would write the one counter.
std::shared_ptr<arrow::MemoryManager> uncounted_manager() {
  static const std::shared_ptr<arrow::MemoryManager> owner = arrow::default_cpu_memory_manager();
  return {std::shared_ptr<void>(), owner.get()};
}

/// One allocation for the object, one block of the pool for the bytes.
class PooledBuffer final : public arrow::ResizableBuffer {
 public:
  PooledBuffer(uint8_t* data, int64_t size) : ResizableBuffer(data, size, uncounted_manager()) {
    capacity_ = size;
  }
  ~PooledBuffer() override { pool().Free(const_cast<uint8_t*>(data_), capacity_, kAlignment); }

  arrow::Status Reserve(int64_t capacity) override {
    if (capacity <= capacity_) return arrow::Status::OK();
    auto* data = const_cast<uint8_t*>(data_);
    ARROW_RETURN_NOT_OK(pool().Reallocate(capacity_, capacity, kAlignment, &data));
    data_ = data;
    capacity_ = capacity;
    return arrow::Status::OK();
  }
  /// Blocks come in classes and go back whole, so shrinking to fit would only copy.
  arrow::Status Resize(int64_t size, bool /*shrink_to_fit*/) override {
    ARROW_RETURN_NOT_OK(Reserve(size));
    size_ = size;
    return arrow::Status::OK();
  }
};

}  // namespace

arrow::MemoryPool* recycling_pool() { return &pool(); }

std::shared_ptr<arrow::ResizableBuffer> pooled_buffer(int64_t bytes) {
  uint8_t* data = nullptr;
  HW_CHECK(pool().Allocate(bytes, kAlignment, &data).ok());
  return std::make_shared<PooledBuffer>(data, bytes);
}

std::shared_ptr<arrow::ResizableBuffer> zeroed_buffer(int64_t bytes) {
  std::shared_ptr<arrow::ResizableBuffer> buffer = pooled_buffer(bytes);
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(bytes));
  return buffer;
}

}  // namespace hw
