// SPDX-License-Identifier: Apache-2.0
//
// Random scalars and sequences.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include <arrow/util/decimal.h>

#include "columnar/fast_builders.h"
#include "columnar/text/text_length.h"
#include "connectors/datagen/value_generator.h"

namespace hw {
namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

constexpr int64_t kDayMs = 86'400'000;

/// Scales a draw to [0, range); range 0 = all of it.
uint64_t scaled(uint64_t draw, uint64_t range) {
  return range == 0 ? draw : static_cast<uint64_t>((Uint128{draw} * range) >> 64);
}

Uint128 scaled(Uint128 draw, Uint128 range) {
  const uint64_t draw_low = static_cast<uint64_t>(draw);
  const uint64_t draw_high = static_cast<uint64_t>(draw >> 64);
  const uint64_t range_low = static_cast<uint64_t>(range);
  const uint64_t range_high = static_cast<uint64_t>(range >> 64);
  const Uint128 low = Uint128{draw_low} * range_low;
  const Uint128 middle = Uint128{draw_high} * range_low + (low >> 64);
  const Uint128 cross = Uint128{draw_low} * range_high + static_cast<uint64_t>(middle);
  return Uint128{draw_high} * range_high + (middle >> 64) + (cross >> 64);
}

Int128 wide(const arrow::Decimal128& value) {
  return static_cast<Int128>(Uint128{static_cast<uint64_t>(value.high_bits())} << 64 |
                             value.low_bits());
}
arrow::Decimal128 decimal(Int128 value) {
  return {static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value)};
}

