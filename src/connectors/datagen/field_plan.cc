// SPDX-License-Identifier: Apache-2.0

#include "connectors/datagen/field_plan.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include <arrow/util/decimal.h>

#include "base/did_you_mean.h"
#include "columnar/column_builder.h"
#include "columnar/constant.h"
#include "columnar/sql_type.h"
#include "columnar/text/text_length.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

constexpr std::string_view kPrefix = "fields.";
constexpr int64_t kTextLength = 100;
constexpr int64_t kElements = 3;
// More elements than this in one value are a mistake, and would be held several times over.
constexpr int64_t kElementsMax = 1'000'000;
// Ten thousand years, the span of intervals that Flink draws from.
constexpr int64_t kIntervalMonths = 120'000;
constexpr int64_t kIntervalMs = int64_t{10'000} * 365 * 86'400'000;

bool is_number(const SqlType& type) { return type.is_numeric() || type.is_interval(); }
bool has_variable_length(const SqlType& type) {
  return type.is(TypeKind::kVarchar) || type.is(TypeKind::kVarbinary);
}
bool has_elements(const SqlType& type) {
  return type.is(TypeKind::kArray) || type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset);
}
bool can_be_sequence(const SqlType& type) { return type.is_numeric() || type.is_text(); }

/// Least or greatest value of a type that has them.
Result<ColumnPtr> extreme(const SqlType& type, bool greatest) {
  if (type.is(TypeKind::kDecimal)) {
    HW_ASSIGN_OR_RETURN(const auto power, arrow::Decimal128(1).Rescale(0, type.precision()));
    const arrow::Decimal128 value = power - arrow::Decimal128(1);
    return constant_decimal(type, greatest ? value : arrow::Decimal128(-value), 1);
  }
  if (type.is_approximate()) {
    const double value = type.is(TypeKind::kFloat) ? double{std::numeric_limits<float>::max()}
                                                   : std::numeric_limits<double>::max();
    return constant_double(type, greatest ? value : -value, 1);
  }
  if (type.is(TypeKind::kIntervalMonth))
    return constant_int(type, greatest ? kIntervalMonths : 0, 1);
  if (type.is(TypeKind::kIntervalDay)) return constant_int(type, greatest ? kIntervalMs : 0, 1);
  const int bits = type.fixed_width() * 8;
  const int64_t most = std::numeric_limits<int64_t>::max() >> (64 - bits);
  return constant_int(type, greatest ? most : -most - 1, 1);
}

/// `a` > `b`, of one number each.
bool above(const Column& a, const Column& b) {
  switch (a.type().physical()) {
    case PhysicalType::kInt8:
      return a.value<int8_t>(0) > b.value<int8_t>(0);
    case PhysicalType::kInt16:
      return a.value<int16_t>(0) > b.value<int16_t>(0);
    case PhysicalType::kInt32:
      return a.value<int32_t>(0) > b.value<int32_t>(0);
    case PhysicalType::kInt64:
      return a.value<int64_t>(0) > b.value<int64_t>(0);
    case PhysicalType::kFloat32:
      // NaN is above everything, so that no range has it.
      return !(a.value<float>(0) <= b.value<float>(0));
    case PhysicalType::kFloat64:
      return !(a.value<double>(0) <= b.value<double>(0));
    case PhysicalType::kDecimal128:
      return a.value<arrow::Decimal128>(0) > b.value<arrow::Decimal128>(0);
    default:
      return false;
  }
}

Result<FieldPlan> plan_field(std::string path, const SqlType& type) {
  if (type.is_variant()) {
    return not_supported_yet("VARIANT in the connector 'datagen' (column '" + path +
                             "'); declare a computed column: c AS PARSE_JSON(..)");
  }
  if (type.is_bitmap()) {
    return not_supported_yet("BITMAP in the connector 'datagen' (column '" + path +
                             "'); declare a computed column: c AS BITMAP_BUILD(ARRAY[..])");
  }
  FieldPlan plan;
  plan.path = std::move(path);
  plan.type = type;
  if (is_number(type)) {
    HW_ASSIGN_OR_RETURN(plan.min, extreme(type, false));
    HW_ASSIGN_OR_RETURN(plan.max, extreme(type, true));
  } else if (type.is_text() || type.is_bytes()) {
    plan.length = type.length() == SqlType::kLengthMax ? kTextLength : type.length();
  } else if (has_elements(type)) {
    plan.length = kElements;
  }
  for (const SqlField& part : type.fields()) {
    HW_ASSIGN_OR_RETURN(FieldPlan planned, plan_field(plan.path + "." + part.name, part.type));
    plan.parts.push_back(std::move(planned));
  }
  return plan;
}

