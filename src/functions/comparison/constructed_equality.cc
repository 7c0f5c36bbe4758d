// SPDX-License-Identifier: Apache-2.0
//
// = and <> of ARRAY, MAP, MULTISET and ROW: equal when their normalised keys are, so NULLs inside
// are equal to each other. The order of a map's entries does not count.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array/data.h>

#include "columnar/key_bytes.h"
#include "expr/encoded_kernel.h"
#include "expr/kernel_output.h"
#include "functions/comparison/comparison_kernels.h"

namespace hw {
namespace {

bool is_map(const SqlType& type) { return type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset); }

/// Keys and values of all entries of a map column, as columns.
struct Entries {
  explicit Entries(const Column& map) {
    const std::vector<SqlField>& fields = map.type().fields();
    const arrow::ArrayData& pairs = *map.values().child_data[0];
    for (size_t i = 0; i < 2; ++i) {
      const SqlType type = i < fields.size() ? fields[i].type : SqlType::integer();
      sides.push_back(Column::plain(type, pairs.child_data[i]->Slice(pairs.offset, pairs.length)));
    }
    offsets = map.values().GetValues<int32_t>(1);
  }

  /// The entries of one map in an order that depends on nothing but them.
  void append_key(int64_t slot, std::string& out) const {
    std::vector<std::string> keys;
    for (int32_t i = offsets[slot]; i < offsets[slot + 1]; ++i) {
      append_key_bytes(sides, i, keys.emplace_back());
    }
    std::sort(keys.begin(), keys.end());
    for (const std::string& key : keys) out += key;
  }

  std::vector<ColumnPtr> sides;
  const int32_t* offsets;
};

class ConstructedEquality final : public EncodedKernel {
 public:
  ConstructedEquality(bool equal, const CallBinding& binding)
      : EncodedKernel(binding.result_type, 0), equal_(equal) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const std::vector<const Column*> strict = {args[0].get(), args[1].get()};
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(strict, num_rows));
    std::vector<uint8_t> verdicts(static_cast<size_t>(num_rows));
    const std::vector<std::string> left = keys(args[0], num_rows);
    const std::vector<std::string> right = keys(args[1], num_rows);
    for (size_t i = 0; i < verdicts.size(); ++i) {
      const bool same = left[left.size() == 1 ? 0 : i] == right[right.size() == 1 ? 0 : i];
      verdicts[i] = same == equal_ ? 1 : 0;
    }
    HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(num_rows));
    pack_bits(verdicts.data(), num_rows, bits->mutable_data());
    return make_plain(result_type(), num_rows, std::move(validity), std::move(bits));
  }

 private:
  static std::vector<std::string> keys(const ColumnPtr& column, int64_t num_rows) {
    std::vector<std::string> all(static_cast<size_t>(column->is_constant() ? 1 : num_rows));
    if (is_map(column->type())) {
      const Entries entries(*column);
      for (size_t i = 0; i < all.size(); ++i) {
        const auto slot = static_cast<int64_t>(i);
        if (!column->slot_is_null(slot)) entries.append_key(slot, all[i]);
      }
      return all;
    }
    const std::vector<ColumnPtr> one = {column};
    for (size_t i = 0; i < all.size(); ++i) append_key_bytes(one, static_cast<int64_t>(i), all[i]);
    return all;
  }

  const bool equal_;
};

}  // namespace

Result<std::unique_ptr<ScalarKernel>> make_constructed_equality(bool equal,
                                                                const CallBinding& binding) {
  return std::make_unique<ConstructedEquality>(equal, binding);
}

}  // namespace hw
