// SPDX-License-Identifier: Apache-2.0
//
// The parts of CAST, one a family of types. Inside of expr/cast*.cc only.

#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "expr/cast.h"
#include "expr/row_kernel.h"

namespace hw {

using CastKernel = std::unique_ptr<ScalarKernel>;

struct CastRequest {
  SqlType from;
  SqlType to;
  /// What would fail gives NULL.
  bool lenient = false;
  const ExprSession* session = nullptr;
};

/// `CAST of 'x' from CHAR(1) to INT failed: <why>; TRY_CAST gives NULL instead`.
Status cast_failure(std::string_view value, const CastRequest& request, std::string_view why);
/// There is no such cast: `INT cannot be cast to DATE`, then what to write instead.
Status no_such_cast(const SqlType& from, const SqlType& to);

/// The kernel of one row function.
template <typename Function>
Result<CastKernel> make_cast_kernel(const CastRequest& request, Function function) {
  const CallBinding binding{
      .arg_types = {request.from}, .result_type = request.to, .literals = {nullptr}};
  return make_row_kernel(std::move(function), binding);
}

/// Numbers and BOOLEAN among each other; integers and intervals.
Result<CastKernel> make_number_cast(const CastRequest& request);
/// From anything to text; text and bytes among each other.
Result<CastKernel> make_cast_to_text(const CastRequest& request);
/// From text to scalars.
Result<CastKernel> make_cast_from_text(const CastRequest& request);
/// From VARIANT to numbers and BOOLEAN.
Result<CastKernel> make_variant_cast(const CastRequest& request);
/// From VARIANT to ARRAY, MAP and ROW.
Result<CastKernel> make_variant_parts_cast(const CastRequest& request);
/// DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ among each other.
Result<CastKernel> make_temporal_cast(const CastRequest& request);
/// ARRAY, MAP, MULTISET, ROW, element by element.
Result<CastKernel> make_constructed_cast(const CastRequest& request);

}  // namespace hw
