// SPDX-License-Identifier: Apache-2.0

#include "connectors/memory/read_ahead.h"

#include <memory>

#include <arrow/array/data.h>
#include <arrow/buffer.h>

namespace hw {
namespace {

constexpr size_t kLine = 64;

void ask(const void* begin, size_t bytes) {
  const auto* at = static_cast<const char*>(begin);
  for (size_t i = 0; i < bytes; i += kLine) __builtin_prefetch(at + i);
  // A function that only prefetches is as good as none to the compiler.
  asm volatile("" : : "r"(at));
}

/// What is looked at of an object lies in its first bytes; the counts of its owners lie before it.
template <typename T>
void ask_object(const std::shared_ptr<T>& object, size_t bytes) {
  constexpr size_t kCounts = 16;
  if (object != nullptr) {
    ask(reinterpret_cast<const char*>(object.get()) - kCounts, kCounts + bytes);
  }
}
void ask_object(const std::shared_ptr<arrow::ArrayData>& storage) {
  constexpr size_t kUpToItsLists = 88;
  ask_object(storage, kUpToItsLists);
}
void ask_object(const std::shared_ptr<arrow::Buffer>& buffer) {
  constexpr size_t kUpToItsSize = 32;
  ask_object(buffer, kUpToItsSize);
}

template <typename T>
void ask_list(const std::vector<T>& list) {
  ask(list.data(), list.size() * sizeof(T));
}

/// Link by link, the last one first. Each looks only at what the one before has asked for.
void ask_link(int link, const Batch& batch, int column) {
  switch (link) {
    case 6:
      return ask(&batch.column(column), sizeof(ColumnPtr));
    case 5:
      return ask_object(batch.column(column), sizeof(Column));
    case 4:
      return ask_object(batch.column(column)->values_ptr());
    default:
      break;
  }
  const arrow::ArrayData& values = batch.column(column)->values();
  switch (link) {
    case 3:
      ask_list(values.buffers);
      return ask_list(values.child_data);
    case 2:
      for (const auto& buffer : values.buffers) ask_object(buffer);
      for (const auto& child : values.child_data) ask_object(child);
      return;
    case 1:
      for (const auto& child : values.child_data) ask_list(child->buffers);
      return;
    default:
      for (const auto& child : values.child_data) {
        for (const auto& buffer : child->buffers) ask_object(buffer);
      }
  }
}

constexpr int kLinks = 7;

}  // namespace

void ask_ahead(const std::vector<Batch>& batches, const std::vector<int>& columns, int64_t at,
               int64_t stride) {
  for (int link = 0; link < kLinks; ++link) {
    const int64_t batch = at + link * stride;
    if (batch >= static_cast<int64_t>(batches.size())) return;
    for (const int column : columns) ask_link(link, batches[static_cast<size_t>(batch)], column);
  }
}

}  // namespace hw
