// SPDX-License-Identifier: Apache-2.0
//
// Dates, times and timestamps moved by intervals, and arithmetic on intervals. Days and less are
// milliseconds; months go by the calendar and stop at the last day of a month.

#include <array>
#include <cstdint>
#include <utility>

#include "expr/civil_date.h"
#include "expr/literal.h"
#include "expr/row_kernel.h"
#include "expr/temporal_range.h"
#include "functions/arithmetic/arithmetic_kernels.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;
__extension__ using Wide = __int128;

/// An INTERVAL DAY literal with hours or less turns a DATE into a TIMESTAMP.
bool has_time_of_day(const SqlType& interval, const ColumnPtr& literal) {
  return interval.is(TypeKind::kIntervalDay) && literal != nullptr && !literal->is_null(0) &&
         literal->value<int64_t>(0) % kMillisPerDay != 0;
}

std::optional<DatetimeArithmetic> scaled_interval(ArithmeticOp op, const SqlType& a,
                                                  const SqlType& b, bool nullable) {
  const auto is_count = [](const SqlType& type) {
    return type.is_integer() || type.is(TypeKind::kNull);
  };
  const SqlType count = SqlType::bigint();
  if (op == ArithmeticOp::kMultiply && a.is_interval() && is_count(b)) {
    return DatetimeArithmetic{{a, count}, a.with_nullable(nullable)};
  }
  if (op == ArithmeticOp::kMultiply && is_count(a) && b.is_interval()) {
    return DatetimeArithmetic{{count, b}, b.with_nullable(nullable)};
  }
  if (op == ArithmeticOp::kDivide && a.is_interval() && is_count(b)) {
    return DatetimeArithmetic{{a, count}, a.with_nullable(nullable)};
  }
  return std::nullopt;
}

/// Moves the ticks of a timestamp. Where nothing can overflow (see SafeKernel) it is a bare loop.
struct MoveSafely {
  int64_t operator()(int64_t value, int64_t millis) const {
    return value + millis * ticks_per_milli;
  }
  int64_t ticks_per_milli;  // negative to subtract
};
/// value + count * ticks. The way may be longer than 64 bits where its end is not: from 1700 to
/// 2200 in nanoseconds.
Result<int64_t> moved_by(int64_t value, int64_t count, int64_t ticks, const SqlType& type) {
  const Wide moved = value + static_cast<Wide>(count) * ticks;
  if (moved != static_cast<int64_t>(moved)) return beyond_range(type);
  return static_cast<int64_t>(moved);
}

struct MoveByMillis {
  Result<int64_t> operator()(int64_t value, int64_t millis) const {
    return moved_by(value, millis, ticks_per_milli, type);
  }
  SqlType type;
  int64_t ticks_per_milli;
};
/// Precisions below milliseconds keep to their own steps.
struct MoveCoarse {
  Result<int64_t> operator()(int64_t value, int64_t millis) const {
    HW_ASSIGN_OR_RETURN(const int64_t moved, move(value, millis));
    int64_t whole = 0;
    if (__builtin_sub_overflow(moved, floor_mod(moved, step), &whole)) {
      return beyond_range(move.type);
    }
    return whole;
  }
  MoveByMillis move;
  int64_t step;
};
struct MoveDateByMillis {
  Result<int32_t> operator()(int32_t days, int64_t millis) const {
    return checked_date(days + sign * (millis / kMillisPerDay));
  }
  int64_t sign;
};
struct DateTimeByMillis {
  Result<int64_t> operator()(int32_t days, int64_t millis) const {
    return move(days * kMillisPerDay, millis);
  }
  MoveByMillis move;
};
struct MoveTimeByMillis {
  int32_t operator()(int32_t time, int64_t millis) const {
    return static_cast<int32_t>(floor_mod(time + sign * (millis % kMillisPerDay), kMillisPerDay));
  }
  int64_t sign;
};
struct MoveDateByMonths {
  Result<int32_t> operator()(int32_t days, int32_t months) const {
    return checked_date(add_months(days, sign * months));
  }
  int64_t sign;
};
struct MoveTimestampByMonths {
  Result<int64_t> operator()(int64_t value, int32_t months) const {
    const int64_t days = floor_div(value, ticks_per_day);
    return moved_by(value, add_months(days, sign * months) - days, ticks_per_day, type);
  }
  SqlType type;
  int64_t sign;
  int64_t ticks_per_day;
};

