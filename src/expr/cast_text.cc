// SPDX-License-Identifier: Apache-2.0

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <arrow/util/decimal.h>

#include "columnar/sql_type.h"
#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/interval.h"
#include "columnar/text/parse_error.h"
#include "columnar/text/text_length.h"
#include "columnar/text/time_zone.h"
#include "columnar/text/timestamp.h"
#include "columnar/text/type_text.h"
#include "expr/cast_family.h"

namespace hw {
namespace {

std::string_view reason(ParseOutcome outcome) {
  return outcome == ParseOutcome::kOutOfRange ? "out of range" : "not a valid value";
}

// ------------------------------------------------------------------------------- text to scalars

/// `Read` is read(text, value) -> ParseOutcome.
template <typename T, typename Read>
struct TextToScalar {
  CastRequest request;
  Read read;
  Result<std::optional<T>> operator()(std::string_view text) {
    T value{};
    const ParseOutcome outcome = read(text, value);
    if (outcome == ParseOutcome::kOk) return std::optional<T>(value);
    if (request.lenient) return std::optional<T>();
    return cast_failure(quoted_for_message(text), request, reason(outcome));
  }
};

template <typename T, typename Read>
Result<CastKernel> parse_cast(const CastRequest& request, Read read) {
  return make_cast_kernel(request, TextToScalar<T, Read>{request, std::move(read)});
}

template <typename T>
Result<CastKernel> parse_integer_cast(const CastRequest& request) {
  return parse_cast<T>(request, [](std::string_view text, T& value) {
    int64_t wide = 0;
    const ParseOutcome outcome = parse_integer(text, wide);
    if (outcome != ParseOutcome::kOk) return outcome;
    value = static_cast<T>(wide);
    return value == wide ? ParseOutcome::kOk : ParseOutcome::kOutOfRange;
  });
}

Result<CastKernel> parse_decimal_cast(const CastRequest& request) {
  const int precision = request.to.precision();
  const int scale = request.to.scale();
  return parse_cast<Int128>(request, [precision, scale](std::string_view text, Int128& value) {
    arrow::Decimal128 unscaled;
    const ParseOutcome outcome = parse_decimal(text, precision, scale, unscaled);
    const auto high = static_cast<UInt128>(static_cast<uint64_t>(unscaled.high_bits()));
    value = static_cast<Int128>(high << 64 | unscaled.low_bits());
    return outcome;
  });
}

Result<CastKernel> parse_timestamp_ltz_cast(const CastRequest& request) {
  HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(request.session->time_zone));
  const int precision = request.to.precision();
  return parse_cast<int64_t>(request,
                             [precision, zone](std::string_view text, int64_t& value) mutable {
                               int64_t local = 0;
                               const ParseOutcome outcome = parse_timestamp(text, precision, local);
                               value = zone.to_instant(local, ticks_per_second_of(precision));
                               return outcome;
                             });
}

// --------------------------------------------------------------------------------- any to text

/// `Print` is print(value, std::string&).
template <typename T, typename Print>
struct ScalarToText {
  SqlType to;
  Print print;
  std::string text;
  std::string padded;
  void operator()(TextWriter& out, T value) {
    text.clear();
    print(value, text);
    out.append(to.length() == SqlType::kLengthMax ? text : fit_to_type(text, to, padded));
  }
};

template <typename T, typename Print>
Result<CastKernel> print_cast(const CastRequest& request, Print print) {
  return make_cast_kernel(request, ScalarToText<T, Print>{request.to, std::move(print), {}, {}});
}

template <typename T>
Result<CastKernel> print_integer_cast(const CastRequest& request) {
  return print_cast<T>(request, [](T value, std::string& out) { append_integer(value, out); });
}

Result<CastKernel> print_decimal_cast(const CastRequest& request) {
  const int scale = request.from.scale();
  return print_cast<Int128>(request, [scale](Int128 value, std::string& out) {
    append_decimal(
        arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value)), scale,
        out);
  });
}

Result<CastKernel> print_timestamp_ltz_cast(const CastRequest& request) {
  HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(request.session->time_zone));
  const int precision = request.from.precision();
  return print_cast<int64_t>(request, [precision, zone](int64_t value, std::string& out) mutable {
    const int64_t local = zone.to_local(value, ticks_per_second_of(precision));
    append_timestamp(local, precision, Fraction::kExact, out);
  });
}

Result<CastKernel> print_temporal_cast(const CastRequest& request) {
  const int precision = request.from.precision();
  switch (request.from.kind()) {
    case TypeKind::kDate:
      return print_cast<int32_t>(request,
                                 [](int32_t days, std::string& out) { append_date(days, out); });
    case TypeKind::kTime:
      return print_cast<int32_t>(request, [precision](int32_t millis, std::string& out) {
        append_time(millis, precision, Fraction::kAtLeast1, out);
      });
    case TypeKind::kTimestamp:
      return print_cast<int64_t>(request, [precision](int64_t ticks, std::string& out) {
        append_timestamp(ticks, precision, Fraction::kExact, out);
      });
    case TypeKind::kTimestampLtz:
      return print_timestamp_ltz_cast(request);
    case TypeKind::kIntervalMonth:
      return print_cast<int32_t>(request, append_month_interval);
    default:
      return print_cast<int64_t>(request, append_day_interval);
  }
}

