// SPDX-License-Identifier: Apache-2.0
//
// PRINTF: a format as Java's Formatter reads it: %[number$][flags][width][.precision]conversion
// with the conversions b, B, c, d, e, E, f, n, o, s, S, x, X and %. A format that does not fit its
// arguments gives NULL.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/util/decimal.h>

#include "columnar/text/float.h"
#include "columnar/text/type_text.h"
#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"

namespace hw {
namespace {

/// Fields wider than this are a mistake, not a wish.
constexpr int64_t kWidthMax = 10'000;

struct Field {
  int64_t argument = -1;  // from 0; -1: the next one
  bool left = false, plus = false, blank = false, zero = false, group = false, bracket = false,
       alternate = false;
  int64_t width = 0;
  int64_t precision = -1;
  char conversion = 's';
};

/// Reads what follows a %. Nothing when it is malformed.
std::optional<Field> take_field(std::string_view& text) {
  Field field;
  const auto number = [&]() -> int64_t {
    int64_t value = -1;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9' && value < kWidthMax) {
      value = std::max<int64_t>(value, 0) * 10 + (text[0] - '0');
      text.remove_prefix(1);
    }
    return value;
  };
  const std::string_view start = text;
  if (const int64_t n = number(); n > 0 && text.starts_with('$')) {
    field.argument = n - 1;
    text.remove_prefix(1);
  } else {
    text = start;
  }
  for (bool more = true; more && !text.empty();) {
    bool* const flag = text[0] == '-'   ? &field.left
                       : text[0] == '+' ? &field.plus
                       : text[0] == ' ' ? &field.blank
                       : text[0] == '0' ? &field.zero
                       : text[0] == ',' ? &field.group
                       : text[0] == '(' ? &field.bracket
                       : text[0] == '#' ? &field.alternate
                                        : nullptr;
    more = flag != nullptr;
    if (!more) break;
    if (*flag) return std::nullopt;
    *flag = true;
    text.remove_prefix(1);
  }
  field.width = std::max<int64_t>(number(), 0);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    field.precision = number();
    if (field.precision < 0) return std::nullopt;
  }
  if (text.empty() || field.width >= kWidthMax || field.precision >= kWidthMax) return std::nullopt;
  field.conversion = text[0];
  text.remove_prefix(1);
  if ((field.left || field.zero) && field.width == 0) return std::nullopt;
  if (field.left && field.zero) return std::nullopt;
  return field;
}

/// Digits with a point after `scale` of them counted from the right.
struct Decimal {
  bool negative = false;
  std::string digits;  // at least one, no leading zeros but for the last
  int64_t scale = 0;
};

void round_half_up(Decimal& number, int64_t scale) {
  if (scale >= number.scale) {
    number.digits.append(static_cast<size_t>(scale - number.scale), '0');
    number.scale = scale;
    return;
  }
  const int64_t cut = number.scale - scale;
  const auto size = static_cast<int64_t>(number.digits.size());
  if (cut > size) number.digits.insert(0, static_cast<size_t>(cut - size), '0');
  const bool up = number.digits[number.digits.size() - static_cast<size_t>(cut)] >= '5';
  number.digits.resize(number.digits.size() - static_cast<size_t>(cut));
  number.scale = scale;
  if (number.digits.empty()) number.digits = "0";
  if (!up) return;
  size_t i = number.digits.size();
  while (i > 0 && number.digits[i - 1] == '9') number.digits[--i] = '0';
  if (i == 0) {
    number.digits.insert(0, 1, '1');
  } else {
    ++number.digits[i - 1];
  }
}

/// From text such as `-1.5E-7`.
Decimal decimal_of(std::string_view text) {
  Decimal number;
  if (text.starts_with('-')) {
    number.negative = true;
    text.remove_prefix(1);
  }
  int64_t exponent = 0;
  if (const size_t e = text.find('E'); e != std::string_view::npos) {
    exponent = std::atoll(std::string(text.substr(e + 1)).c_str());
    text = text.substr(0, e);
  }
  for (const char c : text) {
    if (c == '.') continue;
    number.digits += c;
  }
  const size_t point = text.find('.');
  number.scale =
      (point == std::string_view::npos ? 0 : static_cast<int64_t>(text.size() - point) - 1) -
      exponent;
  if (number.scale < 0) {
    number.digits.append(static_cast<size_t>(-number.scale), '0');
    number.scale = 0;
  }
  const size_t zeros = std::min(number.digits.find_first_not_of('0'), number.digits.size() - 1);
  number.digits.erase(0, zeros);
  return number;
}

/// One argument of one row, as far as a conversion needs it.
struct Value {
  const SqlType* type = nullptr;
  const Column* column = nullptr;
  int64_t row = 0;

