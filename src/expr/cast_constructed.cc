// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include <arrow/array.h>

#include "columnar/column_builder.h"
#include "columnar/gather_values.h"
#include "columnar/nested.h"
#include "expr/cast_family.h"

namespace hw {
namespace {

using arrow::ArrayData;

/// Casts the parts as columns of their own. What is not referred to by any row is left out before,
/// so that it cannot fail.
class ConstructedCast : public EncodedKernel {
 public:
  ConstructedCast(CastRequest request, std::vector<CastKernel> parts)
      : EncodedKernel(request.to, 0), request_(std::move(request)), parts_(std::move(parts)) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) final {
    Result<ColumnPtr> all = cast_rows(*args[0], num_rows);
    if (all.ok() || !request_.lenient) return all;
    return cast_one_by_one(*args[0], num_rows);
  }

  /// Requires: dense storage from offset 0 on.
  virtual Result<std::shared_ptr<ArrayData>> cast_parts(const Column& dense) = 0;

  const CastRequest& request() const { return request_; }
  Result<std::shared_ptr<ArrayData>> cast_part(size_t part, ColumnPtr column) {
    const KernelContext context{.num_rows = column->num_rows()};
    HW_ASSIGN_OR_RETURN(ColumnPtr cast, parts_[part]->evaluate(context, {&column, 1}));
    return cast->to_arrow()->data();
  }

 private:
  Result<ColumnPtr> cast_rows(const Column& column, int64_t num_rows) {
    std::vector<int32_t> slots(static_cast<size_t>(num_rows));
    if (!column.is_constant()) std::iota(slots.begin(), slots.end(), 0);
    HW_ASSIGN_OR_RETURN(std::shared_ptr<ArrayData> dense, gather_values(column.values(), slots));
    HW_ASSIGN_OR_RETURN(std::shared_ptr<ArrayData> cast,
                        cast_parts(*Column::plain(column.type(), std::move(dense))));
    return Column::plain(request_.to, std::move(cast));
  }

  /// TRY_CAST: one part that fails makes its whole row NULL.
  Result<ColumnPtr> cast_one_by_one(const Column& column, int64_t num_rows) {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<ColumnBuilder> out, ColumnBuilder::make(request_.to));
    for (int64_t row = 0; row < num_rows; ++row) {
      const ColumnPtr one = column.slice(column.is_constant() ? 0 : row, 1);
      Result<ColumnPtr> cast = cast_rows(*one, 1);
      HW_TRY(cast.ok() ? out->append_from(**cast, 0) : out->append_null());
    }
    return out->finish();
  }

  const CastRequest request_;
  const std::vector<CastKernel> parts_;
};

class RowCast final : public ConstructedCast {
 public:
  using ConstructedCast::ConstructedCast;

 protected:
  Result<std::shared_ptr<ArrayData>> cast_parts(const Column& dense) override {
    std::shared_ptr<ArrayData> cast = dense.values().Copy();
    cast->type = request().to.to_arrow();
    for (size_t i = 0; i < cast->child_data.size(); ++i) {
      HW_ASSIGN_OR_RETURN(cast->child_data[i], cast_part(i, row_field(dense, static_cast<int>(i))));
    }
    return cast;
  }
};

class ArrayCast final : public ConstructedCast {
 public:
  using ConstructedCast::ConstructedCast;

 protected:
  Result<std::shared_ptr<ArrayData>> cast_parts(const Column& dense) override {
    std::shared_ptr<ArrayData> cast = dense.values().Copy();
    cast->type = request().to.to_arrow();
    HW_ASSIGN_OR_RETURN(cast->child_data[0], cast_part(0, ElementsView(dense).elements()));
    return cast;
  }
};

/// MAP and MULTISET, whose counts stay as they are.
class MapCast final : public ConstructedCast {
 public:
  using ConstructedCast::ConstructedCast;

 protected:
  Result<std::shared_ptr<ArrayData>> cast_parts(const Column& dense) override {
    std::shared_ptr<ArrayData> cast = dense.values().Copy();
    cast->type = request().to.to_arrow();
    const ElementsView view(dense);
    std::shared_ptr<ArrayData> entries = cast->child_data[0]->Copy();
    entries->type = cast->type->field(0)->type();
    HW_ASSIGN_OR_RETURN(entries->child_data[0], cast_part(0, view.keys()));
    if (entries->child_data[0]->GetNullCount() > 0) {
      return cast_failure("a key", request(), "a key must not become NULL");
    }
    if (request().to.is(TypeKind::kMap)) {
      HW_ASSIGN_OR_RETURN(entries->child_data[1], cast_part(1, view.values()));
    }
    cast->child_data[0] = std::move(entries);
    return cast;
  }
};

}  // namespace

Result<CastKernel> make_constructed_cast(const CastRequest& request) {
  std::vector<CastKernel> parts;
  const std::vector<SqlField>& from = request.from.fields();
  const std::vector<SqlField>& to = request.to.fields();
  // Parts fail where a CAST would: the whole value decides what becomes of it.
  ExprSession strict = *request.session;
  strict.lenient_casts = false;
  for (size_t i = 0; i < from.size(); ++i) {
    HW_ASSIGN_OR_RETURN(CastKernel part,
                        make_cast(from[i].type, to[i].type, CastMode::kCast, strict));
    parts.push_back(std::move(part));
  }
  switch (request.to.kind()) {
    case TypeKind::kRow:
      return std::make_unique<RowCast>(request, std::move(parts));
    case TypeKind::kArray:
      return std::make_unique<ArrayCast>(request, std::move(parts));
    default:
      return std::make_unique<MapCast>(request, std::move(parts));
  }
}

}  // namespace hw
