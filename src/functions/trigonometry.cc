// SPDX-License-Identifier: Apache-2.0
//
// Trigonometric and hyperbolic functions, angles, PI and E, in DOUBLE.

#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }
double tangent(double x) { return std::tan(x); }
double cotangent(double x) { return 1.0 / std::tan(x); }
double arc_sine(double x) { return std::asin(x); }
double arc_cosine(double x) { return std::acos(x); }
double arc_tangent(double x) { return std::atan(x); }
double arc_tangent_2(double y, double x) { return std::atan2(y, x); }
double hyperbolic_sine(double x) { return std::sinh(x); }
double hyperbolic_cosine(double x) { return std::cosh(x); }
double hyperbolic_tangent(double x) { return std::tanh(x); }
double degrees(double x) { return x / std::numbers::pi * 180.0; }
double radians(double x) { return x / 180.0 * std::numbers::pi; }
double pi() { return std::numbers::pi; }
double e() { return std::numbers::e; }

struct Row {
  std::string_view name;
  std::string_view sentence;
  FunctionExample example;
  ScalarBind kernel;
};

}  // namespace

void register_trigonometry(FunctionCatalogue& catalogue) {
  const std::array<Row, 12> rows = {{
      {"SIN", "The sine of an angle in radians.", {"SIN(0)", "0.0"}, row_kernel<sine>()},
      {"COS", "The cosine of an angle in radians.", {"COS(0)", "1.0"}, row_kernel<cosine>()},
      {"TAN", "The tangent of an angle in radians.", {"TAN(0)", "0.0"}, row_kernel<tangent>()},
      {"COT",
       "The cotangent of an angle in radians.",
       {"COT(0)", "Infinity"},
       row_kernel<cotangent>()},
      {"ASIN",
       "The angle in radians whose sine is `x`.",
       {"ASIN(0)", "0.0"},
       row_kernel<arc_sine>()},
      {"ACOS",
       "The angle in radians whose cosine is `x`.",
       {"ACOS(1)", "0.0"},
       row_kernel<arc_cosine>()},
      {"ATAN",
       "The angle in radians whose tangent is `x`.",
       {"ATAN(0)", "0.0"},
       row_kernel<arc_tangent>()},
      {"SINH", "The hyperbolic sine.", {"SINH(0)", "0.0"}, row_kernel<hyperbolic_sine>()},
      {"COSH", "The hyperbolic cosine.", {"COSH(0)", "1.0"}, row_kernel<hyperbolic_cosine>()},
      {"TANH", "The hyperbolic tangent.", {"TANH(0)", "0.0"}, row_kernel<hyperbolic_tangent>()},
      {"DEGREES", "Radians as degrees.", {"DEGREES(PI())", "180.0"}, row_kernel<degrees>()},
      {"RADIANS", "Degrees as radians.", {"RADIANS(0)", "0.0"}, row_kernel<radians>()},
  }};
  for (const Row& row : rows) {
    catalogue.add(ScalarFunction{.name = std::string(row.name),
                                 .family = "arithmetic",
                                 .signatures = {"(x DOUBLE) -> DOUBLE"},
                                 .sentence = std::string(row.sentence),
                                 .examples = {row.example},
                                 .kernel = row.kernel});
  }
  catalogue.add(ScalarFunction{
      .name = "ATAN2",
      .family = "arithmetic",
      .signatures = {"(y DOUBLE, x DOUBLE) -> DOUBLE"},
      .sentence = "The angle in radians of the point (x, y), between -pi and pi.",
      .examples = {{"ATAN2(0, 1)", "0.0"}},
      .kernel = row_kernel<arc_tangent_2>(),
  });
  catalogue.add(ScalarFunction{.name = "PI",
                               .family = "arithmetic",
                               .signatures = {"() -> DOUBLE"},
                               .sentence = "The number pi.",
                               .examples = {{"PI()", "3.141592653589793"}},
                               .kernel = row_kernel<pi>()});
  catalogue.add(ScalarFunction{.name = "E",
                               .family = "arithmetic",
                               .signatures = {"() -> DOUBLE"},
                               .sentence = "The base of the natural logarithm.",
                               .examples = {{"E()", "2.718281828459045"}},
                               .kernel = row_kernel<e>()});
}

}  // namespace hw
