// SPDX-License-Identifier: Apache-2.0

#include "expr/cast.h"

#include <utility>

#include "columnar/sql_type.h"
#include "expr/cast_family.h"

namespace hw {
namespace {

/// The storage is the same: only the type's name changes.
class RenameKernel final : public ScalarKernel {
 public:
  explicit RenameKernel(SqlType type) : type_(std::move(type)) {}
  Result<ColumnPtr> evaluate(const KernelContext&, std::span<const ColumnPtr> args) override {
    return args[0]->with_type(type_);
  }

 private:
  const SqlType type_;
};

/// From the type of a bare NULL.
class NullKernel final : public ScalarKernel {
 public:
  explicit NullKernel(SqlType type) : type_(std::move(type)) {}
  Result<ColumnPtr> evaluate(const KernelContext& context, std::span<const ColumnPtr>) override {
    return Column::nulls(type_, context.num_rows);
  }

 private:
  const SqlType type_;
};

/// True when every value of `from` is, as it is stored, the same value of `to`.
bool keeps_storage(const SqlType& from, const SqlType& to) {
  if (from.equals_ignoring_null(to)) return true;
  if (from.is_bitmap() && to.is_bytes()) return true;
  const bool same_family = (from.is_text() && to.is_text()) || (from.is_bytes() && to.is_bytes());
  // A declared length is a promise that sources do not keep, so only the unbounded type is safe.
  if (same_family) return to.length() == SqlType::kLengthMax;
  return false;
}

Result<CastKernel> make_kernel(const CastRequest& request) {
  const SqlType& from = request.from;
  const SqlType& to = request.to;
  if (from.is(TypeKind::kNull)) return std::make_unique<NullKernel>(to);
  if (keeps_storage(from, to)) return std::make_unique<RenameKernel>(to);
  if (to.is_text() || to.is_bytes()) return make_cast_to_text(request);
  if (from.is_variant()) {
    return to.is_constructed() ? make_variant_parts_cast(request) : make_variant_cast(request);
  }
  if (from.is_text()) return make_cast_from_text(request);
  if (from.is_temporal()) return make_temporal_cast(request);
  if (from.is_constructed()) return make_constructed_cast(request);
  return make_number_cast(request);
}

}  // namespace

Status cast_failure(std::string_view value, const CastRequest& request, std::string_view why) {
  return Status::Invalid("CAST of ", value, " from ", request.from.to_sql_without_null(), " to ",
                         request.to.to_sql_without_null(), " failed: ", why,
                         "; TRY_CAST gives NULL instead");
}

Result<std::unique_ptr<ScalarKernel>> make_cast(const SqlType& from, const SqlType& to,
                                                CastMode mode, const ExprSession& session) {
  if (!can_cast(from, to)) return no_such_cast(from, to);
  const bool lenient = mode == CastMode::kTryCast || session.lenient_casts;
  return make_kernel({.from = from, .to = to, .lenient = lenient, .session = &session});
}

}  // namespace hw
