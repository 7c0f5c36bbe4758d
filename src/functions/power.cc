// SPDX-License-Identifier: Apache-2.0
//
// POWER, SQRT, EXP and the logarithms, in DOUBLE. What has no real result is NaN, as in Java.

#include <cmath>
#include <numbers>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

double power(double base, double exponent) { return std::pow(base, exponent); }
double square_root(double x) { return std::sqrt(x); }
double exponential(double x) { return std::exp(x); }
double natural(double x) { return std::log(x); }
double decimal(double x) { return std::log10(x); }
double binary(double x) { return std::log(x) / std::numbers::ln2; }
double to_base(double base, double x) { return std::log(x) / std::log(base); }

ScalarFunction of_one(std::string name, std::string sentence, std::vector<FunctionExample> examples,
                      ScalarBind kernel) {
  return ScalarFunction{.name = std::move(name),
                        .family = "arithmetic",
                        .signatures = {"(x DOUBLE) -> DOUBLE"},
                        .sentence = std::move(sentence),
                        .examples = std::move(examples),
                        .kernel = std::move(kernel)};
}

}  // namespace

void register_power(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "POWER",
      .family = "arithmetic",
      .signatures = {"(base DOUBLE, exponent DOUBLE) -> DOUBLE"},
      .sentence = "`base` to the power of `exponent`.",
      .examples = {{"POWER(2, 10)", "1024.0"}, {"POWER(4, 0.5)", "2.0"}},
      .kernel = row_kernel<power>(),
  });
  catalogue.add(of_one("SQRT", "The square root; NaN for negative numbers.",
                       {{"SQRT(9)", "3.0"}, {"SQRT(-1)", "NaN"}}, row_kernel<square_root>()));
  catalogue.add(
      of_one("EXP", "e to the power of `x`.", {{"EXP(0)", "1.0"}}, row_kernel<exponential>()));
  catalogue.add(of_one("LN", "The natural logarithm.", {{"LN(1)", "0.0"}, {"LN(0)", "-Infinity"}},
                       row_kernel<natural>()));
  catalogue.add(of_one("LOG10", "The logarithm to base 10.", {{"LOG10(1000)", "3.0"}},
                       row_kernel<decimal>()));
  catalogue.add(
      of_one("LOG2", "The logarithm to base 2.", {{"LOG2(8)", "3.0"}}, row_kernel<binary>()));
  catalogue.add(ScalarFunction{
      .name = "LOG",
      .family = "arithmetic",
      .signatures = {"(x DOUBLE) -> DOUBLE", "(base DOUBLE, x DOUBLE) -> DOUBLE"},
      .sentence = "The natural logarithm of `x`, or the logarithm to `base`.",
      .examples = {{"LOG(1)", "0.0"}, {"LOG(2, 4)", "2.0"}},
      .kernel = row_kernel<natural, to_base>(),
  });
}

}  // namespace hw
