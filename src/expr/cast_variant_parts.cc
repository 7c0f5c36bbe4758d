// SPDX-License-Identifier: Apache-2.0
//
// VARIANT to ARRAY, MAP and ROW: the value is taken apart into VARIANTs, which are cast one by one.
// An object is a MAP of its names or a ROW with members of these names: members that the ROW does
// not have are left out, fields without a member are NULL.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columnar/column_builder.h"
#include "columnar/nested.h"
#include "columnar/text/parse_error.h"
#include "columnar/text/variant.h"
#include "expr/cast_family.h"

namespace hw {
namespace {

/// The type with VARIANTs for parts.
SqlType taken_apart(const SqlType& to) {
  if (to.is(TypeKind::kArray)) return SqlType::array(SqlType::variant());
  if (to.is(TypeKind::kMap)) return SqlType::map(SqlType::string().not_null(), SqlType::variant());
  std::vector<SqlField> fields;
  for (const SqlField& field : to.fields()) fields.push_back({field.name, SqlType::variant()});
  return SqlType::row(std::move(fields));
}

std::string element_place(int64_t element) { return "element " + std::to_string(element); }
std::string member_place(std::string_view name) { return "member " + quoted_for_message(name); }

/// Which part of a value failed, in front of why.
Status placed(const std::string& place, std::string_view value, const Status& status) {
  return Status::Invalid(place, " of ", quoted_for_message(value), ": ", status.message());
}

class VariantParts final : public EncodedKernel {
 public:
  VariantParts(CastRequest request, CastKernel all, CastKernel one_element,
               std::vector<CastKernel> fields)
      : EncodedKernel(request.to, 0),
        request_(std::move(request)),
        parts_type_(taken_apart(request_.to)),
        all_(std::move(all)),
        one_element_(std::move(one_element)),
        fields_(std::move(fields)) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const Column& values = *args[0];
    Result<ColumnPtr> cast = cast_rows(values, 0, num_rows);
    if (cast.ok()) return cast;
    HW_ASSIGN_OR_RETURN(std::unique_ptr<ColumnBuilder> out, ColumnBuilder::make(request_.to));
    for (int64_t row = 0; row < num_rows; ++row) {
      Result<ColumnPtr> one = cast_rows(values, row, 1);
      if (!one.ok() && !request_.lenient) return find_failure(values, row, one.status());
      HW_TRY(one.ok() ? out->append_from(**one, 0) : out->append_null());
    }
    return out->finish();
  }

