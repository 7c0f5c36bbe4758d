// SPDX-License-Identifier: Apache-2.0
//
// Scans: opens the source with the columns that it must produce, and says how they become the
// table's columns and watermarks. In batch mode there are no watermarks, but a time attribute that
// is NULL is an error all the same, and a changelog is folded first.

#include "plan/logical/scan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "columnar/entry_order.h"
#include "expr/function_catalogue.h"
#include "expr/resolve.h"
#include "operators/changelog_fold.h"
#include "operators/changelog_normalize.h"
#include "operators/source_transform.h"
#include "plan/logical/project.h"
#include "plan/lower/lowering.h"
#include "plan/lower/open_table.h"
#include "plan/lower/taken_columns.h"
#include "runtime/aligned_source.h"
#include "runtime/options.h"

namespace hw {
namespace {

/// The columns of one scan: what goes out, and what the source produces for it.
struct ScanColumns {
  /// Declared positions in the order in which they leave the transform.
  std::vector<int> output;
  /// Declared positions that the source produces, in order.
  std::vector<int> requested;

  int output_index(int declared) const {
    const auto found = std::find(output.begin(), output.end(), declared);
    return found == output.end() ? -1 : static_cast<int>(found - output.begin());
  }
  int requested_index(int declared) const {
    const auto found = std::find(requested.begin(), requested.end(), declared);
    return static_cast<int>(found - requested.begin());
  }
};

bool checks_time(const TableDefinition& table) {
  return table.watermark &&
         table.columns[static_cast<size_t>(table.watermark->column)].type.nullable();
}

ScanColumns scan_columns(const TableDefinition& table, std::vector<int> wanted, bool watermark) {
  ScanColumns columns;
  columns.output = std::move(wanted);
  if (watermark) {
    add_once(columns.output, table.watermark->column);
    for (const int read : columns_read(*table.watermark->expr)) add_once(columns.output, read);
  }
  const auto request = [&](int declared) {
    const TableColumn& column = table.columns[static_cast<size_t>(declared)];
    if (column.origin != ColumnOrigin::kComputed) return add_once(columns.requested, declared);
    for (const int read : columns_read(*column.expr)) add_once(columns.requested, read);
  };
  for (const int declared : columns.output) request(declared);
  // What nobody reads is looked at all the same.
  if (checks_time(table)) request(table.watermark->column);
  std::sort(columns.requested.begin(), columns.requested.end());
  return columns;
}

SchemaPtr schema_of(const ScanSpec& scan, const std::vector<int>& columns) {
  std::vector<SqlField> fields;
  for (const int declared : columns) {
    const TableColumn& column = scan.table->columns[static_cast<size_t>(declared)];
    fields.push_back({column.name, scanned_type(scan, declared)});
  }
  return make_schema(std::move(fields));
}

/// Columns of the table over those that the source produces.
std::vector<BoundExprPtr> over_produced(const ScanSpec& scan, const ScanColumns& columns,
                                        const std::vector<ScanRequest::Column>& produced,
                                        const std::vector<int>& wanted) {
  // What a declared column is when it comes from the source: metadata is cast to its column.
  const std::vector<TableColumn>& all = scan.table->columns;
  std::vector<BoundExprPtr> declared(all.size());
  for (size_t i = 0; i < columns.requested.size(); ++i) {
    const auto column = static_cast<size_t>(columns.requested[i]);
    const BoundExprPtr raw =
        BoundExpr::column(static_cast<int>(i), produced[i].type, produced[i].name);
    declared[column] = cast_if_needed(raw, scanned_type(scan, columns.requested[i]));
  }
  std::vector<BoundExprPtr> exprs;
  for (const int want : wanted) {
    const auto column = static_cast<size_t>(want);
    const BoundExprPtr& computed = all[column].expr;
    exprs.push_back(computed == nullptr
                        ? declared[column]
                        : substitute_columns(over_scanned(computed, scan), declared));
  }
  return exprs;
}

Result<BoundExprPtr> is_null_test(const BoundExprPtr& value, const Lowering& lowering) {
  const FunctionCatalogue* functions = lowering.context.functions;
  const ScalarFunction* test = functions == nullptr ? nullptr : functions->scalar("IS NULL");
  if (test == nullptr) return Status::UnknownError("there is no function IS NULL");
  return BoundExpr::call(test, {value}, SqlType::boolean().not_null());
}

bool is_identity(const std::vector<BoundExprPtr>& exprs, size_t num_inputs) {
  if (exprs.size() != num_inputs) return false;
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (exprs[i]->kind() != BoundExpr::Kind::kColumn ||
        exprs[i]->column_index() != static_cast<int>(i)) {
      return false;
    }
  }
  return true;
}

Result<int64_t> idle_timeout_ms(const ScanNode& scan, const Lowering& lowering) {
  const auto own = scan.spec().options.find("scan.watermark.idle-timeout");
  if (own == scan.spec().options.end()) return lowering.context.config->idle_timeout_ms();
  return parse_duration_ms(own->second);
}

/// What 'scan.watermark.alignment.*' say; no value where they say nothing.
Result<std::optional<AlignmentRule>> alignment_of(const ScanNode& scan) {
  const auto& options = scan.spec().options;
  const std::string prefix = "scan.watermark.alignment.";
  const auto group = options.find(prefix + "group");
  const auto drift = options.find(prefix + "max-drift");
  const auto interval = options.find(prefix + "update-interval");
  if (group == options.end() && drift == options.end()) return std::optional<AlignmentRule>();
  if (group == options.end() || drift == options.end()) {
    return at(scan.spec().position,
              Status::Invalid("table '", scan.spec().path.object, "' needs both '", prefix,
                              "group' and '", prefix, "max-drift', or none of them"));
  }
  if (!scan.table().watermark) {
    return at(scan.spec().position,
              Status::Invalid("table '", scan.spec().path.object,
                              "' is to be aligned in event time, so it needs a WATERMARK"));
  }
  AlignmentRule rule{.group = group->second};
  HW_ASSIGN_OR_RETURN(rule.max_drift_ms, parse_duration_ms(drift->second));
  if (interval != options.end()) {
    HW_ASSIGN_OR_RETURN(rule.update_interval_ms, parse_duration_ms(interval->second));
  }
  return std::optional(std::move(rule));
}

/// Says which output column is the time attribute, and how it is checked where it is none.
/// Requires: a table with a WATERMARK.
Status name_time(const ScanNode& scan, const ScanColumns& columns,
                 const std::vector<ScanRequest::Column>& produced, const Lowering& lowering,
                 SourceTransformSpec& spec) {
  const TableDefinition& table = scan.table();
  const int time = table.watermark->column;
  spec.time_column = columns.output_index(time);
  spec.time_name = table.columns[static_cast<size_t>(time)].name;
  if (spec.time_column >= 0 || !checks_time(table)) return Status::OK();
  std::vector<int> shown = columns.output;
  shown.push_back(time);
  spec.shown = over_produced(scan.spec(), columns, produced, shown);
  return is_null_test(spec.shown.back(), lowering).Value(&spec.lacks_time);
}

/// The source of `columns`, with what turns its rows into the table's.
Result<PhysicalNodePtr> open_scan(const LogicalNodePtr& node, const ScanColumns& columns,
                                  bool watermark, std::vector<PushedPredicate> predicates,
                                  Lowering& lowering) {
  const auto& scan = node->as<ScanNode>();
  const TableDefinition& table = scan.table();
  PhysicalNodePtr source = physical_node(PhysicalKind::kSource, "TableSourceScan", node, {}, {});
  source->schema = schema_of(scan.spec(), columns.output);
  if (predicates.empty()) {
    std::erase_if(source->details, [](const auto& detail) { return detail.first == "filter"; });
  }
  if (!watermark)
    std::erase_if(source->details, [](const auto& it) { return it.first == "watermark"; });
  for (auto& [key, value] : source->details) {
    if (key != "fields") continue;
    value.clear();
    for (const int column : columns.output) {
      value += (value.empty() ? "" : ", ") + scanned_name(scan.spec(), column);
    }
  }
  source->table = scan.spec().path.to_text();
  source->position = scan.spec().position;
  HW_ASSIGN_OR_RETURN(ScanRequest request,
                      scan_request(scan, columns.requested, std::move(predicates), lowering));
  const std::vector<ScanRequest::Column> produced = request.columns;
  HW_ASSIGN_OR_RETURN(source->source, open_source(scan, std::move(request), lowering));
  source->bounded = source->source->bounded();
  HW_ASSIGN_OR_RETURN(std::optional<AlignmentRule> alignment, alignment_of(scan));
  if (alignment && watermark) {
    source->details.emplace_back("alignment", alignment->group + " within " +
                                                  std::to_string(alignment->max_drift_ms) + " ms");
    source->source = make_aligned_source(source->source, *std::move(alignment));
  }
  std::vector<BoundExprPtr> exprs = over_produced(scan.spec(), columns, produced, columns.output);
  const bool order_entries = !source->source->changelog().is_insert_only() &&
                             std::ranges::any_of(produced, [](const ScanRequest::Column& column) {
                               return holds_entries(column.type);
                             });
  if (!is_identity(exprs, produced.size()) || watermark || checks_time(table) || order_entries) {
    SourceTransformSpec spec;
    spec.order_entries = order_entries;
    spec.columns = std::move(exprs);
    spec.output = source->schema;
    spec.session = lowering.session;
    spec.table = scan.spec().path.object;
    spec.timed = watermark;
    spec.for_sessions = lowering.has_sessions;
    if (table.watermark) HW_TRY(name_time(scan, columns, produced, lowering, spec));
    if (watermark) {
      std::vector<int> index(table.columns.size(), -1);
      for (size_t i = 0; i < columns.output.size(); ++i) {
        index[static_cast<size_t>(columns.output[i])] = static_cast<int>(i);
      }
      spec.watermark = renumber_columns(over_scanned(table.watermark->expr, scan.spec()), index);
      source->watermark.kind = WatermarkRule::Kind::kPerRow;
      HW_ASSIGN_OR_RETURN(source->watermark.idle_timeout_ms, idle_timeout_ms(scan, lowering));
    }
    source->transform = make_source_transform(std::move(spec));
  }
  for (const int key : table.primary_key) {
    const int column = columns.output_index(key);
    if (column < 0) {
      source->columns.clear();
      break;
    }
    source->columns.push_back(column);
  }
  return source;
}

bool sends_watermarks(const ScanNode& scan, const Lowering& lowering) {
  return scan.table().watermark.has_value() && !lowering.batch() &&
         (lowering.asked_times.contains(&scan.table()) ||
          scan.spec().options.contains("scan.watermark.alignment.group"));
}

/// The scan's columns, where others leave the source as well or in another order.
PhysicalNodePtr wanted_only(PhysicalNodePtr below, const ScanColumns& columns,
                            const LogicalNodePtr& node) {
  const std::vector<int>& wanted = node->as<ScanNode>().spec().columns;
  if (columns.output == wanted) return below;
  std::vector<BoundExprPtr> exprs;
  for (const int declared : wanted) {
    const int place = columns.output_index(declared);
    exprs.push_back(
        BoundExpr::column(place, below->schema->type(place), below->schema->name(place)));
  }
  return calc_node(std::move(below), nullptr, std::move(exprs), node->schema());
}

/// An operator over a source that gathers the changes of each PRIMARY KEY, or of each row.
PhysicalNodePtr by_key(PhysicalKind kind, const char* name, PhysicalNodePtr source) {
  std::vector<int> key = source->columns;
  Placement placement = Placement::by(key);
  if (key.empty()) {
    std::vector<int> all;
    for (int i = 0; i < source->schema->num_fields(); ++i) all.push_back(i);
    placement = Placement::by(std::move(all));
  }
  const SchemaPtr schema = source->schema;
  std::string names;
  for (const int column : key) names += (names.empty() ? "" : ", ") + schema->name(column);
  std::vector<PhysicalNodePtr> inputs;
  inputs.push_back(std::move(source));
  PhysicalNodePtr node =
      physical_node(kind, name, nullptr, std::move(inputs), {std::move(placement)});
  node->schema = schema;
  node->details = {{"by", names.empty() ? "row" : names}};
  node->columns = std::move(key);
  return node;
}

/// What a changelog becomes before others read it.
enum class Reading { kAsItIs, kNormalized, kFolded };

Result<Reading> reading_of(const PhysicalNode& source, const TableDefinition& table,
                           const Lowering& lowering) {
  const RowKindSet kinds = source.source->changelog();
  const bool upserts =
      kinds.contains(RowKind::kUpdateAfter) && !kinds.contains(RowKind::kUpdateBefore);
  if (upserts && table.primary_key.empty()) {
    return at(source.position, Status::Invalid("table '", source.table,
                                               "' has updates without -U, so it needs a PRIMARY "
                                               "KEY (..) NOT ENFORCED"));
  }
  if (kinds.is_insert_only()) return Reading::kAsItIs;
  if (lowering.batch()) return Reading::kFolded;
  const bool may_repeat =
      !table.primary_key.empty() &&
      lowering.context.config->boolean("table.exec.source.cdc-events-duplicate");
  return upserts || may_repeat ? Reading::kNormalized : Reading::kAsItIs;
}

/// The scan's columns over those that leave its source: in their places, or as `taken` says.
std::vector<BoundExprPtr> columns_over(const PhysicalNode& source, const ScanSpec& scan,
                                       const ScanColumns& columns,
                                       const std::vector<BoundExprPtr>& taken) {
  std::vector<int> index(scan.table->columns.size(), -1);
  for (size_t i = 0; i < columns.output.size(); ++i) {
    index[static_cast<size_t>(columns.output[i])] = static_cast<int>(i);
  }
  std::vector<BoundExprPtr> exprs;
  for (size_t i = 0; i < taken.size(); ++i) {
    if (taken[i] != nullptr) {
      exprs.push_back(renumber_columns(taken[i], index));
      continue;
    }
    const int place = index[static_cast<size_t>(scan.columns[i])];
    exprs.push_back(
        BoundExpr::column(place, source.schema->type(place), source.schema->name(place)));
  }
  return exprs;
}

}  // namespace

