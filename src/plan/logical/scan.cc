// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/scan.h"

#include "columnar/text/type_text.h"
#include "plan/logical/narrow_rows.h"
#include "runtime/options_reference.h"

namespace hw {
namespace {

std::vector<PlanColumn> columns_of(const ScanSpec& spec) {
  std::vector<PlanColumn> columns;
  for (const int i : spec.columns) {
    const TableColumn& column = spec.table->columns[static_cast<size_t>(i)];
    columns.push_back({column.name, scanned_type(spec, i), column.time});
  }
  return columns;
}

/// `(a, b(c))`.
std::string fields_text(const SqlType& row) {
  std::string text;
  for (const SqlField& field : row.fields()) {
    text += (text.empty() ? "" : ", ") + field.name;
  }
  return "(" + text + ")";
}

const char* sign(PushedPredicate::Op op) {
  switch (op) {
    case PushedPredicate::Op::kEqual:
      return " = ";
    case PushedPredicate::Op::kNotEqual:
      return " <> ";
    case PushedPredicate::Op::kLess:
      return " < ";
    case PushedPredicate::Op::kLessEqual:
      return " <= ";
    case PushedPredicate::Op::kGreater:
      return " > ";
    case PushedPredicate::Op::kGreaterEqual:
      return " >= ";
    case PushedPredicate::Op::kIsNull:
      return " IS NULL";
    case PushedPredicate::Op::kIsNotNull:
      return " IS NOT NULL";
  }
  return "";
}

}  // namespace

ScanNode::ScanNode(ScanSpec spec)
    : LogicalNode(kKind, {}, columns_of(spec)), spec_(std::move(spec)) {}

Details ScanNode::details() const {
  std::string fields;
  for (const int column : spec_.columns) {
    fields += (fields.empty() ? "" : ", ") + scanned_name(spec_, column);
  }
  Details details = {{"table", spec_.path.to_text()}, {"fields", fields}};
  if (table().watermark) {
    const TableWatermark& watermark = *table().watermark;
    const std::string& column = table().columns[static_cast<size_t>(watermark.column)].name;
    details.emplace_back("watermark", column + " AS " + watermark.expr_sql);
  }
  std::string filter;
  for (const PushedPredicate& predicate : spec_.predicates) {
    filter += (filter.empty() ? "" : " AND ") + to_text(predicate);
  }
  if (!filter.empty()) details.emplace_back("filter", filter);
  if (spec_.limit) details.emplace_back("limit", std::to_string(*spec_.limit));
  std::string hinted;
  for (const auto& [name, value] : spec_.options) {
    const auto own = table().options.find(name);
    if (own != table().options.end() && own->second == value) continue;
    hinted += (hinted.empty() ? "" : ", ") + name + "=" + shown_option_value(name, value);
  }
  if (!hinted.empty()) details.emplace_back("options", hinted);
  return details;
}

LogicalNodePtr ScanNode::with_inputs(std::vector<LogicalNodePtr> inputs) const {
  HW_DCHECK(inputs.empty());
  return std::make_shared<ScanNode>(spec_);
}

const SqlType& scanned_type(const ScanSpec& spec, int declared) {
  const auto narrowed = spec.narrowed.find(declared);
  return narrowed != spec.narrowed.end() ? narrowed->second
                                         : spec.table->columns[static_cast<size_t>(declared)].type;
}

BoundExprPtr over_scanned(const BoundExprPtr& expr, const ScanSpec& spec) {
  return over_narrowed(expr, [&](int declared) -> const SqlType* {
    const auto found = spec.narrowed.find(declared);
    return found == spec.narrowed.end() ? nullptr : &found->second;
  });
}

std::string scanned_name(const ScanSpec& spec, int declared) {
  const std::string& name = spec.table->columns[static_cast<size_t>(declared)].name;
  const auto narrowed = spec.narrowed.find(declared);
  return narrowed == spec.narrowed.end() ? name : name + fields_text(narrowed->second);
}

std::string to_text(const PushedPredicate& predicate) {
  std::string text = predicate.column + sign(predicate.op);
  if (predicate.literal == nullptr) return text;
  const bool quoted =
      predicate.literal->type().is_text() || predicate.literal->type().is_temporal();
  return text + (quoted ? "'" : "") + value_text(*predicate.literal, 0) + (quoted ? "'" : "");
}

}  // namespace hw
