// SPDX-License-Identifier: Apache-2.0

#include "formats/parquet/parquet_plan.h"

#include <algorithm>
#include <utility>

#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <parquet/arrow/schema.h>
#include <parquet/schema.h>

#include "base/did_you_mean.h"
#include "columnar/canonical_form.h"

namespace hw {
namespace {

using parquet::arrow::SchemaField;

std::vector<std::string> names_of(const std::vector<SchemaField>& fields) {
  std::vector<std::string> names;
  for (const SchemaField& field : fields) names.push_back(field.field->name());
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// The type of a dictionary's values, or the type itself.
const arrow::DataType& value_type(const arrow::DataType& type) {
  if (type.id() != arrow::Type::DICTIONARY) return type;
  return *static_cast<const arrow::DictionaryType&>(type).value_type();
}

class Planner {
 public:
  Planner(const ParquetScan& scan, const parquet::arrow::SchemaManifest& manifest)
      : scan_(scan), manifest_(manifest) {}

  Result<ParquetPlans> plan() {
    ParquetPlans plans;
    HW_TRY(plan_fields(scan_.schema->fields(), manifest_.schema_fields, "", &plans.columns,
                       &plans.sources));
    std::sort(leaves_.begin(), leaves_.end());
    plans.leaves = leaves_;
    return plans;
  }

 private:
  Status mismatch(const ParquetPlan& plan, const SchemaField& have) const {
    return Status::SerializationError("column '", plan.path, "' is declared as ",
                                      plan.type.to_sql_without_null(), ", but the file has ",
                                      value_type(*have.field->type()).ToString(), " (",
                                      scan_.origin, "); declare it as what the file has");
  }

  /// Finds fields by name; `sources` says which of those that are read each one is.
  Status plan_fields(const std::vector<SqlField>& wanted, const std::vector<SchemaField>& have,
                     const std::string& above, std::vector<ParquetPlan>* plans,
                     std::vector<int>* sources) {
    std::vector<int> found;
    for (const SqlField& field : wanted) {
      const auto match = std::find_if(have.begin(), have.end(), [&](const SchemaField& one) {
        return one.field->name() == field.name;
      });
      const std::string path = above.empty() ? field.name : above + "." + field.name;
      if (match == have.end()) {
        const std::vector<std::string> names = names_of(have);
        const std::vector<std::string> near = nearest(field.name, names);
        return Status::SerializationError("column '", path, "' is not in the file (", scan_.origin,
                                          near.empty() ? ")" : "); did you mean '" + near[0] + "'?",
                                          " it has: ", joined(names));
      }
      found.push_back(static_cast<int>(match - have.begin()));
      ParquetPlan& plan = plans->emplace_back();
      plan.type = field.type;
      plan.path = path;
      HW_TRY(plan_value(*match, &plan));
    }
    // What is read comes in the file's order, each once.
    std::vector<int> read = found;
    std::sort(read.begin(), read.end());
    read.erase(std::unique(read.begin(), read.end()), read.end());
    for (const int index : found) {
      sources->push_back(
          static_cast<int>(std::lower_bound(read.begin(), read.end(), index) - read.begin()));
    }
    return Status::OK();
  }

  Status plan_child(const SqlType& type, const std::string& name, const SchemaField& have,
                    ParquetPlan* plan) {
    ParquetPlan& child = plan->children.emplace_back();
    child.type = type;
    child.path = plan->path + "." + name;
    plan->sources.push_back(static_cast<int>(plan->children.size()) - 1);
    return plan_value(have, &child);
  }

  Status plan_value(const SchemaField& have, ParquetPlan* plan) {
    const arrow::DataType& type = *have.field->type();
    switch (plan->type.kind()) {
      case TypeKind::kRow:
        if (type.id() != arrow::Type::STRUCT) return mismatch(*plan, have);
        plan->step = ParquetPlan::Step::kRow;
        return plan_fields(plan->type.fields(), have.children, plan->path, &plan->children,
                           &plan->sources);
      case TypeKind::kArray:
        if (type.id() != arrow::Type::LIST || have.children.size() != 1) {
          return mismatch(*plan, have);
        }
        plan->step = ParquetPlan::Step::kList;
        return plan_child(plan->type.element(), "element", have.children[0], plan);
      case TypeKind::kMap:
      case TypeKind::kMultiset: {
        if (type.id() != arrow::Type::MAP || have.children.size() != 1 ||
            have.children[0].children.size() != 2) {
          return mismatch(*plan, have);
        }
        plan->step = ParquetPlan::Step::kMap;
        const bool is_map = plan->type.is(TypeKind::kMap);
        const std::vector<SchemaField>& entry = have.children[0].children;
        HW_TRY(plan_child(is_map ? plan->type.key() : plan->type.element(), "key", entry[0], plan));
        return plan_child(is_map ? plan->type.value() : SqlType::integer(), "value", entry[1],
                          plan);
      }
      default:
        break;
    }
    if (!have.is_leaf()) return mismatch(*plan, have);
    leaves_.push_back(have.column_index);
    plan->leaf = have.column_index;
    return plan_scalar(have, plan);
  }

  Status plan_scalar(const SchemaField& have, ParquetPlan* plan) {
    const arrow::DataType& type = *have.field->type();
    if (plan->type.is_timestamp()) return plan_timestamp(have, plan);
    const std::shared_ptr<arrow::DataType> wanted = plan->type.to_arrow();
    if (type.Equals(*wanted)) return Status::OK();
    plan->step = ParquetPlan::Step::kCast;
    return widens(type, plan->type) ? Status::OK() : mismatch(*plan, have);
  }

  Status plan_timestamp(const SchemaField& have, ParquetPlan* plan) {
    const arrow::DataType& type = *have.field->type();
    if (type.id() != arrow::Type::TIMESTAMP) return mismatch(*plan, have);
    const auto& stamp = static_cast<const arrow::TimestampType&>(type);
    plan->step = ParquetPlan::Step::kTimestamp;
    plan->file_ticks = stamp.unit() == arrow::TimeUnit::SECOND  ? 1
                       : stamp.unit() == arrow::TimeUnit::MILLI ? 1'000
                       : stamp.unit() == arrow::TimeUnit::MICRO ? 1'000'000
                                                                : 1'000'000'000;
    const bool int96 =
        manifest_.descr->Column(have.column_index)->physical_type() == parquet::Type::INT96;
    const bool instant = int96 || !stamp.timezone().empty();
    if (plan->type.is(TypeKind::kTimestampLtz)) {
      return instant ? Status::OK() : mismatch(*plan, have);
    }
    plan->to_wall_clock = instant && !scan_.wall_clock_zone.empty();
    return Status::OK();
  }

  /// True when every value of the file's type is one of the declared type.
  static bool widens(const arrow::DataType& have, const SqlType& want) {
    using Id = arrow::Type;
    const arrow::DataType& plain = value_type(have);
    if (arrow::is_integer(plain.id()) && want.is_integer()) {
      const int have_bits = plain.bit_width() + (arrow::is_unsigned_integer(plain.id()) ? 1 : 0);
      return have_bits <= want.fixed_width() * 8;
    }
    if (want.is_text() || want.is_bytes() || CanonicalForm::applies_to(want)) {
      return arrow::is_base_binary_like(plain.id()) || arrow::is_binary_view_like(plain.id()) ||
             (want.is_bytes() && plain.id() == Id::FIXED_SIZE_BINARY);
    }
    switch (want.kind()) {
      case TypeKind::kDouble:
        return plain.id() == Id::FLOAT || plain.id() == Id::DOUBLE;
      case TypeKind::kFloat:
        return plain.id() == Id::FLOAT;
      case TypeKind::kDecimal: {
        if (!arrow::is_decimal(plain.id())) return false;
        const auto& decimal = static_cast<const arrow::DecimalType&>(plain);
        return decimal.scale() <= want.scale() &&
               decimal.precision() - decimal.scale() <= want.precision() - want.scale();
      }
      case TypeKind::kDate:
        return plain.id() == Id::DATE32;
      case TypeKind::kTime:
        return plain.id() == Id::TIME32 || plain.id() == Id::TIME64;
      case TypeKind::kBoolean:
        return plain.id() == Id::BOOL;
      case TypeKind::kIntervalMonth:
        return plain.id() == Id::INT32;
      case TypeKind::kIntervalDay:
        return plain.id() == Id::INT64;
      default:
        return false;
    }
  }

  const ParquetScan& scan_;
  const parquet::arrow::SchemaManifest& manifest_;
  std::vector<int> leaves_;
};

}  // namespace

Result<ParquetPlans> plan_parquet(const ParquetScan& scan,
                                  const parquet::arrow::SchemaManifest& manifest) {
  return Planner(scan, manifest).plan();
}

}  // namespace hw