Result<PhysicalNodePtr> lower_scan(const LogicalNodePtr& node, Lowering& lowering) {
  const auto& scan = node->as<ScanNode>();
  const TableDefinition& table = scan.table();
  const std::vector<int>& own = scan.spec().columns;
  const bool watermark = sends_watermarks(scan, lowering);
  std::vector<int> wanted = lowering.shared_scans.columns_of(scan.spec(), own);
  const bool shared = wanted != own;
  ScanColumns columns = scan_columns(table, std::move(wanted), watermark);
  HW_ASSIGN_OR_RETURN(PhysicalNodePtr source,
                      open_scan(node, columns, watermark, scan.spec().predicates, lowering));
  HW_ASSIGN_OR_RETURN(const Reading reading, reading_of(*source, table, lowering));
  const bool changes = !source->source->changelog().is_insert_only();
  if (changes) columns = scan_columns(table, own, watermark);
  if (reading == Reading::kAsItIs) {
    if (changes && (shared || !scan.spec().predicates.empty())) {
      // Skipping rows of a changelog is the plan's business.
      HW_ASSIGN_OR_RETURN(source, open_scan(node, columns, watermark, {}, lowering));
    }
    return wanted_only(std::move(source), columns, node);
  }
  for (const int key : table.primary_key) add_once(columns.output, key);
  columns = scan_columns(table, std::move(columns.output), watermark);
  HW_ASSIGN_OR_RETURN(source, open_scan(node, columns, watermark, {}, lowering));
  if (reading == Reading::kNormalized) {
    return wanted_only(by_key(PhysicalKind::kNormalize, "ChangelogNormalize", std::move(source)),
                       columns, node);
  }
  if (!source->bounded) {
    return at(source->position,
              Status::Invalid("batch mode reads bounded tables, but '", source->table,
                              "' is unbounded; give it an end by its options, or SET "
                              "'execution.runtime-mode' = 'streaming'"));
  }
  return wanted_only(by_key(PhysicalKind::kFold, "ChangelogFold", std::move(source)), columns,
                     node);
}

