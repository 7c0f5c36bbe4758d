// SPDX-License-Identifier: Apache-2.0
//
// VARIANT to scalars. A number becomes another type only as the same number (FLOAT and DOUBLE take
// the nearest), JSON's null becomes NULL, and texts are not read as numbers.

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <arrow/util/decimal.h>

#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/parse_error.h"
#include "columnar/text/variant.h"
#include "expr/cast_family.h"

namespace hw {
namespace {

/// The digits without a point, as many places as `scale` behind where it would stand. None when
/// there are more places than that, or more than 38 digits.
std::optional<std::string> unscaled_digits(const VariantNumber& number, int scale) {
  const int64_t zeros = number.exponent + scale;
  if (number.digits.empty()) return "0";
  if (zeros < 0 || static_cast<int64_t>(number.digits.size()) + zeros > 38) return std::nullopt;
  const std::string sign = number.negative ? "-" : "";
  return sign + number.digits + std::string(static_cast<size_t>(zeros), '0');
}

std::optional<Int128> exact_value(std::string_view value, int scale) {
  const std::optional<std::string> digits = unscaled_digits(variant_number(value), scale);
  arrow::Decimal128 unscaled;
  if (!digits || parse_decimal(*digits, 38, 0, unscaled) != ParseOutcome::kOk) return std::nullopt;
  const auto high = static_cast<UInt128>(static_cast<uint64_t>(unscaled.high_bits()));
  return static_cast<Int128>(high << 64 | unscaled.low_bits());
}

/// What all casts share: null is NULL, and what is of another kind fails.
template <typename T, typename Read>
Result<CastKernel> read_cast(const CastRequest& request, VariantKind kind, Read read) {
  const auto cast = [request, kind, read](std::string_view value) -> Result<std::optional<T>> {
    const VariantKind found = variant_kind(value);
    if (found == VariantKind::kNull) return std::nullopt;
    std::optional<T> result;
    if (found == kind) result = read(value);
    if (result || request.lenient) return result;
    const std::string why = found != kind
                                ? "it is " + std::string(name_of(found))
                                : std::string("the type does not hold this number exactly");
    return cast_failure(quoted_for_message(value), request, why);
  };
  return make_cast_kernel(request, cast);
}

template <typename T>
Result<CastKernel> integer_cast(const CastRequest& request) {
  return read_cast<T>(request, VariantKind::kNumber, [](std::string_view value) {
    const std::optional<Int128> number = exact_value(value, 0);
    std::optional<T> result;
    if (number && *number >= std::numeric_limits<T>::min() &&
        *number <= std::numeric_limits<T>::max()) {
      result = static_cast<T>(*number);
    }
    return result;
  });
}

template <typename T, auto kParse>
Result<CastKernel> floating_cast(const CastRequest& request) {
  return read_cast<T>(request, VariantKind::kNumber, [](std::string_view value) {
    T number{};
    std::optional<T> result;
    if (kParse(value, number) == ParseOutcome::kOk && std::isfinite(number)) result = number;
    return result;
  });
}

Result<CastKernel> decimal_cast(const CastRequest& request) {
  const int scale = request.to.scale();
  Int128 bound = 1;
  for (int i = 0; i < request.to.precision(); ++i) bound = bound * 10;
  return read_cast<Int128>(request, VariantKind::kNumber, [scale, bound](std::string_view value) {
    std::optional<Int128> number = exact_value(value, scale);
    if (number && (*number >= bound || *number <= -bound)) number.reset();
    return number;
  });
}

}  // namespace

Result<CastKernel> make_variant_cast(const CastRequest& request) {
  switch (request.to.kind()) {
    case TypeKind::kBoolean:
      return read_cast<bool>(request, VariantKind::kBoolean, [](std::string_view value) {
        return std::optional<bool>(value == "true");
      });
    case TypeKind::kTinyint:
      return integer_cast<int8_t>(request);
    case TypeKind::kSmallint:
      return integer_cast<int16_t>(request);
    case TypeKind::kInt:
      return integer_cast<int32_t>(request);
    case TypeKind::kBigint:
      return integer_cast<int64_t>(request);
    case TypeKind::kFloat:
      return floating_cast<float, parse_float>(request);
    case TypeKind::kDouble:
      return floating_cast<double, parse_double>(request);
    case TypeKind::kDecimal:
      return decimal_cast(request);
    default:
      return no_such_cast(request.from, request.to);
  }
}

}  // namespace hw