/// A given `fields.#.…`: `suffix` = what stands behind the column's path.
struct FieldOption {
  std::string name;
  std::string path;
  std::string suffix;
  const OptionSpec* spec;
};

std::string subject(const FieldOption& option) {
  return "option '" + option.name + "' of connector 'datagen'";
}

Status unsuited(const FieldOption& option, std::string_view types, const FieldPlan& plan) {
  return Status::Invalid(subject(option), " is for ", types, ", but '", plan.path, "' is ",
                         plan.type.to_sql());
}

Status below_or_above(const FieldOption& option, int64_t minimum, int64_t maximum, int64_t value) {
  if (value >= minimum && value <= maximum) return Status::OK();
  return Status::Invalid(subject(option), " must be at least ", minimum, " and at most ", maximum,
                         ", but is ", value);
}

void list_plans(FieldPlan& plan, std::vector<FieldPlan*>& all) {
  all.push_back(&plan);
  for (FieldPlan& part : plan.parts) list_plans(part, all);
}

class FieldPlanner {
 public:
  FieldPlanner(std::vector<FieldPlan>& plans, const Options& options) : options_(options) {
    for (FieldPlan& plan : plans) {
      list_plans(plan, all_);
      top_level_.push_back(&plan);
    }
  }

  Status plan() {
    const std::vector<OptionSpec> specs = field_options();
    std::vector<std::pair<FieldOption, FieldPlan*>> given;
    for (const auto& [name, value] : options_.all()) {
      const OptionSpec* spec = name.starts_with(kPrefix) ? find_option(specs, name) : nullptr;
      if (spec == nullptr) continue;
      const std::string suffix = spec->name.substr(kPrefix.size() + 1);
      const size_t length = name.size() - kPrefix.size() - suffix.size();
      FieldOption option{name, name.substr(kPrefix.size(), length), suffix, spec};
      HW_ASSIGN_OR_RETURN(FieldPlan * plan, find(option));
      given.emplace_back(std::move(option), plan);
    }
    // What a column is comes before what suits that.
    for (const auto& [option, plan] : given) {
      if (option.suffix == ".kind") HW_TRY(apply_kind(option, *plan));
    }
    for (const auto& [option, plan] : given) {
      if (option.suffix != ".kind") HW_TRY(apply(option, *plan));
    }
    return check_ranges();
  }

 private:
  Result<FieldPlan*> find(const FieldOption& option) const {
    std::vector<std::string> paths;
    std::string known;
    for (FieldPlan* plan : all_) {
      if (plan->path == option.path) return plan;
      paths.push_back(plan->path);
      known += (known.empty() ? "" : ", ") + plan->path;
    }
    std::string message = "unknown column '" + option.path + "' in option '" + option.name +
                          "' of connector 'datagen'";
    const std::vector<std::string> near = nearest(option.path, paths);
    if (!near.empty()) message += "\n  did you mean '" + near[0] + "'?";
    return Status::Invalid(message, "\n  columns: ", known);
  }

  Status apply_kind(const FieldOption& option, FieldPlan& plan) const {
    plan.sequence = options_.text(option.spec->for_column(option.path)) == "sequence";
    if (!plan.sequence) return Status::OK();
    const bool top_level =
        std::find(top_level_.begin(), top_level_.end(), &plan) != top_level_.end();
    if (!top_level || !can_be_sequence(plan.type)) {
      return Status::Invalid(
          subject(option), " may be 'sequence' for columns of numbers and text, but '", plan.path,
          "' is ", top_level ? "" : "a part of a column, ", plan.type.to_sql(), "; write 'random'");
    }
    for (const char* needed : {".start", ".end"}) {
      const std::string name = std::string(kPrefix) + option.path + needed;
      if (options_.has(name)) continue;
      return Status::Invalid("a sequence has a start and an end, but '", name, "' is missing");
    }
    return Status::OK();
  }

