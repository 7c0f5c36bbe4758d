// SPDX-License-Identifier: Apache-2.0

#include "expr/literal_list.h"

#include <algorithm>
#include <utility>

#include <arrow/array/data.h>

#include "expr/kernel_output.h"
#include "expr/literal.h"

namespace hw {
namespace {

int code_points(std::string_view text) {
  return static_cast<int>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

/// Text is stored alike, whatever its length.
bool stored_alike(const SqlType& a, const SqlType& b) {
  return (a.is_text() && b.is_text()) || a.equals_ignoring_null(b);
}

/// The type of texts of both types.
SqlType wider_text(const SqlType& a, const SqlType& b) {
  if (a.equals_ignoring_null(b)) return a;
  return SqlType::varchar(std::max(a.length(), b.length())).not_null();
}

}  // namespace

Result<LiteralList::Group*> LiteralList::group_of(const SqlType& type) {
  for (Group& group : groups_) {
    if (!stored_alike(group.type, type)) continue;
    if (type.is_text()) group.type = wider_text(group.type, type);
    return &group;
  }
  HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(type.not_null()));
  groups_.push_back({type.not_null(), std::move(builder)});
  return &groups_.back();
}

Status LiteralList::add(const BoundExpr& literal) {
  if (literal.is_null_literal()) {
    has_null_ = true;
    return Status::OK();
  }
  HW_ASSIGN_OR_RETURN(Group * group, group_of(literal.type()));
  const ColumnPtr& value = literal.literal_value();
  return group->builder->append_from(*value->with_type(group->builder->type()), 0);
}

Status LiteralList::add_text(std::string_view text) {
  HW_ASSIGN_OR_RETURN(Group * group, group_of(SqlType::character(code_points(text)).not_null()));
  return group->builder->append_bytes(text);
}

Status LiteralList::add_integer(int64_t value, const SqlType& type) {
  HW_ASSIGN_OR_RETURN(Group * group, group_of(type));
  return group->builder->append_int(value);
}

Result<std::vector<BoundExprPtr>> LiteralList::take() {
  std::vector<BoundExprPtr> lists;
  for (const Group& group : groups_) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr items, group.builder->finish());
    lists.push_back(BoundExpr::literal(array_constant(*items->with_type(group.type))));
  }
  groups_.clear();
  if (has_null_) lists.push_back(null_literal());
  has_null_ = false;
  return lists;
}

ColumnPtr array_constant(const Column& items) {
  const SqlType type = SqlType::array(items.type()).not_null();
  const auto n = static_cast<int32_t>(items.num_rows());
  const Result<BufferPtr> offsets = allocate_values<int32_t>(2);
  auto* ends = reinterpret_cast<int32_t*>((*offsets)->mutable_data());
  ends[0] = 0;
  ends[1] = n;
  return Column::constant(
      type,
      arrow::ArrayData::Make(type.to_arrow(), 1, {nullptr, *offsets}, {items.values_ptr()}, 0), 1);
}

}  // namespace hw
