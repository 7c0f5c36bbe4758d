// SPDX-License-Identifier: Apache-2.0

#include "formats/parquet/parquet_row_groups.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

namespace hw {
namespace {

using Op = PushedPredicate::Op;

/// True when no value between `low` and `high` fulfils `value <op> literal`.
template <typename T>
bool excludes(Op op, const T& low, const T& high, const T& literal) {
  switch (op) {
    case Op::kEqual:
      return literal < low || high < literal;
    case Op::kNotEqual:
      return low == high && low == literal;
    case Op::kLess:
      return !(low < literal);
    case Op::kLessEqual:
      return literal < low;
    case Op::kGreater:
      return !(literal < high);
    case Op::kGreaterEqual:
      return high < literal;
    default:
      return false;
  }
}

/// The literal as the file stores the column, or nothing where the two are not the same thing.
std::optional<int64_t> whole_literal(const Column& literal, const arrow::DataType& file_type) {
  const bool integer = literal.type().is_integer() && arrow::is_signed_integer(file_type.id());
  const bool date = literal.type().is(TypeKind::kDate) && file_type.id() == arrow::Type::DATE32;
  if (!integer && !date) return std::nullopt;
  switch (literal.type().physical()) {
    case PhysicalType::kInt8:
      return literal.value<int8_t>(0);
    case PhysicalType::kInt16:
      return literal.value<int16_t>(0);
    case PhysicalType::kInt32:
      return literal.value<int32_t>(0);
    case PhysicalType::kInt64:
      return literal.value<int64_t>(0);
    default:
      return std::nullopt;
  }
}

bool values_excluded(const PushedPredicate& predicate, const parquet::Statistics& statistics,
                     const arrow::DataType& file_type) {
  if (!statistics.HasMinMax() || predicate.literal == nullptr) return false;
  const Column& literal = *predicate.literal;
  // A comparison with NULL keeps nothing, but that is the plan's affair.
  if (literal.is_null(0)) return false;
  if (statistics.physical_type() == parquet::Type::BYTE_ARRAY) {
    const bool dictionary = file_type.id() == arrow::Type::DICTIONARY;
    const arrow::DataType& value_type =
        dictionary ? *static_cast<const arrow::DictionaryType&>(file_type).value_type() : file_type;
    if (!literal.type().is_text() || value_type.id() != arrow::Type::STRING) return false;
    // Cut statistics are still bounds; but an equal pair of them says nothing about one value.
    if (predicate.op == Op::kNotEqual) return false;
    const auto& typed = static_cast<const parquet::ByteArrayStatistics&>(statistics);
    return excludes<std::string_view>(predicate.op, std::string_view(typed.min()),
                                      std::string_view(typed.max()),
                                      literal.value<std::string_view>(0));
  }
  const std::optional<int64_t> value = whole_literal(literal, file_type);
  if (!value) return false;
  if (statistics.physical_type() == parquet::Type::INT32) {
    const auto& typed = static_cast<const parquet::Int32Statistics&>(statistics);
    return excludes<int64_t>(predicate.op, typed.min(), typed.max(), *value);
  }
  if (statistics.physical_type() == parquet::Type::INT64) {
    const auto& typed = static_cast<const parquet::Int64Statistics&>(statistics);
    return excludes<int64_t>(predicate.op, typed.min(), typed.max(), *value);
  }
  return false;
}

bool excluded(const PushedPredicate& predicate, const parquet::RowGroupMetaData& group,
              const parquet::arrow::SchemaField& field) {
  const auto chunk = group.ColumnChunk(field.column_index);
  if (!chunk->is_stats_set()) return false;
  const std::shared_ptr<parquet::Statistics> statistics = chunk->statistics();
  if (statistics == nullptr) return false;
  if (predicate.op == Op::kIsNull)
    return statistics->HasNullCount() && statistics->null_count() == 0;
  if (statistics->HasNullCount() && statistics->null_count() == group.num_rows()) return true;
  if (predicate.op == Op::kIsNotNull) return false;
  return values_excluded(predicate, *statistics, *field.field->type());
}

/// The bounds of a chunk of whole numbers.
std::optional<TableEstimate::Range> range_of(const parquet::RowGroupMetaData& group, int column) {
  const auto chunk = group.ColumnChunk(column);
  if (!chunk->is_stats_set()) return std::nullopt;
  const std::shared_ptr<parquet::Statistics> statistics = chunk->statistics();
  if (statistics == nullptr || !statistics->HasMinMax()) return std::nullopt;
  if (statistics->physical_type() == parquet::Type::INT32) {
    const auto& typed = static_cast<const parquet::Int32Statistics&>(*statistics);
    return TableEstimate::Range{typed.min(), typed.max()};
  }
  if (statistics->physical_type() == parquet::Type::INT64) {
    const auto& typed = static_cast<const parquet::Int64Statistics&>(*statistics);
    return TableEstimate::Range{typed.min(), typed.max()};
  }
  return std::nullopt;
}

}  // namespace

TableEstimate estimate_of(const parquet::FileMetaData& file,
                          const parquet::arrow::SchemaManifest& manifest) {
  TableEstimate estimate;
  estimate.rows = static_cast<double>(file.num_rows());
  for (const parquet::arrow::SchemaField& field : manifest.schema_fields) {
    if (!field.is_leaf()) continue;
    const arrow::Type::type type = field.field->type()->id();
    if (!arrow::is_signed_integer(type) && type != arrow::Type::DATE32) continue;
    std::optional<TableEstimate::Range> all;
    for (int i = 0; i < file.num_row_groups(); ++i) {
      const auto range = range_of(*file.RowGroup(i), field.column_index);
      if (!range) {
        all.reset();
        break;
      }
      if (!all) all = range;
      all->low = std::min(all->low, range->low);
      all->high = std::max(all->high, range->high);
    }
    if (all) estimate.ranges.emplace(field.field->name(), *all);
  }
  return estimate;
}

std::vector<int> row_groups_to_read(const parquet::FileMetaData& file,
                                    const parquet::arrow::SchemaManifest& manifest,
                                    const std::vector<PushedPredicate>& predicates) {
  std::vector<int> groups;
  for (int i = 0; i < file.num_row_groups(); ++i) {
    const auto group = file.RowGroup(i);
    bool skip = false;
    for (const PushedPredicate& predicate : predicates) {
      for (const parquet::arrow::SchemaField& field : manifest.schema_fields) {
        if (field.is_leaf() && field.field->name() == predicate.column) {
          skip = skip || excluded(predicate, *group, field);
        }
      }
    }
    if (!skip) groups.push_back(i);
  }
  return groups;
}

}  // namespace hw