template <typename T>
SqlType interval_type() {
  return sizeof(T) == sizeof(int32_t) ? SqlType::interval_month() : SqlType::interval_day();
}

template <typename T>
struct AddIntervals {
  Result<T> operator()(T a, T b) const {
    T sum = 0;
    const bool overflows =
        negative ? __builtin_sub_overflow(a, b, &sum) : __builtin_add_overflow(a, b, &sum);
    if (overflows) return beyond_range(interval_type<T>());
    return sum;
  }
  bool negative;
};
template <typename T>
Result<T> multiply_interval(T interval, int64_t n) {
  T product = 0;
  if (__builtin_mul_overflow(interval, n, &product)) return beyond_range(interval_type<T>());
  return product;
}
template <typename T>
Result<T> divide_interval(T interval, int64_t n) {
  if (n == 0) return Status::Invalid("division by zero");
  if (n == -1) return multiply_interval<T>(interval, -1);
  return static_cast<T>(interval / n);
}

/// Of values below 2^bits in absolute value.
bool all_small(const Column& column, int bits) {
  const auto* values = column.data<int64_t>();
  const int64_t num_values = column.is_plain() ? column.num_rows() : column.values().length;
  uint64_t seen = 0;
  for (int64_t i = 0; i < num_values; ++i) {
    seen |= static_cast<uint64_t>(values[i]) + (uint64_t{1} << bits);
  }
  return seen >> (bits + 1) == 0;
}

/// A timestamp and an interval: runs the bare loop when no row can overflow, else the one that
/// looks at each. What lies under a NULL may be anything, so it only decides which.
class SafeKernel final : public ScalarKernel {
 public:
  SafeKernel(std::unique_ptr<ScalarKernel> bare, std::unique_ptr<ScalarKernel> careful)
      : bare_(std::move(bare)), careful_(std::move(careful)) {}
  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    // 2^41 ms are 69 years: less than 2^62 ticks of any length.
    const bool safe = all_small(*args[1], 41) && all_small(*args[0], 62);
    return (safe ? bare_ : careful_)->evaluate(context, args);
  }

 private:
  const std::unique_ptr<ScalarKernel> bare_;
  const std::unique_ptr<ScalarKernel> careful_;
};

KernelResult move_point(const CallBinding& binding, int64_t sign) {
  const SqlType& point = binding.arg_types[0];
  const int64_t ticks = point.is_timestamp() ? point.ticks_per_second() : 1000;
  if (binding.arg_types[1].is(TypeKind::kIntervalMonth)) {
    if (point.is(TypeKind::kDate)) return make_row_kernel(MoveDateByMonths{sign}, binding);
    return make_row_kernel(MoveTimestampByMonths{point, sign, ticks * (kMillisPerDay / 1000)},
                           binding);
  }
  const MoveByMillis move{binding.result_type, sign * (ticks / 1000)};
  switch (point.kind()) {
    case TypeKind::kDate:
      if (binding.result_type.is(TypeKind::kDate)) {
        return make_row_kernel(MoveDateByMillis{sign}, binding);
      }
      return make_row_kernel(DateTimeByMillis{move}, binding);
    case TypeKind::kTime:
      return make_row_kernel(MoveTimeByMillis{sign}, binding);
    default:
      break;
  }
  if (point.precision() < 3) {
    constexpr std::array<int64_t, 3> kSteps = {1000, 100, 10};
    const int64_t step = kSteps[static_cast<size_t>(point.precision())];
    return make_row_kernel(MoveCoarse{move, step}, binding);
  }
  HW_ASSIGN_OR_RETURN(auto bare, make_row_kernel(MoveSafely{move.ticks_per_milli}, binding));
  HW_ASSIGN_OR_RETURN(auto careful, make_row_kernel(move, binding));
  return std::make_unique<SafeKernel>(std::move(bare), std::move(careful));
}