  Status apply(const FieldOption& option, FieldPlan& plan) const {
    const OptionSpec spec = option.spec->for_column(option.path);
    const std::string& suffix = option.suffix;
    if (suffix == ".start" || suffix == ".end") {
      if (!plan.sequence) {
        return Status::Invalid(subject(option), " needs '", kPrefix, option.path,
                               ".kind' = 'sequence'");
      }
      (suffix == ".start" ? plan.start : plan.end) = options_.integer(spec);
      return Status::OK();
    }
    if (plan.sequence) {
      return Status::Invalid(subject(option), " is for random columns, but '", option.path,
                             "' is a sequence");
    }
    if (suffix == ".min" || suffix == ".max") return apply_bound(option, plan);
    if (suffix == ".length") return apply_length(option, plan, options_.integer(spec));
    if (suffix == ".null-rate") return apply_null_rate(option, plan, options_.real(spec));
    if (suffix == ".var-len") {
      if (!has_variable_length(plan.type)) {
        return unsuited(option, "VARCHAR and VARBINARY", plan);
      }
      plan.variable_length = options_.boolean(spec);
      return Status::OK();
    }
    if (!plan.type.is_timestamp()) return unsuited(option, "timestamps", plan);
    plan.max_past_ms = options_.duration_ms(spec);
    return Status::OK();
  }

  Status apply_bound(const FieldOption& option, FieldPlan& plan) const {
    if (!is_number(plan.type)) return unsuited(option, "numbers", plan);
    const std::string text = *options_.given(option.name);
    // An interval is a count of months or milliseconds.
    const SqlType type = plan.type.is(TypeKind::kIntervalMonth) ? SqlType::integer()
                         : plan.type.is(TypeKind::kIntervalDay) ? SqlType::bigint()
                                                                : plan.type;
    HW_ASSIGN_OR_RETURN(const auto parser, ValueParser::make(type, "UTC"));
    HW_ASSIGN_OR_RETURN(const auto builder, ColumnBuilder::make(type));
    if (!parser->parse(text, *builder).ok()) {
      return Status::Invalid(subject(option), " must be a value of ", plan.type.to_sql(),
                             ", but is '", text, "'");
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr value, builder->finish());
    if (plan.type.is_interval()) value = value->with_type(plan.type);
    (option.suffix == ".min" ? plan.min : plan.max) = std::move(value);
    return Status::OK();
  }

  Status apply_length(const FieldOption& option, FieldPlan& plan, int64_t length) const {
    if (!has_variable_length(plan.type) && !has_elements(plan.type)) {
      return unsuited(option, "VARCHAR, VARBINARY, ARRAY, MAP and MULTISET", plan);
    }
    HW_TRY(below_or_above(option, 0, has_elements(plan.type) ? kElementsMax : plan.type.length(),
                          length));
    plan.length = length;
    return Status::OK();
  }

  Status apply_null_rate(const FieldOption& option, FieldPlan& plan, double rate) const {
    if (!(rate >= 0 && rate <= 1)) {
      return Status::Invalid(subject(option), " must be at least 0 and at most 1, but is ", rate);
    }
    if (rate > 0 && (!plan.type.nullable() || is_key(plan))) {
      return Status::Invalid(subject(option), " is for what may be NULL, but '", plan.path, "' is ",
                             is_key(plan) ? "the key of a MAP" : plan.type.to_sql());
    }
    plan.null_rate = rate;
    return Status::OK();
  }

  bool is_key(const FieldPlan& plan) const {
    return std::any_of(all_.begin(), all_.end(), [&](const FieldPlan* outer) {
      return outer->type.is(TypeKind::kMap) && &outer->parts[0] == &plan;
    });
  }

  Status check_ranges() const {
    for (const FieldPlan* plan : all_) {
      if (plan->sequence) {
        HW_TRY(check_sequence(*plan));
      } else if (plan->min != nullptr && above(*plan->min, *plan->max)) {
        return Status::Invalid("'fields.", plan->path, ".min' must not be above 'fields.",
                               plan->path, ".max', but ", value_text(*plan->min, 0), " > ",
                               value_text(*plan->max, 0));
      }
    }
    return Status::OK();
  }

