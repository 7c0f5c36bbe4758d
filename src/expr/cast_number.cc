// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "expr/cast_family.h"

namespace hw {
namespace {

arrow::Decimal128 to_decimal(Int128 value) {
  return arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value));
}
Int128 from_decimal(const arrow::Decimal128& value) {
  const auto high = static_cast<UInt128>(static_cast<uint64_t>(value.high_bits()));
  return static_cast<Int128>(high << 64 | value.low_bits());
}

UInt128 power_of_ten(int exponent) {
  UInt128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// As Java narrows: toward zero, saturating at INT or BIGINT, NaN to 0; smaller integers by way of
/// INT, wrapping.
template <typename To, typename From>
To narrow_float(From value) {
  using Wide = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
  if (std::isnan(value)) return 0;
  // The limits' neighbours that a float can be: 2^31 or 2^63.
  constexpr auto kLimit = -static_cast<From>(std::numeric_limits<Wide>::min());
  if (value >= kLimit) return static_cast<To>(std::numeric_limits<Wide>::max());
  if (value < -kLimit) return static_cast<To>(std::numeric_limits<Wide>::min());
  return static_cast<To>(static_cast<Wide>(value));
}

/// Numbers other than DECIMAL, and BOOLEAN.
template <typename From, typename To>
struct PlainCast {
  To operator()(From value) const {
    if constexpr (std::is_same_v<To, bool>) {
      return value != 0;
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
      return narrow_float<To>(value);
    } else {
      return static_cast<To>(value);
    }
  }
};

/// The value must lie below 10^precision after scaling; else NULL.
template <typename From>
struct IntegerToDecimal {
  Int128 factor;
  UInt128 limit;
  std::optional<Int128> operator()(From value) const {
    // 64 bits times 10^38 does not fit 128 bits, so the bound is checked before.
    const auto wide = static_cast<Int128>(value);
    const UInt128 size = wide < 0 ? static_cast<UInt128>(-wide) : static_cast<UInt128>(wide);
    if (size > (limit - 1) / static_cast<UInt128>(factor)) return std::nullopt;
    return wide * factor;
  }
};

/// By way of the shortest decimal text, as Java's BigDecimal.valueOf; what has no value is NULL.
template <typename From>
struct FloatToDecimal {
  int precision;
  int scale;
  std::string text;
  std::optional<Int128> operator()(From value) {
    if (!std::isfinite(value)) return std::nullopt;
    text.clear();
    append_double(static_cast<double>(value), text);
    arrow::Decimal128 result;
    if (parse_decimal(text, precision, scale, result) != ParseOutcome::kOk) return std::nullopt;
    return from_decimal(result);
  }
};

/// To as many places or more: a multiplication, and one comparison with what still fits.
class DecimalToWider {
 public:
  DecimalToWider(int from_scale, int precision, int scale)
      : factor_(static_cast<Int128>(power_of_ten(scale - from_scale))),
        most_(
            static_cast<Int128>((power_of_ten(precision) - 1) / power_of_ten(scale - from_scale))) {
  }
  std::optional<Int128> operator()(Int128 value) const {
    if (value > most_ || value < -most_) return std::nullopt;
    return value * factor_;
  }

 private:
  Int128 factor_;
  Int128 most_;
};

struct DecimalToNarrower {
  int from_scale;
  int precision;
  int scale;
  std::optional<Int128> operator()(Int128 value) const {
    arrow::Decimal128 result;
    if (!rescale_decimal(to_decimal(value), from_scale, precision, scale, result)) {
      return std::nullopt;
    }
    return from_decimal(result);
  }
};

template <typename To>
struct DecimalToInteger {
  Int128 divisor;
  To operator()(Int128 value) const { return static_cast<To>(value / divisor); }
};

/// The nearest floating-point number.
template <typename To>
struct DecimalToFloat {
  int scale;
  std::string text;
  To operator()(Int128 value) {
    // Both sides exact: one division rounds once.
    constexpr Int128 kExact = Int128{1} << std::numeric_limits<To>::digits;
    constexpr int kExactPowers = sizeof(To) == 8 ? 22 : 10;
    if (value <= kExact && value >= -kExact && scale <= kExactPowers) {
      To divisor = 1;
      for (int i = 0; i < scale; ++i) divisor *= 10;
      return static_cast<To>(value) / divisor;
    }
    text.clear();
    append_decimal(to_decimal(value), scale, text);
    To result = 0;
    if constexpr (sizeof(To) == 8) {
      HW_CHECK(parse_double(text, result) == ParseOutcome::kOk);
    } else {
      HW_CHECK(parse_float(text, result) == ParseOutcome::kOk);
    }
    return result;
  }
};

template <typename From>
Result<CastKernel> to_decimal_cast(const CastRequest& request) {
  const int precision = request.to.precision();
  const int scale = request.to.scale();
  if constexpr (std::is_same_v<From, Int128>) {
    const int from_scale = request.from.scale();
    if (scale >= from_scale) {
      return make_cast_kernel(request, DecimalToWider(from_scale, precision, scale));
    }
    return make_cast_kernel(request, DecimalToNarrower{from_scale, precision, scale});
  } else if constexpr (std::is_floating_point_v<From>) {
    return make_cast_kernel(request, FloatToDecimal<From>{precision, scale, {}});
  } else {
    return make_cast_kernel(
        request,
        IntegerToDecimal<From>{static_cast<Int128>(power_of_ten(scale)), power_of_ten(precision)});
  }
}

template <typename From, typename To>
Result<CastKernel> to_plain_cast(const CastRequest& request) {
  if constexpr (!std::is_same_v<From, Int128>) {
    return make_cast_kernel(request, PlainCast<From, To>{});
  } else if constexpr (std::is_floating_point_v<To>) {
    return make_cast_kernel(request, DecimalToFloat<To>{request.from.scale(), {}});
  } else if constexpr (std::is_same_v<To, bool>) {
    return no_such_cast(request.from, request.to);
  } else {
    return make_cast_kernel(
        request, DecimalToInteger<To>{static_cast<Int128>(power_of_ten(request.from.scale()))});
  }
}

template <typename From>
Result<CastKernel> cast_from(const CastRequest& request) {
  switch (request.to.physical()) {
    case PhysicalType::kBool:
      return to_plain_cast<From, bool>(request);
    case PhysicalType::kInt8:
      return to_plain_cast<From, int8_t>(request);
    case PhysicalType::kInt16:
      return to_plain_cast<From, int16_t>(request);
    case PhysicalType::kInt32:
      return to_plain_cast<From, int32_t>(request);
    case PhysicalType::kInt64:
      return to_plain_cast<From, int64_t>(request);
    case PhysicalType::kFloat32:
      return to_plain_cast<From, float>(request);
    case PhysicalType::kFloat64:
      return to_plain_cast<From, double>(request);
    case PhysicalType::kDecimal128:
      return to_decimal_cast<From>(request);
    default:
      return no_such_cast(request.from, request.to);
  }
}

}  // namespace

Result<CastKernel> make_number_cast(const CastRequest& request) {
  switch (request.from.physical()) {
    case PhysicalType::kBool:
      return cast_from<bool>(request);
    case PhysicalType::kInt8:
      return cast_from<int8_t>(request);
    case PhysicalType::kInt16:
      return cast_from<int16_t>(request);
    case PhysicalType::kInt32:
      return cast_from<int32_t>(request);
    case PhysicalType::kInt64:
      return cast_from<int64_t>(request);
    case PhysicalType::kFloat32:
      return cast_from<float>(request);
    case PhysicalType::kFloat64:
      return cast_from<double>(request);
    case PhysicalType::kDecimal128:
      return cast_from<Int128>(request);
    default:
      return no_such_cast(request.from, request.to);
  }
}

}  // namespace hw
