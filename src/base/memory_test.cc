// SPDX-License-Identifier: Apache-2.0

#include "base/memory.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(RecyclingPoolTest, BlocksAreAlignedAndKeepTheirBytes) {
  arrow::MemoryPool* pool = recycling_pool();
  for (const int64_t size : {1, 63, 64, 65, 80, 81, 4095, 4096, 5000, 1 << 20, 5 << 20}) {
    uint8_t* block = nullptr;
    ASSERT_TRUE(pool->Allocate(size, 64, &block).ok());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 64, 0u) << size;
    std::memset(block, 0x5a, static_cast<size_t>(size));
    EXPECT_EQ(block[size - 1], 0x5a);
    pool->Free(block, size, 64);
  }
}

TEST(RecyclingPoolTest, GrowingKeepsTheOldBytes) {
  arrow::MemoryPool* pool = recycling_pool();
  uint8_t* block = nullptr;
  int64_t size = 10;
  ASSERT_TRUE(pool->Allocate(size, 64, &block).ok());
  std::memset(block, 7, 10);
  for (const int64_t larger : {11, 64, 65, 1000, 1 << 20, 9 << 20, 12}) {
    ASSERT_TRUE(pool->Reallocate(size, larger, 64, &block).ok());
    size = larger;
    EXPECT_EQ(block[0], 7);
    EXPECT_EQ(block[9], 7);
  }
  pool->Free(block, size, 64);
}

TEST(RecyclingPoolTest, CountsWhatIsAllocated) {
  arrow::MemoryPool* pool = recycling_pool();
  const int64_t before = pool->bytes_allocated();
  {
    const auto buffer = pooled_buffer(1000);
    EXPECT_GE(pool->bytes_allocated(), before + 1000);
  }
  EXPECT_EQ(pool->bytes_allocated(), before);
  pool->ReleaseUnused();
  EXPECT_EQ(pool->bytes_allocated(), before);
}

TEST(RecyclingPoolTest, ManyLiveBlocksOfAClassDoNotOverlap) {
  std::vector<std::shared_ptr<arrow::ResizableBuffer>> buffers;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 500; ++i) {
      buffers.push_back(pooled_buffer(30'000));
      std::memset(buffers.back()->mutable_data(), i & 0xff, 30'000);
    }
    for (int i = 0; i < 500; ++i) {
      const uint8_t* bytes = buffers[static_cast<size_t>(i)]->data();
      ASSERT_EQ(bytes[0], i & 0xff);
      ASSERT_EQ(bytes[29'999], i & 0xff);
    }
    buffers.clear();
  }
}

TEST(RecyclingPoolTest, ZeroedBuffersAreZeroAfterReuse) {
  {
    const auto dirty = pooled_buffer(777);
    std::memset(dirty->mutable_data(), 0xff, 777);
  }
  const auto buffer = zeroed_buffer(777);
  for (int64_t i = 0; i < 777; ++i) ASSERT_EQ(buffer->data()[i], 0);
}

TEST(RecyclingPoolTest, NothingIsAllocatedForNothing) {
  arrow::MemoryPool* pool = recycling_pool();
  uint8_t* block = nullptr;
  ASSERT_TRUE(pool->Allocate(0, 64, &block).ok());
  EXPECT_NE(block, nullptr);
  ASSERT_TRUE(pool->Reallocate(0, 100, 64, &block).ok());
  block[99] = 1;
  pool->Free(block, 100, 64);
}

}  // namespace
}  // namespace hw
