// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_shape.h"

#include <utility>

#include "columnar/sql_type.h"
#include "formats/json/json_options.h"

namespace hw {
namespace {

Status check_type(const SqlType& type, const std::string& path) {
  if (type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset)) {
    const SqlType& key = type.is(TypeKind::kMap) ? type.key() : type.element();
    if (!key.is_text()) {
      return Status::Invalid(
          "json writes the keys of a MAP and the elements of a MULTISET as text, "
          "but column '",
          path, "' is ", type.to_sql(), "; declare the key as STRING");
    }
  }
  if (type.is(TypeKind::kMultiset)) return Status::OK();
  for (const SqlField& field : type.fields()) HW_TRY(check_type(field.type, path));
  return Status::OK();
}

void add_child(const std::string& name, JsonNode* parent) {
  JsonNode& child = parent->children.emplace_back();
  child.name = name;
  child.parent = parent;
}

Status shape_fields(const SqlType& type, SlotColumn* slot, const JsonSettings& settings,
                    JsonNode* node) {
  for (int i = 0; i < slot->num_children(); ++i) {
    const SqlField& field = type.fields()[static_cast<size_t>(i)];
    add_child(field.name, node);
    HW_TRY(shape_json_node(field.type, &slot->child(i), settings, &node->children.back()));
    node->has_not_null |= !field.type.nullable();
  }
  for (JsonNode& child : node->children) node->by_name.emplace(child.name, &child);
  return Status::OK();
}

Status shape_entries(SlotColumn* slot, const JsonSettings& settings, JsonNode* node) {
  add_child("key", node);
  HW_TRY(shape_json_node(slot->child(0).type(), &slot->child(0), settings, &node->children.back()));
  add_child("value", node);
  return shape_json_node(slot->child(1).type(), &slot->child(1), settings, &node->children.back());
}

JsonKind scalar_kind(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
      return JsonKind::kBoolean;
    case TypeKind::kTinyint:
      return JsonKind::kTinyint;
    case TypeKind::kSmallint:
      return JsonKind::kSmallint;
    case TypeKind::kInt:
    case TypeKind::kIntervalMonth:
      return JsonKind::kInt;
    case TypeKind::kBigint:
    case TypeKind::kIntervalDay:
      return JsonKind::kBigint;
    case TypeKind::kFloat:
      return JsonKind::kFloat;
    case TypeKind::kDouble:
      return JsonKind::kDouble;
    case TypeKind::kDecimal:
      return JsonKind::kDecimal;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kBitmap:
      return JsonKind::kBinary;
    case TypeKind::kDate:
      return JsonKind::kDate;
    case TypeKind::kTime:
      return JsonKind::kTime;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return JsonKind::kTimestamp;
    default:
      return JsonKind::kText;
  }
}

}  // namespace

std::string JsonNode::path() const {
  if (parent == nullptr) return name;
  const std::string above = parent->path();
  return above.empty() ? name : above + "." + name;
}

Result<JsonSettings> JsonSettings::from(const Options& options, std::string format) {
  JsonSettings settings;
  settings.format = std::move(format);
  settings.fail_on_missing_field = options.boolean(json_options::fail_on_missing_field());
  settings.ignore_parse_errors = options.boolean(json_options::ignore_parse_errors());
  const std::string standard = options.text(json_options::timestamp_standard());
  settings.timestamp_separator = standard == "SQL" ? ' ' : 'T';
  settings.timestamp_offset = standard == "ISO-8601-WITH-OFFSET";
  if (settings.fail_on_missing_field && settings.ignore_parse_errors) {
    return Status::Invalid("'", settings.format, ".fail-on-missing-field' and '", settings.format,
                           ".ignore-parse-errors' cannot both be 'true'; leave one out");
  }
  return settings;
}

Status shape_json_node(const SqlType& type, SlotColumn* slot, const JsonSettings& settings,
                       JsonNode* node) {
  node->slot = slot;
  node->type = type;
  node->nullable = type.nullable();
  if (type.is_variant()) {
    node->kind = JsonKind::kVariant;
    return Status::OK();
  }
  switch (type.kind()) {
    case TypeKind::kRow:
      node->kind = JsonKind::kRow;
      return shape_fields(type, slot, settings, node);
    case TypeKind::kArray:
      node->kind = JsonKind::kArray;
      add_child("element", node);
      return shape_json_node(type.element(), &slot->child(0), settings, &node->children.back());
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      node->kind = JsonKind::kMap;
      return shape_entries(slot, settings, node);
    case TypeKind::kNull:
    case TypeKind::kSymbol:
    case TypeKind::kDescriptor:
      return Status::Invalid("json cannot carry a column of type ", type.to_sql());
    default:
      break;
  }
  node->kind = scalar_kind(type.kind());
  if (type.is_timestamp()) {
    node->ticks_per_second = type.ticks_per_second();
    node->timestamp.separator = settings.timestamp_separator;
    node->timestamp.seconds_optional = settings.timestamp_separator == 'T';
    node->timestamp.precision = type.precision();
    if (type.is(TypeKind::kTimestampLtz)) {
      node->timestamp.zone = settings.timestamp_offset ? scalar_text::TimestampShape::Zone::kOffset
                                                       : scalar_text::TimestampShape::Zone::kZ;
    }
  }
  return Status::OK();
}

Status check_json_schema(const Schema& schema) {
  for (const SqlField& field : schema.fields()) HW_TRY(check_type(field.type, field.name));
  return Status::OK();
}

}  // namespace hw