  bool is_null() const { return column->is_null(row); }
  int64_t integer() const {
    switch (type->physical()) {
      case PhysicalType::kInt8:
        return column->value<int8_t>(row);
      case PhysicalType::kInt16:
        return column->value<int16_t>(row);
      case PhysicalType::kInt32:
        return column->value<int32_t>(row);
      default:
        return column->value<int64_t>(row);
    }
  }
};

void append_grouped(std::string_view digits, bool group, std::string& out) {
  for (size_t i = 0; i < digits.size(); ++i) {
    if (group && i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
}

std::string with_sign(const Field& field, bool negative, std::string body) {
  std::string sign = negative      ? (field.bracket ? "(" : "-")
                     : field.plus  ? "+"
                     : field.blank ? " "
                                   : "";
  const std::string end = negative && field.bracket ? ")" : "";
  const auto size = static_cast<int64_t>(sign.size() + body.size() + end.size());
  if (field.zero && size < field.width) {
    body.insert(0, static_cast<size_t>(field.width - size), '0');
  }
  return sign + body + end;
}

std::optional<std::string> format_integer(const Field& field, const Value& value) {
  if (!value.type->is_integer() || field.precision >= 0) return std::nullopt;
  const int64_t number = value.integer();
  if (field.conversion == 'd') {
    if (field.alternate) return std::nullopt;
    const uint64_t magnitude =
        number < 0 ? uint64_t{0} - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    std::string body;
    append_grouped(std::to_string(magnitude), field.group, body);
    return with_sign(field, number < 0, std::move(body));
  }
  // Octal and hex show two's complement in the width of the type.
  if (field.plus || field.blank || field.group || field.bracket) return std::nullopt;
  const int width = value.type->fixed_width() * 8;
  uint64_t bits = static_cast<uint64_t>(number);
  if (width < 64) bits &= (uint64_t{1} << width) - 1;
  const int step = field.conversion == 'o' ? 3 : 4;
  std::string body;
  do {
    body += "0123456789abcdef"[bits & ((uint64_t{1} << step) - 1)];
    bits >>= step;
  } while (bits != 0);
  if (field.alternate) body += field.conversion == 'o' ? "0" : "x0";
  std::reverse(body.begin(), body.end());
  return with_sign(field, false, std::move(body));
}

std::optional<std::string> format_fraction(const Field& field, const Value& value) {
  std::string text;
  if (value.type->is_approximate()) {
    const double number = value.type->is(TypeKind::kFloat)
                              ? static_cast<double>(value.column->value<float>(value.row))
                              : value.column->value<double>(value.row);
    if (!std::isfinite(number)) {
      Field plain = field;
      plain.zero = false;
      return with_sign(plain, std::signbit(number) && !std::isnan(number),
                       std::isnan(number) ? "NaN" : "Infinity");
    }
    value.type->is(TypeKind::kFloat) ? append_float(static_cast<float>(number), text)
                                     : append_double(number, text);
  } else if (value.type->is(TypeKind::kDecimal)) {
    text = value_text(*value.column, value.row);
  } else {
    return std::nullopt;
  }
  Decimal number = decimal_of(text);
  const int64_t precision = field.precision < 0 ? 6 : field.precision;
  std::string body;
  if (field.conversion == 'f') {
    round_half_up(number, precision);
    if (static_cast<int64_t>(number.digits.size()) <= precision) {
      number.digits.insert(0, static_cast<size_t>(precision) + 1 - number.digits.size(), '0');
    }
    const size_t whole = number.digits.size() - static_cast<size_t>(precision);
    append_grouped(std::string_view(number.digits).substr(0, whole), field.group, body);
    if (precision > 0) body += '.' + number.digits.substr(whole);
    return with_sign(field, number.negative, std::move(body));
  }
  if (field.group) return std::nullopt;
  const bool is_zero = number.digits.find_first_not_of('0') == std::string::npos;
  int64_t exponent = is_zero ? 0 : static_cast<int64_t>(number.digits.size()) - 1 - number.scale;
  number.scale = static_cast<int64_t>(number.digits.size()) - 1;
  round_half_up(number, precision);
  if (static_cast<int64_t>(number.digits.size()) > precision + 1) {
    ++exponent;
    number.digits.pop_back();
  }
  body = number.digits.substr(0, 1);
  if (precision > 0) body += '.' + number.digits.substr(1);
  const std::string power = std::to_string(std::abs(exponent));
  body += std::string(exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  return with_sign(field, number.negative, std::move(body));
}

std::string plain_text(const Value& value, const ValuePrinter& printer) {
  if (value.is_null()) return "null";
  if (value.type->is(TypeKind::kBoolean)) {
    return value.column->value<bool>(value.row) ? "true" : "false";
  }
  std::string text;
  printer.print(*value.column, value.row, text);
  return text;
}

std::optional<std::string> format_value(const Field& field, const Value& value,
                                        const ValuePrinter& printer) {
  const char lower = static_cast<char>(field.conversion | 0x20);
  switch (lower) {
    case 's':
    case 'b': {
      if (field.zero || field.plus || field.blank || field.group || field.bracket) {
        return std::nullopt;
      }
      const bool is_boolean = value.type->is(TypeKind::kBoolean);
      std::string text = lower == 'b' && !is_boolean       ? (value.is_null() ? "false" : "true")
                         : lower == 'b' && value.is_null() ? "false"
                                                           : plain_text(value, printer);
      if (field.precision >= 0) text.resize(bytes_of_code_points(text, field.precision));
      return text;
    }
    case 'c':
      if (value.is_null()) return "null";
      if (value.type->is_integer() && value.integer() >= 0 && value.integer() < 128) {
        return std::string(1, static_cast<char>(value.integer()));
      }
      return std::nullopt;
    case 'd':
    case 'o':
    case 'x':
      if (value.is_null()) return "null";
      return format_integer(field, value);
    case 'e':
    case 'f':
      if (value.is_null()) return "null";
      return format_fraction(field, value);
    default:
      return std::nullopt;
  }
}

class Printf final : public ScalarKernel {
 public:
  Printf(SqlType type, std::vector<SqlType> types,
         std::vector<std::unique_ptr<ValuePrinter>> printers)
      : type_(std::move(type)), types_(std::move(types)), printers_(std::move(printers)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(context.num_rows, context.num_rows * 16));
    HW_ASSIGN_OR_RETURN(const BufferPtr validity, allocate_bitmap(context.num_rows));
    for (int64_t row = 0; row < context.num_rows; ++row) {
      const bool fits =
          !args[0]->is_null(row) && print(args[0]->value<std::string_view>(row), args, row, out);
      fits ? out.end_row() : out.end_null_row();
      arrow::bit_util::SetBitTo(validity->mutable_data(), row, fits);
    }
    return out.finish(type_, context.num_rows, validity);
  }

 private:
  bool print(std::string_view format, std::span<const ColumnPtr> args, int64_t row,
             TextWriter& out) const {
    size_t next = 0;
    while (!format.empty()) {
      const size_t percent = std::min(format.find('%'), format.size());
      out.append(format.substr(0, percent));
      format.remove_prefix(percent);
      if (format.empty()) break;
      format.remove_prefix(1);
      const std::optional<Field> field = take_field(format);
      if (!field) return false;
      std::optional<std::string> text;
      if (field->conversion == '%' || field->conversion == 'n') {
        text = field->conversion == '%' ? "%" : "\n";
      } else {
        const size_t number = field->argument >= 0 ? static_cast<size_t>(field->argument) : next++;
        if (number + 1 >= args.size()) return false;
        const Value value{&types_[number + 1], args[number + 1].get(), row};
        text = format_value(*field, value, *printers_[number]);
      }
      if (!text) return false;
      append_padded(*field, std::move(*text), out);
    }
    return true;
  }

  static void append_padded(const Field& field, std::string text, TextWriter& out) {
    if (field.conversion >= 'A' && field.conversion <= 'Z') {
      for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    const int64_t missing = std::max<int64_t>(0, field.width - count_code_points(text));
    if (!field.left) out.append(static_cast<size_t>(missing), ' ');
    out.append(text);
    if (field.left) out.append(static_cast<size_t>(missing), ' ');
  }

  const SqlType type_;
  const std::vector<SqlType> types_;
  const std::vector<std::unique_ptr<ValuePrinter>> printers_;
};

}  // namespace

void register_printf(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "PRINTF",
      .family = "string",
      .signatures = {"(format VARCHAR, value ANY...) -> VARCHAR", "(format VARCHAR) -> VARCHAR"},
      .sentence = "The values in a format as Java's: %d, %x, %o for integers, %f and %e for other "
                  "numbers, %s, %b, %c, %n, %%, with number$, flags, width and precision. NULL if "
                  "the format does not fit the values.",
      .examples = {{"PRINTF('%s has %d items (%.1f %%)', 'cart', 3, 12.25)",
                    "cart has 3 items (12.3 %)"},
                   {"PRINTF('%05d|%-4s|%x', 42, 'a', 255)", "00042|a   |ff"},
                   {"PRINTF('%d', 'a')", "NULL"}},
      .nulls = Nulls::kHandled,
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        std::vector<std::unique_ptr<ValuePrinter>> printers;
        for (size_t i = 1; i < binding.arg_types.size(); ++i) {
          HW_ASSIGN_OR_RETURN(std::unique_ptr<ValuePrinter> printer,
                              ValuePrinter::make(binding.arg_types[i], TextStyle::kSql,
                                                 binding.session->time_zone));
          printers.push_back(std::move(printer));
        }
        return std::make_unique<Printf>(binding.result_type, binding.arg_types,
                                        std::move(printers));
      },
  });
}

}  // namespace hw