KernelResult interval_arithmetic(ArithmeticOp op, const CallBinding& binding) {
  const bool months = binding.result_type.is(TypeKind::kIntervalMonth);
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract: {
      const bool negative = op == ArithmeticOp::kSubtract;
      return months ? make_row_kernel(AddIntervals<int32_t>{negative}, binding)
                    : make_row_kernel(AddIntervals<int64_t>{negative}, binding);
    }
    case ArithmeticOp::kMultiply:
      return row_kernel<multiply_interval<int32_t>, multiply_interval<int64_t>>()(binding);
    default:
      return row_kernel<divide_interval<int32_t>, divide_interval<int64_t>>()(binding);
  }
}

/// The operation is written with its operands in the other order.
class SwappedKernel final : public ScalarKernel {
 public:
  explicit SwappedKernel(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const std::array<ColumnPtr, 2> swapped = {args[1], args[0]};
    return kernel_->evaluate(context, swapped);
  }

 private:
  const std::unique_ptr<ScalarKernel> kernel_;
};

}  // namespace

std::optional<DatetimeArithmetic> datetime_arithmetic_types(ArithmeticOp op,
                                                            const CallBinding& binding) {
  if (binding.arg_types.size() != 2) return std::nullopt;
  const SqlType& a = binding.arg_types[0];
  const SqlType& b = binding.arg_types[1];
  const bool nullable = a.nullable() || b.nullable();
  if (op == ArithmeticOp::kMultiply || op == ArithmeticOp::kDivide) {
    return scaled_interval(op, a, b, nullable);
  }
  if (op == ArithmeticOp::kModulo) return std::nullopt;
  const auto either_null = [](const SqlType& type, const SqlType& other) {
    return type.is(TypeKind::kNull) ? other.with_nullable(true) : type;
  };
  if (a.is_interval() || b.is_interval()) {
    const SqlType left = a.is(TypeKind::kNull) ? either_null(a, b) : a;
    if (left.is_interval() && (b.is(left.kind()) || b.is(TypeKind::kNull))) {
      return DatetimeArithmetic{{left, either_null(b, left)}, left.with_nullable(nullable)};
    }
  }
  const bool point_first = a.is_temporal() && b.is_interval();
  const bool point_last = op == ArithmeticOp::kAdd && a.is_interval() && b.is_temporal();
  if (!point_first && !point_last) return std::nullopt;
  const SqlType& point = point_first ? a : b;
  const SqlType& interval = point_first ? b : a;
  // A time of day has no months.
  if (point.is(TypeKind::kTime) && interval.is(TypeKind::kIntervalMonth)) return std::nullopt;
  SqlType result = point;
  if (point.is(TypeKind::kDate) &&
      has_time_of_day(interval, binding.literals[point_first ? 1 : 0])) {
    result = SqlType::timestamp(3);
  }
  return DatetimeArithmetic{{a, b}, result.with_nullable(nullable)};
}

KernelResult make_datetime_arithmetic(ArithmeticOp op, const CallBinding& binding) {
  const SqlType& a = binding.arg_types[0];
  if (a.is_temporal()) return move_point(binding, op == ArithmeticOp::kSubtract ? -1 : 1);
  const bool swap =
      binding.arg_types[1].is_temporal() || (op == ArithmeticOp::kMultiply && a.is_integer());
  if (!swap) return interval_arithmetic(op, binding);
  CallBinding swapped = binding;
  std::swap(swapped.arg_types[0], swapped.arg_types[1]);
  std::swap(swapped.literals[0], swapped.literals[1]);
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ScalarKernel> kernel, make_datetime_arithmetic(op, swapped));
  return std::make_unique<SwappedKernel>(std::move(kernel));
}

}  // namespace hw
