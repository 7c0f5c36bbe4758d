// SPDX-License-Identifier: Apache-2.0

#include "connectors/datagen/datagen_table.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace hw {
namespace {

constexpr int64_t kRateMax = 1'000'000'000;

OptionSpec rows_per_second_option() {
  return {.name = "rows-per-second",
          .type = OptionType::kInteger,
          .default_value = "10000",
          .sentence = "Rows that are made in a second."};
}

OptionSpec number_of_rows_option() {
  return {.name = "number-of-rows",
          .type = OptionType::kInteger,
          .sentence = "Ends after this many rows; without it and a sequence there is no end."};
}

OptionSpec seed_option() {
  return {.name = "seed",
          .type = OptionType::kInteger,
          .sentence =
              "Equal options give equal rows; random if not given. Dates, times and "
              "timestamps also depend on the clock."};
}

Status at_least(const OptionSpec& spec, int64_t minimum, int64_t maximum, int64_t value) {
  if (value >= minimum && value <= maximum) return Status::OK();
  return Status::Invalid("option '", spec.name, "' of connector 'datagen' must be at least ",
                         minimum, " and at most ", maximum, ", but is ", value);
}

}  // namespace

std::vector<OptionSpec> datagen_options() {
  std::vector<OptionSpec> specs = {rows_per_second_option(), number_of_rows_option(),
                                   seed_option()};
  for (OptionSpec& spec : field_options()) specs.push_back(std::move(spec));
  return specs;
}

Result<DatagenTable> DatagenTable::from(const Schema& physical, const Options& options) {
  DatagenTable table;
  table.rows_per_second = options.integer(rows_per_second_option());
  HW_TRY(at_least(rows_per_second_option(), 1, kRateMax, table.rows_per_second));
  HW_ASSIGN_OR_RETURN(table.plans, plan_fields(physical, options));
  table.rows = sequence_rows(table.plans);
  if (options.has(number_of_rows_option().name)) {
    const int64_t given = options.integer(number_of_rows_option());
    HW_TRY(at_least(number_of_rows_option(), 0, std::numeric_limits<int64_t>::max(), given));
    table.rows = table.rows ? std::min(*table.rows, given) : given;
  }
  if (options.has(seed_option().name)) table.seed = options.integer(seed_option());
  return table;
}

}  // namespace hw
