// SPDX-License-Identifier: Apache-2.0
//
// Random values of ARRAY, MAP, MULTISET and ROW: the parts of all rows are drawn as columns and
// then put together row by row.

#include <string>
#include <unordered_map>
#include <utility>

#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"
#include "connectors/datagen/value_generator.h"

namespace hw {
namespace {

class ConstructedGenerator final : public ValueGenerator {
 public:
  static Result<std::unique_ptr<ValueGenerator>> make(const FieldPlan& plan) {
    auto made = std::make_unique<ConstructedGenerator>(plan);
    for (const FieldPlan& part : plan.parts) {
      HW_ASSIGN_OR_RETURN(auto generator, ValueGenerator::make(part));
      made->parts_.push_back(std::move(generator));
    }
    HW_ASSIGN_OR_RETURN(made->builder_, ColumnBuilder::make(plan.type));
    return made;
  }
  /// Use make().
  explicit ConstructedGenerator(const FieldPlan& plan)
      : type_(plan.type),
        elements_(plan.type.is(TypeKind::kRow) ? 1 : plan.length),
        nulls_(plan.null_rate) {}

  Result<ColumnPtr> draw(const DrawnRows& rows) override {
    std::vector<ColumnPtr> drawn;
    // MULTISET: each element is drawn alone and counted.
    const size_t parts = type_.is(TypeKind::kMultiset) ? 1 : parts_.size();
    for (size_t part = 0; part < parts; ++part) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, draw_part(part, rows));
      drawn.push_back(std::move(column));
    }
    builder_->reserve(static_cast<int64_t>(rows.keys.size()));
    for (size_t row = 0; row < rows.keys.size(); ++row) {
      const int64_t begin = static_cast<int64_t>(row) * elements_;
      if (nulls_.any() && nulls_.at(rows.keys[row])) {
        HW_TRY(builder_->append_null());
      } else if (type_.is(TypeKind::kRow)) {
        HW_TRY(append_row(drawn, begin));
      } else if (type_.is(TypeKind::kArray)) {
        HW_TRY(append_array(*drawn[0], begin));
      } else {
        HW_TRY(append_keyed(drawn, begin));
      }
    }
    return builder_->finish();
  }

 private:
  /// Part `part` of all elements of all rows.
  Result<ColumnPtr> draw_part(size_t part, const DrawnRows& rows) {
    keys_.clear();
    keys_.reserve(rows.keys.size() * static_cast<size_t>(elements_));
    for (const uint64_t key : rows.keys) {
      const uint64_t of_part = derived_key(key, part);
      for (int64_t i = 0; i < elements_; ++i) {
        keys_.push_back(derived_key(of_part, static_cast<uint64_t>(i)));
      }
    }
    return parts_[part]->draw({.keys = keys_, .now_ms = rows.now_ms});
  }

  Status append_row(const std::vector<ColumnPtr>& drawn, int64_t at) {
    for (size_t part = 0; part < drawn.size(); ++part) {
      HW_TRY(builder_->child(static_cast<int>(part)).append_from(*drawn[part], at));
    }
    return builder_->append_constructed(1);
  }

  Status append_array(const Column& drawn, int64_t begin) {
    for (int64_t i = begin; i < begin + elements_; ++i) {
      HW_TRY(builder_->child(0).append_from(drawn, i));
    }
    return builder_->append_constructed(elements_);
  }

  /// A key that is drawn again is one key of a MAP, and one more element of a MULTISET.
  Status append_keyed(const std::vector<ColumnPtr>& drawn, int64_t begin) {
    std::unordered_map<std::string, size_t> seen;
    std::vector<std::pair<int64_t, int32_t>> entries;  // element and count
    for (int64_t i = begin; i < begin + elements_; ++i) {
      std::string bytes;
      append_key_bytes({drawn.data(), 1}, i, bytes);
      const auto [place, added] = seen.emplace(std::move(bytes), entries.size());
      if (added) {
        entries.emplace_back(i, 1);
      } else {
        ++entries[place->second].second;
      }
    }
    for (const auto& [element, count] : entries) {
      HW_TRY(builder_->child(0).append_from(*drawn[0], element));
      if (type_.is(TypeKind::kMap)) {
        HW_TRY(builder_->child(1).append_from(*drawn[1], element));
      } else {
        HW_TRY(builder_->child(1).append_int(count));
      }
    }
    return builder_->append_constructed(static_cast<int64_t>(entries.size()));
  }

  const SqlType type_;
  const int64_t elements_;
  const NullDraw nulls_;
  std::vector<std::unique_ptr<ValueGenerator>> parts_;
  std::unique_ptr<ColumnBuilder> builder_;
  std::vector<uint64_t> keys_;
};

}  // namespace

Result<std::unique_ptr<ValueGenerator>> make_constructed_generator(const FieldPlan& plan) {
  return ConstructedGenerator::make(plan);
}

}  // namespace hw
