// SPDX-License-Identifier: Apache-2.0

#include "reference/value.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "reference/printing.h"

namespace hw::reference {
namespace {

int compare_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return int{std::isnan(a)} - int{std::isnan(b)};
  return int{a > b} - int{a < b};
}

template <typename T>
int compare_plain(const T& a, const T& b) {
  return int{b < a} - int{a < b};
}

int compare_text(const std::string& a, const std::string& b) {
  // char_traits<char> compares as unsigned char.
  const int order = a.compare(b);
  return int{order > 0} - int{order < 0};
}

}  // namespace

int compare(const Value& a, const Value& b) {
  if (a.held.index() != b.held.index()) {
    return compare_plain(a.held.index(), b.held.index());  // one of them is NULL
  }
  switch (a.held.index()) {
    case 1:
      return compare_plain(a.as<bool>(), b.as<bool>());
    case 2:
      return compare_plain(a.as<int64_t>(), b.as<int64_t>());
    case 3:
      return compare_doubles(a.as<double>(), b.as<double>());
    case 4:
      return compare_plain(a.as<Unscaled>(), b.as<Unscaled>());
    case 5:
      return compare_text(a.as<std::string>(), b.as<std::string>());
    case 6:
      return compare(a.as<Elements>(), b.as<Elements>());
    default:
      return 0;
  }
}

int compare(const Row& a, const Row& b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (const int order = compare(a[i], b[i]); order != 0) return order;
  }
  return compare_plain(a.size(), b.size());
}

std::string to_text(const Value& value, const SqlType& type) {
  if (value.is_null()) return "NULL";
  switch (value.held.index()) {
    case 3: {
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", value.as<double>());
      return text;
    }
    case 5:
      return "'" + value.as<std::string>() + "'";
    case 6: {
      std::string text = "[";
      const auto& parts = value.as<Elements>();
      for (size_t i = 0; i < parts.size(); ++i) {
        text += i > 0 ? ", " : "";
        if (type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset)) {
          const auto& pair = parts[i].as<Elements>();
          const bool counts = type.is(TypeKind::kMultiset);
          text += to_text(pair[0], type.fields()[0].type) + "=" +
                  to_text(pair[1], counts ? SqlType::integer() : type.value());
          continue;
        }
        const size_t field = std::min(i, type.fields().size() - 1);
        text += to_text(parts[i], type.fields()[field].type);
      }
      return text + "]";
    }
    default:
      return print(value, type);
  }
}

std::string to_text(const Row& row, const Types& types) {
  std::string text = "(";
  for (size_t i = 0; i < row.size(); ++i) {
    text += (i > 0 ? ", " : "") + to_text(row[i], types[i]);
  }
  return text + ")";
}

}  // namespace hw::reference
