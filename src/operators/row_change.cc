// SPDX-License-Identifier: Apache-2.0

#include "operators/row_change.h"

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "columnar/key_bytes.h"

namespace hw {
namespace {

struct Wide {
  uint64_t low;
  uint64_t high;
};

template <typename T>
bool same(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return a == b;
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::memcmp(&a, &b, sizeof(T)) == 0 || (a != a && b != b);
  } else {
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  }
}

template <typename T>
void mark(const Column& before, const Column& after, std::vector<uint8_t>& differs) {
  for (size_t i = 0; i < differs.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    const bool null_before = before.is_null(row);
    if (null_before != after.is_null(row)) {
      differs[i] = 1;
    } else if (!null_before && !same(before.value<T>(row), after.value<T>(row))) {
      differs[i] = 1;
    }
  }
}

void mark_constructed(const Column& before, const Column& after, std::vector<uint8_t>& differs) {
  std::string a;
  std::string b;
  for (size_t i = 0; i < differs.size(); ++i) {
    a.clear();
    b.clear();
    append_value_bytes(before, static_cast<int64_t>(i), a);
    append_value_bytes(after, static_cast<int64_t>(i), b);
    if (a != b) differs[i] = 1;
  }
}

}  // namespace

void mark_differences(const Column& before, const Column& after, std::vector<uint8_t>& differs) {
  switch (before.type().physical()) {
    case PhysicalType::kNone:
      return;
    case PhysicalType::kBool:
      mark<bool>(before, after, differs);
      return;
    case PhysicalType::kInt8:
      mark<int8_t>(before, after, differs);
      return;
    case PhysicalType::kInt16:
      mark<int16_t>(before, after, differs);
      return;
    case PhysicalType::kInt32:
      mark<int32_t>(before, after, differs);
      return;
    case PhysicalType::kInt64:
      mark<int64_t>(before, after, differs);
      return;
    case PhysicalType::kFloat32:
      mark<float>(before, after, differs);
      return;
    case PhysicalType::kFloat64:
      mark<double>(before, after, differs);
      return;
    case PhysicalType::kDecimal128:
      mark<Wide>(before, after, differs);
      return;
    case PhysicalType::kBytes:
      mark<std::string_view>(before, after, differs);
      return;
    case PhysicalType::kList:
    case PhysicalType::kMap:
    case PhysicalType::kStruct:
      mark_constructed(before, after, differs);
      return;
  }
}

}  // namespace hw