 private:
  Result<ColumnPtr> cast_rows(const Column& values, int64_t begin, int64_t num_rows) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr parts, take_apart(values, begin, num_rows));
    return all_->evaluate({.num_rows = num_rows}, {&parts, 1});
  }

  Result<ColumnPtr> take_apart(const Column& values, int64_t begin, int64_t num_rows) {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<ColumnBuilder> out, ColumnBuilder::make(parts_type_));
    for (int64_t row = begin; row < begin + num_rows; ++row) {
      HW_TRY(values.is_null(row) ? out->append_null()
                                 : append_parts(values.value<std::string_view>(row), *out));
    }
    return out->finish();
  }

  Status append_parts(std::string_view value, ColumnBuilder& out) {
    const VariantKind found = variant_kind(value);
    if (found == VariantKind::kNull) return out.append_null();
    const bool array = request_.to.is(TypeKind::kArray);
    if (found != (array ? VariantKind::kArray : VariantKind::kObject)) {
      return cast_failure(quoted_for_message(value), request_,
                          "it is " + std::string(name_of(found)));
    }
    if (array) return append_elements(value, out);
    return request_.to.is(TypeKind::kMap) ? append_entries(value, out) : append_fields(value, out);
  }

  Status append_elements(std::string_view value, ColumnBuilder& out) {
    int64_t count = 0;
    for (const std::string_view element : variant_elements(value)) {
      ++count;
      HW_TRY(check_null(element, request_.to.element(), element_place(count), value));
      HW_TRY(out.child(0).append_bytes(element));
    }
    return out.append_constructed(count);
  }

  Status append_entries(std::string_view value, ColumnBuilder& out) {
    const std::vector<VariantMember> members = variant_members(value);
    for (const VariantMember& member : members) {
      HW_TRY(check_null(member.value, request_.to.value(), member_place(member.name), value));
      HW_TRY(out.child(0).append_bytes(member.name));
      HW_TRY(out.child(1).append_bytes(member.value));
    }
    return out.append_constructed(static_cast<int64_t>(members.size()));
  }

  Status append_fields(std::string_view value, ColumnBuilder& out) {
    for (size_t i = 0; i < request_.to.fields().size(); ++i) {
      const SqlField& field = request_.to.fields()[i];
      const std::optional<std::string_view> member = variant_member(value, field.name);
      HW_TRY(check_null(member, field.type, member_place(field.name), value));
      ColumnBuilder& child = out.child(static_cast<int>(i));
      HW_TRY(member ? child.append_bytes(*member) : child.append_null());
    }
    return out.append_constructed(1);
  }

  /// A part that is NOT NULL is there, and not null.
  Status check_null(std::optional<std::string_view> part, const SqlType& type,
                    const std::string& place, std::string_view value) const {
    if (type.nullable()) return Status::OK();
    const bool keeps_null = type.is_variant() || type.is_text();
    if (part && (keeps_null || variant_kind(*part) != VariantKind::kNull)) return Status::OK();
    return cast_failure(quoted_for_message(value), request_,
                        place + (part ? " is null" : " is not there") + ", but " +
                            type.to_sql_without_null() + " is NOT NULL");
  }

  /// Casts the parts of a row that failed one by one, to say which of them it was.
  Status find_failure(const Column& values, int64_t row, const Status& failure) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr parts, take_apart(values, row, 1));
    const auto value = values.value<std::string_view>(row);
    if (request_.to.is(TypeKind::kRow)) {
      for (size_t i = 0; i < fields_.size(); ++i) {
        const ColumnPtr part = row_field(*parts, static_cast<int>(i));
        const Status status = fields_[i]->evaluate({.num_rows = 1}, {&part, 1}).status();
        if (!status.ok()) {
          return placed(member_place(request_.to.fields()[i].name), value, status);
        }
      }
      return failure;
    }
    const ElementsView view(*parts);
    const bool array = request_.to.is(TypeKind::kArray);
    for (int64_t i = view.begin(0); i < view.end(0); ++i) {
      const ColumnPtr part = (array ? view.elements() : view.values())->slice(i, 1);
      const Status status = one_element_->evaluate({.num_rows = 1}, {&part, 1}).status();
      if (status.ok()) continue;
      return placed(array ? element_place(i - view.begin(0) + 1)
                          : member_place(view.keys()->value<std::string_view>(i)),
                    value, status);
    }
    return failure;
  }

  const CastRequest request_;
  const SqlType parts_type_;
  const CastKernel all_;
  const CastKernel one_element_;  // ARRAY, MAP
  const std::vector<CastKernel> fields_;
};

}  // namespace

Result<CastKernel> make_variant_parts_cast(const CastRequest& request) {
  ExprSession strict = *request.session;
  strict.lenient_casts = false;
  const auto part_cast = [&strict](const SqlType& to) {
    return make_cast(SqlType::variant(), to, CastMode::kCast, strict);
  };
  HW_ASSIGN_OR_RETURN(CastKernel all,
                      make_cast(taken_apart(request.to), request.to, CastMode::kCast, strict));
  CastKernel one_element;
  std::vector<CastKernel> fields;
  if (request.to.is(TypeKind::kRow)) {
    for (const SqlField& field : request.to.fields()) {
      HW_ASSIGN_OR_RETURN(CastKernel cast, part_cast(field.type));
      fields.push_back(std::move(cast));
    }
  } else {
    const bool array = request.to.is(TypeKind::kArray);
    HW_ASSIGN_OR_RETURN(one_element, part_cast(array ? request.to.element() : request.to.value()));
  }
  return std::make_unique<VariantParts>(request, std::move(all), std::move(one_element),
                                        std::move(fields));
}

}  // namespace hw