/// Text to text and bytes to bytes of a bounded length, text to bytes.
struct FitToType {
  SqlType to;
  std::string padded;
  void operator()(TextWriter& out, std::string_view value) {
    out.append(fit_to_type(value, to, padded));
  }
};

/// Bytes as the literal that makes them, cut.
std::string bytes_for_message(std::string_view bytes) {
  constexpr size_t kBytesShown = 32;
  constexpr char kHex[] = "0123456789abcdef";
  std::string text = "x'";
  for (const char c : bytes.substr(0, kBytesShown)) {
    text += kHex[(c >> 4) & 15];
    text += kHex[c & 15];
  }
  return text + (bytes.size() > kBytesShown ? "…'" : "'");
}

struct BytesToText {
  CastRequest request;
  std::string padded;
  Result<bool> operator()(TextWriter& out, std::string_view value) {
    if (!is_valid_utf8(value)) {
      if (request.lenient) return false;
      return cast_failure(bytes_for_message(value), request, "the bytes are not UTF-8");
    }
    out.append(fit_to_type(value, request.to, padded));
    return true;
  }
};

/// Constructed values: the printer looks into the column itself.
class PrintConstructed final : public EncodedKernel {
 public:
  PrintConstructed(SqlType to, std::unique_ptr<ValuePrinter> printer)
      : EncodedKernel(std::move(to), 0), printer_(std::move(printer)) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(num_rows, num_rows * 16));
    const Column* column = args[0].get();
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity({&column, 1}, num_rows));
    for (int64_t row = 0; row < num_rows; ++row) {
      if (column->is_null(row)) {
        out.end_null_row();
        continue;
      }
      text_.clear();
      printer_->print(*column, row, text_);
      out.append(fit_to_type(text_, result_type(), padded_));
      out.end_row();
    }
    return out.finish(result_type(), num_rows, std::move(validity));
  }

 private:
  const std::unique_ptr<ValuePrinter> printer_;
  std::string text_;
  std::string padded_;
};

Result<CastKernel> print_constructed_cast(const CastRequest& request) {
  HW_ASSIGN_OR_RETURN(
      std::unique_ptr<ValuePrinter> printer,
      ValuePrinter::make(request.from, TextStyle::kSql, request.session->time_zone));
  return std::make_unique<PrintConstructed>(request.to, std::move(printer));
}

}  // namespace

Result<CastKernel> make_cast_from_text(const CastRequest& request) {
  const int precision = request.to.precision();
  switch (request.to.kind()) {
    case TypeKind::kBoolean:
      return parse_cast<bool>(request, parse_boolean);
    case TypeKind::kTinyint:
      return parse_integer_cast<int8_t>(request);
    case TypeKind::kSmallint:
      return parse_integer_cast<int16_t>(request);
    case TypeKind::kInt:
      return parse_integer_cast<int32_t>(request);
    case TypeKind::kBigint:
      return parse_integer_cast<int64_t>(request);
    case TypeKind::kFloat:
      return parse_cast<float>(request, parse_float);
    case TypeKind::kDouble:
      return parse_cast<double>(request, parse_double);
    case TypeKind::kDecimal:
      return parse_decimal_cast(request);
    case TypeKind::kDate:
      return parse_cast<int32_t>(request, parse_date);
    case TypeKind::kTime:
      return parse_cast<int32_t>(request, [precision](std::string_view text, int32_t& value) {
        return parse_time(text, precision, value);
      });
    case TypeKind::kTimestamp:
      return parse_cast<int64_t>(request, [precision](std::string_view text, int64_t& value) {
        return parse_timestamp(text, precision, value);
      });
    case TypeKind::kTimestampLtz:
      return parse_timestamp_ltz_cast(request);
    default:
      return no_such_cast(request.from, request.to);
  }
}

Result<CastKernel> make_cast_to_text(const CastRequest& request) {
  if (request.from.is_variant()) return make_cast_kernel(request, FitToType{request.to, {}});
  switch (request.from.kind()) {
    case TypeKind::kBoolean:
      return print_cast<bool>(
          request, [](bool value, std::string& out) { out += value ? "TRUE" : "FALSE"; });
    case TypeKind::kTinyint:
      return print_integer_cast<int8_t>(request);
    case TypeKind::kSmallint:
      return print_integer_cast<int16_t>(request);
    case TypeKind::kInt:
      return print_integer_cast<int32_t>(request);
    case TypeKind::kBigint:
      return print_integer_cast<int64_t>(request);
    case TypeKind::kFloat:
      return print_cast<float>(request, append_float);
    case TypeKind::kDouble:
      return print_cast<double>(request, append_double);
    case TypeKind::kDecimal:
      return print_decimal_cast(request);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return make_cast_kernel(request, FitToType{request.to, {}});
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      if (request.to.is_text()) return make_cast_kernel(request, BytesToText{request, {}});
      return make_cast_kernel(request, FitToType{request.to, {}});
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
    case TypeKind::kBitmap:
      return print_constructed_cast(request);
    default:
      return print_temporal_cast(request);
  }
}

}  // namespace hw