  static Status check_sequence(const FieldPlan& plan) {
    if (plan.start > plan.end) {
      return Status::Invalid("a sequence counts up, but 'fields.", plan.path, ".start' is ",
                             plan.start, " and 'fields.", plan.path, ".end' is ", plan.end);
    }
    const uint64_t steps = static_cast<uint64_t>(plan.end) - static_cast<uint64_t>(plan.start);
    if (steps >= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Status::Invalid("the sequence of '", plan.path, "' has too many values, from ",
                             plan.start, " to ", plan.end);
    }
    for (const int64_t value : {plan.start, plan.end}) {
      if (fits(value, plan.type)) continue;
      return Status::Invalid("the values of a sequence must fit its column, but '", plan.path,
                             "' is ", plan.type.to_sql(), " and ", value, " is not");
    }
    return Status::OK();
  }

  static bool fits(int64_t value, const SqlType& type) {
    if (type.is_text()) {
      return static_cast<int64_t>(std::to_string(value).size()) <= type.length();
    }
    if (type.is_approximate()) return true;
    if (type.is(TypeKind::kDecimal)) {
      return arrow::Decimal128(value).FitsInPrecision(type.precision()) &&
             (type.scale() == 0 ||
              (type.precision() > type.scale() &&
               arrow::Decimal128(value).FitsInPrecision(type.precision() - type.scale())) ||
              value == 0);
    }
    const int bits = type.fixed_width() * 8;
    const int64_t most = std::numeric_limits<int64_t>::max() >> (64 - bits);
    return value <= most && value >= -most - 1;
  }

  const Options& options_;
  std::vector<FieldPlan*> all_;
  std::vector<FieldPlan*> top_level_;
};

OptionSpec field_option(std::string name, OptionType type, std::string default_value,
                        std::string sentence) {
  return {.name = "fields.#." + std::move(name),
          .type = type,
          .default_value = std::move(default_value),
          .sentence = std::move(sentence)};
}

}  // namespace

std::vector<OptionSpec> field_options() {
  OptionSpec kind = field_option("kind", OptionType::kEnum, "random",
                                 "How values of column # are made; a sequence, for numbers and "
                                 "text, counts up and ends the source.");
  kind.values = {"random", "sequence"};
  return {
      std::move(kind),
      field_option("min", OptionType::kString, "",
                   "Least random number; the type's by default. Parts of constructed types are "
                   "named a.element, m.key, m.value and r.<field>."),
      field_option("max", OptionType::kString, "",
                   "Greatest random number; the type's by default."),
      field_option("max-past", OptionType::kDuration, "0",
                   "Random timestamps lie at most this far before now."),
      field_option("length", OptionType::kInteger, "",
                   "Characters, bytes or elements: of VARCHAR(n) and VARBINARY(n) n by default, "
                   "of STRING and BYTES 100, of ARRAY, MAP and MULTISET 3."),
      field_option("var-len", OptionType::kBoolean, "false",
                   "Text and bytes of 1 up to `length`, not always `length`."),
      field_option("start", OptionType::kInteger, "", "First number of a sequence."),
      field_option("end", OptionType::kInteger, "", "Last number of a sequence."),
      field_option("null-rate", OptionType::kDouble, "0", "Share of values that are NULL."),
  };
}

Result<std::vector<FieldPlan>> plan_fields(const Schema& physical, const Options& options) {
  std::vector<FieldPlan> plans;
  for (const SqlField& column : physical.fields()) {
    HW_ASSIGN_OR_RETURN(FieldPlan plan, plan_field(column.name, column.type));
    plans.push_back(std::move(plan));
  }
  HW_TRY(FieldPlanner(plans, options).plan());
  return plans;
}

std::optional<int64_t> sequence_rows(const std::vector<FieldPlan>& plans) {
  std::optional<int64_t> rows;
  for (const FieldPlan& plan : plans) {
    if (!plan.sequence) continue;
    const auto count = static_cast<int64_t>(static_cast<uint64_t>(plan.end) -
                                            static_cast<uint64_t>(plan.start) + 1);
    rows = rows ? std::min(*rows, count) : count;
  }
  return rows;
}

int64_t value_bytes(const FieldPlan& plan) {
  int64_t parts = 0;
  for (const FieldPlan& part : plan.parts) parts += value_bytes(part);
  if (plan.type.is(TypeKind::kRow)) return 1 + parts;
  // Elements are held several times on the way, and their number is bounded.
  if (has_elements(plan.type)) return 8 + plan.length * (parts + 8);
  return 16 + plan.length;
}

}  // namespace hw