Result<FilteredScan> lower_filtered_scan(const LogicalNodePtr& node, const BoundExprPtr& condition,
                                         Lowering& lowering) {
  const auto& scan = node->as<ScanNode>();
  const ScanSpec& spec = scan.spec();
  const TakenColumns taken = taken_columns(spec, condition, lowering.session);
  FilteredScan filtered;
  if (taken.some()) {
    const bool watermark = sends_watermarks(scan, lowering);
    const ScanColumns columns =
        scan_columns(*spec.table, lowering.shared_scans.columns_of(spec, taken.wanted), watermark);
    HW_ASSIGN_OR_RETURN(filtered.source,
                        open_scan(node, columns, watermark, spec.predicates, lowering));
    if (filtered.source->source->changelog().is_insert_only()) {
      filtered.columns = columns_over(*filtered.source, spec, columns, taken.moves);
      return filtered;
    }
  }
  HW_ASSIGN_OR_RETURN(filtered.source, lower_scan(node, lowering));
  filtered.columns = columns_of(*node);
  return filtered;
}

OperatorMaker make_normalize_of(const PhysicalNode& node) {
  ChangelogNormalizeSpec spec;
  spec.schema = node.schema;
  spec.primary_key = node.columns;
  spec.generate_update_before = node.traits.kinds.contains(RowKind::kUpdateBefore);
  if (!node.state_ttl_ms.empty()) spec.state_ttl_ms = node.state_ttl_ms[0];
  return [spec = std::move(spec)] { return make_changelog_normalize(spec); };
}

OperatorMaker make_fold_of(const PhysicalNode& node) {
  return
      [spec = ChangelogFoldSpec{node.schema, node.columns}] { return make_changelog_fold(spec); };
}

}  // namespace hw
