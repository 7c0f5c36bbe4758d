// SPDX-License-Identifier: Apache-2.0
//
// The current date and time in its SQL spellings. The clock is read once per batch in streaming
// mode and once per query in batch mode, and is handed in.

#include <string>

#include "columnar/constant.h"
#include "columnar/text/calendar.h"
#include "columnar/text/time_zone.h"
#include "expr/function_catalogue.h"

namespace hw {
namespace {

enum class Part : uint8_t { kInstant, kLocalTimestamp, kLocalDate, kLocalTime };

class CurrentTime final : public ScalarKernel {
 public:
  CurrentTime(Part part, SqlType type, TimeZone zone)
      : part_(part), type_(std::move(type)), zone_(std::move(zone)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context, std::span<const ColumnPtr>) override {
    const int64_t local = zone_.to_local(context.now_ms, 1000);
    switch (part_) {
      case Part::kInstant:
        return constant_int(type_, context.now_ms, context.num_rows);
      case Part::kLocalTimestamp:
        return constant_int(type_, local, context.num_rows);
      case Part::kLocalDate:
        return constant_int(type_, floor_div(local, kMillisPerDay), context.num_rows);
      case Part::kLocalTime:
        return constant_int(type_, floor_mod(local, kMillisPerDay) / 1000 * 1000, context.num_rows);
    }
    return Status::UnknownError("no such part of the current time");
  }

 private:
  const Part part_;
  const SqlType type_;
  TimeZone zone_;
};

ScalarFunction current(std::string name, std::vector<std::string> aliases, SqlType type, Part part,
                       std::string sentence) {
  const std::string call = name + (name == "NOW" || name == "CURRENT_ROW_TIMESTAMP" ? "()" : "");
  return ScalarFunction{
      .name = std::move(name),
      .aliases = std::move(aliases),
      .family = "temporal",
      .signatures = {"() -> " + type.to_sql_without_null() + " NOT NULL"},
      .sentence = std::move(sentence),
      .examples = {{call + " IS NOT NULL", "TRUE"}},
      .determinism = Determinism::kPerQuery,
      .kernel = [part](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(binding.session->time_zone));
        return std::make_unique<CurrentTime>(part, binding.result_type, std::move(zone));
      },
  };
}

}  // namespace

void register_current_timestamp(FunctionCatalogue& catalogue) {
  catalogue.add(current("CURRENT_TIMESTAMP", {}, SqlType::timestamp_ltz(3), Part::kInstant,
                        "The current instant."));
  catalogue.add(
      current("NOW", {}, SqlType::timestamp_ltz(3), Part::kInstant, "The current instant."));
  catalogue.add(current("CURRENT_ROW_TIMESTAMP", {}, SqlType::timestamp_ltz(3), Part::kInstant,
                        "The instant at which the row's batch is processed."));
  catalogue.add(current("LOCALTIMESTAMP", {}, SqlType::timestamp(3), Part::kLocalTimestamp,
                        "The current wall-clock time of the session's time zone."));
  catalogue.add(current("CURRENT_DATE", {}, SqlType::date(), Part::kLocalDate,
                        "The current date of the session's time zone."));
  catalogue.add(current("CURRENT_TIME", {}, SqlType::time(0), Part::kLocalTime,
                        "The current time of day of the session's time zone."));
  catalogue.add(current("LOCALTIME", {}, SqlType::time(0), Part::kLocalTime,
                        "The current time of day of the session's time zone."));
}

}  // namespace hw