int64_t floored(int64_t value, int64_t unit) {
  const int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

int64_t power_of_ten(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// Values of fixed width; `Value` maps (row's index, its key, the call's rows) to one.
template <typename T, typename Value>
class FixedGenerator final : public ValueGenerator {
 public:
  FixedGenerator(const FieldPlan& plan, Value value)
      : type_(plan.type), nulls_(plan.null_rate), value_(std::move(value)) {}

  Result<ColumnPtr> draw(const DrawnRows& rows) override {
    FixedBuilder<T> builder;
    const auto n = static_cast<int64_t>(rows.keys.size());
    if (!nulls_.any()) {
      T* out = builder.append_uninitialised(n);
      for (int64_t i = 0; i < n; ++i) out[i] = value_(i, rows.keys[static_cast<size_t>(i)], rows);
      return builder.finish(type_);
    }
    builder.reserve(n);
    for (int64_t i = 0; i < n; ++i) {
      const uint64_t key = rows.keys[static_cast<size_t>(i)];
      if (nulls_.at(key)) {
        builder.append_null();
      } else {
        builder.unsafe_append(value_(i, key, rows));
      }
    }
    return builder.finish(type_);
  }

 private:
  const SqlType type_;
  const NullDraw nulls_;
  const Value value_;
};

template <typename T, typename Value>
std::unique_ptr<ValueGenerator> fixed(const FieldPlan& plan, Value value) {
  return std::make_unique<FixedGenerator<T, Value>>(plan, std::move(value));
}

class BooleanGenerator final : public ValueGenerator {
 public:
  explicit BooleanGenerator(const FieldPlan& plan) : type_(plan.type), nulls_(plan.null_rate) {}

  Result<ColumnPtr> draw(const DrawnRows& rows) override {
    BoolBuilder builder;
    builder.reserve(static_cast<int64_t>(rows.keys.size()));
    for (const uint64_t key : rows.keys) {
      if (nulls_.any() && nulls_.at(key)) {
        builder.append_null();
      } else {
        builder.append((key >> 63) != 0);
      }
    }
    return builder.finish(type_);
  }

 private:
  const SqlType type_;
  const NullDraw nulls_;
};

/// Hexadecimal digits for text, any bytes for binary.
class BytesGenerator final : public ValueGenerator {
 public:
  explicit BytesGenerator(const FieldPlan& plan)
      : type_(plan.type),
        length_(plan.length),
        variable_length_(plan.variable_length),
        nulls_(plan.null_rate) {}

  Result<ColumnPtr> draw(const DrawnRows& rows) override {
    BytesBuilder builder;
    builder.reserve(static_cast<int64_t>(rows.keys.size()),
                    static_cast<int64_t>(rows.keys.size()) * length_);
    for (const uint64_t key : rows.keys) {
      if (nulls_.any() && nulls_.at(key)) {
        builder.append_null();
        continue;
      }
      int64_t size = length_;
      if (variable_length_ && length_ > 0) {
        size = 1 + static_cast<int64_t>(
                       scaled(derived_key(key, kLengthUse), static_cast<uint64_t>(length_)));
      }
      uint8_t* out = builder.append_uninitialised(size);
      if (type_.is_text()) {
        fill<16>(key, out, size);
      } else {
        fill<8>(key, out, size);
      }
    }
    return builder.finish(type_);
  }

 private:
  static constexpr uint64_t kLengthUse = 0x6c656e67;

  /// Each draw gives `kPiece` bytes: 16 digits or 8 bytes.
  template <int kPiece>
  static void fill(uint64_t key, uint8_t* out, int64_t size) {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (int64_t at = 0; at < size; at += kPiece) {
      uint64_t draw = derived_key(key, static_cast<uint64_t>(at / kPiece));
      std::array<uint8_t, kPiece> piece;
      for (uint8_t& byte : piece) {
        if constexpr (kPiece == 16) {
          byte = static_cast<uint8_t>(kDigits[draw & 15]);
          draw >>= 4;
        } else {
          byte = static_cast<uint8_t>(draw);
          draw >>= 8;
        }
      }
      std::memcpy(out + at, piece.data(),
                  static_cast<size_t>(std::min<int64_t>(kPiece, size - at)));
    }
  }

  const SqlType type_;
  const int64_t length_;
  const bool variable_length_;
  const NullDraw nulls_;
};

class TextSequence final : public ValueGenerator {
 public:
  explicit TextSequence(const FieldPlan& plan) : type_(plan.type), start_(plan.start) {}

  Result<ColumnPtr> draw(const DrawnRows& rows) override {
    BytesBuilder builder;
    std::string padded;
    for (size_t i = 0; i < rows.keys.size(); ++i) {
      char digits[24];
      const int64_t value = start_ + rows.first_row + static_cast<int64_t>(i);
      const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
      builder.append(fit_to_type({digits, static_cast<size_t>(end - digits)}, type_, padded));
    }
    return builder.finish(type_);
  }

 private:
  const SqlType type_;
  const int64_t start_;
};

template <typename T>
std::unique_ptr<ValueGenerator> integers(const FieldPlan& plan) {
  const T min = plan.min->value<T>(0);
  const T max = plan.max->value<T>(0);
  const uint64_t range = static_cast<uint64_t>(max) - static_cast<uint64_t>(min) + 1;
  return fixed<T>(plan, [min, range](int64_t, uint64_t key, const DrawnRows&) {
    return static_cast<T>(static_cast<uint64_t>(min) + scaled(key, range));
  });
}

template <typename T>
std::unique_ptr<ValueGenerator> reals(const FieldPlan& plan) {
  const T min = plan.min->value<T>(0);
  const T max = plan.max->value<T>(0);
  return fixed<T>(plan, [min, max](int64_t, uint64_t key, const DrawnRows&) {
    const double part = static_cast<double>(key >> 11) * 0x1p-53;
    // Not min + part * (max - min), which overflows for the type's whole range.
    const auto value = static_cast<T>(double{min} * (1 - part) + double{max} * part);
    return std::clamp(value, min, max);
  });
}

std::unique_ptr<ValueGenerator> decimals(const FieldPlan& plan) {
  const Int128 min = wide(plan.min->value<arrow::Decimal128>(0));
  const Int128 max = wide(plan.max->value<arrow::Decimal128>(0));
  const Uint128 range = static_cast<Uint128>(max) - static_cast<Uint128>(min) + 1;
  return fixed<arrow::Decimal128>(plan, [min, range](int64_t, uint64_t key, const DrawnRows&) {
    const Uint128 draw = Uint128{key} << 64 | derived_key(key, 0);
    return decimal(static_cast<Int128>(static_cast<Uint128>(min) + scaled(draw, range)));
  });
}

template <typename T>
std::unique_ptr<ValueGenerator> counted(const FieldPlan& plan) {
  return fixed<T>(plan, [start = plan.start](int64_t i, uint64_t, const DrawnRows& rows) {
    return static_cast<T>(start + rows.first_row + i);
  });
}

std::unique_ptr<ValueGenerator> counted_decimals(const FieldPlan& plan) {
  Int128 unit = 1;
  for (int i = 0; i < plan.type.scale(); ++i) unit *= 10;
  return fixed<arrow::Decimal128>(
      plan, [start = plan.start, unit](int64_t i, uint64_t, const DrawnRows& rows) {
        return decimal(Int128{start + rows.first_row + i} * unit);
      });
}

std::unique_ptr<ValueGenerator> timestamps(const FieldPlan& plan) {
  const int64_t ticks = plan.type.ticks_per_second() / 1000;
  const int64_t unit = power_of_ten(std::max(0, 3 - plan.type.precision()));
  const uint64_t span = static_cast<uint64_t>(plan.max_past_ms) + 1;
  return fixed<int64_t>(plan, [=](int64_t, uint64_t key, const DrawnRows& rows) {
    return floored(rows.now_ms - static_cast<int64_t>(scaled(key, span)), unit) * ticks;
  });
}

std::unique_ptr<ValueGenerator> times(const FieldPlan& plan) {
  const int64_t unit = power_of_ten(std::max(0, 3 - plan.type.precision()));
  return fixed<int32_t>(plan, [unit](int64_t, uint64_t, const DrawnRows& rows) {
    const int64_t of_day = rows.now_ms - floored(rows.now_ms, kDayMs);
    return static_cast<int32_t>(floored(of_day, unit));
  });
}

std::unique_ptr<ValueGenerator> dates(const FieldPlan& plan) {
  return fixed<int32_t>(plan, [](int64_t, uint64_t, const DrawnRows& rows) {
    return static_cast<int32_t>(floored(rows.now_ms, kDayMs) / kDayMs);
  });
}

Result<std::unique_ptr<ValueGenerator>> random_number(const FieldPlan& plan) {
  switch (plan.type.physical()) {
    case PhysicalType::kInt8:
      return integers<int8_t>(plan);
    case PhysicalType::kInt16:
      return integers<int16_t>(plan);
    case PhysicalType::kInt32:
      return integers<int32_t>(plan);
    case PhysicalType::kInt64:
      return integers<int64_t>(plan);
    case PhysicalType::kFloat32:
      return reals<float>(plan);
    case PhysicalType::kFloat64:
      return reals<double>(plan);
    case PhysicalType::kDecimal128:
      return decimals(plan);
    default:
      return not_supported_yet("datagen columns of " + plan.type.to_sql());
  }
}

Result<std::unique_ptr<ValueGenerator>> sequence(const FieldPlan& plan) {
  switch (plan.type.physical()) {
    case PhysicalType::kInt8:
      return counted<int8_t>(plan);
    case PhysicalType::kInt16:
      return counted<int16_t>(plan);
    case PhysicalType::kInt32:
      return counted<int32_t>(plan);
    case PhysicalType::kInt64:
      return counted<int64_t>(plan);
    case PhysicalType::kFloat32:
      return counted<float>(plan);
    case PhysicalType::kFloat64:
      return counted<double>(plan);
    case PhysicalType::kDecimal128:
      return counted_decimals(plan);
    case PhysicalType::kBytes:
      return std::make_unique<TextSequence>(plan);
    default:
      return not_supported_yet("sequences of " + plan.type.to_sql());
  }
}

}  // namespace

Result<std::unique_ptr<ValueGenerator>> ValueGenerator::make(const FieldPlan& plan) {
  if (plan.sequence) return sequence(plan);
  const SqlType& type = plan.type;
  if (type.is_constructed()) return make_constructed_generator(plan);
  if (type.is_text() || type.is_bytes()) return std::make_unique<BytesGenerator>(plan);
  if (type.is_timestamp()) return timestamps(plan);
  if (type.is(TypeKind::kBoolean)) return std::make_unique<BooleanGenerator>(plan);
  if (type.is(TypeKind::kTime)) return times(plan);
  if (type.is(TypeKind::kDate)) return dates(plan);
  return random_number(plan);
}

}  // namespace hw
