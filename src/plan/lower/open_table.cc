// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/open_table.h"

#include <utility>

#include "runtime/connector_catalogue.h"
#include "runtime/options_reference.h"
#include "runtime/table_format.h"

namespace hw {
namespace {

/// A table's connector and its checked options with all references replaced.
struct OpenedTable {
  const ConnectorRecord* connector = nullptr;
  ConnectorContext context;
};

Result<OpenedTable> open_table(const ObjectPath& path, const TableDefinition& table,
                               const std::map<std::string, std::string>& given,
                               const Lowering& lowering) {
  const PlanContext& plan = lowering.context;
  const Options options(given);
  HW_TRY(check_table_options(options, *plan.connectors, *plan.formats, "table " + path.object));
  OpenedTable opened;
  opened.connector = plan.connectors->find(options.given("connector").value_or(""));
  opened.context.env = plan.env;
  opened.context.formats = plan.formats;
  opened.context.table = path.to_text();
  opened.context.options = options;
  opened.context.configuration = [config = plan.config](std::string_view key) {
    return config->text(key);
  };
  if (plan.env != nullptr) {
    HW_ASSIGN_OR_RETURN(opened.context.options, resolve_references(options, *plan.env));
  }
  const Status format =
      check_table_format(*table.physical_schema(), table.partition_keys, opened.context.options,
                         *opened.connector, *plan.formats);
  if (!format.ok()) return while_doing(format, "opening table " + path.object);
  return opened;
}

const MetadataColumn* find_metadata(const ConnectorRecord* connector, const std::string& key) {
  if (connector == nullptr) return nullptr;
  for (const MetadataColumn& metadata : connector->metadata) {
    if (metadata.key == key) return &metadata;
  }
  return nullptr;
}

const ConnectorRecord* connector_of(const std::map<std::string, std::string>& options,
                                    const Lowering& lowering) {
  const auto found = options.find("connector");
  if (found == options.end()) return nullptr;
  return lowering.context.connectors->find(found->second);
}

/// Positions of a table's key among its physical columns.
std::vector<int> physical_key(const TableDefinition& table) {
  std::vector<int> key;
  const SchemaPtr physical = table.physical_schema();
  for (const int column : table.primary_key) {
    key.push_back(physical->index_of(table.columns[static_cast<size_t>(column)].name));
  }
  return key;
}

}  // namespace

Result<ScanRequest> scan_request(const ScanNode& scan, const std::vector<int>& columns,
                                 std::vector<PushedPredicate> predicates,
                                 const Lowering& lowering) {
  const TableDefinition& table = scan.table();
  const ConnectorRecord* connector = connector_of(scan.spec().options, lowering);
  ScanRequest request;
  for (const int declared : columns) {
    const TableColumn& column = table.columns[static_cast<size_t>(declared)];
    ScanRequest::Column wanted{column.name, scanned_type(scan.spec(), declared),
                               column.metadata_key};
    if (column.origin == ColumnOrigin::kMetadata) {
      const MetadataColumn* metadata = find_metadata(connector, column.metadata_key);
      if (metadata == nullptr || !metadata->readable) {
        return at(scan.spec().position,
                  Status::Invalid("table '", scan.spec().path.object, "' cannot read metadata '",
                                  column.metadata_key, "': its connector does not have it"));
      }
      wanted.type = metadata->type;
    }
    request.columns.push_back(std::move(wanted));
  }
  request.physical = table.physical_schema();
  request.primary_key = physical_key(table);
  request.partition_keys = table.partition_keys;
  request.predicates = std::move(predicates);
  request.limit = scan.spec().limit;
  request.one_split = !lowering.batch() && table.watermark.has_value();
  request.batch_mode = lowering.batch();
  request.available_now = lowering.context.available_now;
  request.may_go_on = may_go_on(*lowering.context.config);
  request.parallelism = lowering.parallelism;
  request.time_zone = lowering.session.time_zone;
  return request;
}

bool may_go_on(const SessionConfig& config) {
  for (const char* key : {"execution.checkpointing.dir", "execution.checkpointing.savepoint-dir",
                          "execution.checkpointing.interval", "execution.state-recovery.path"}) {
    if (!config.text(key).empty()) return true;
  }
  return false;
}

Result<std::shared_ptr<Source>> open_source(const ScanNode& scan, ScanRequest request,
                                            const Lowering& lowering) {
  const TableDefinition& table = scan.table();
  const SqlPosition position = scan.spec().position;
  Result<std::unique_ptr<Source>> source = [&]() -> Result<std::unique_ptr<Source>> {
    if (table.registered_source) return table.registered_source(request);
    HW_ASSIGN_OR_RETURN(const OpenedTable opened,
                        open_table(scan.spec().path, table, scan.spec().options, lowering));
    if (!opened.connector->source) {
      return Status::Invalid("table '", scan.spec().path.object, "' cannot be read: connector '",
                             opened.connector->name, "' only writes");
    }
    return opened.connector->source(request, opened.context);
  }();
  if (!source.ok()) return at(position, source.status());
  if (lowering.batch() && !(*source)->bounded()) {
    return at(position,
              Status::Invalid("batch mode reads bounded tables, but '", scan.spec().path.object,
                              "' is unbounded; give it an end by its options, or SET "
                              "'execution.runtime-mode' = 'streaming'"));
  }
  return std::shared_ptr<Source>(std::move(*source));
}

Result<LookupWay> open_lookup(const ScanNode& scan, LookupRequest request,
                              const Lowering& lowering) {
  const TableDefinition& table = scan.table();
  if (table.registered_source) {
    LookupWay way;
    way.copy = ReloadRule();
    return way;
  }
  Result<LookupWay> way = [&]() -> Result<LookupWay> {
    HW_ASSIGN_OR_RETURN(const OpenedTable opened,
                        open_table(scan.spec().path, table, scan.spec().options, lowering));
    if (!opened.connector->lookup) {
      return Status::Invalid("connector '", opened.connector->name, "' of table '",
                             scan.spec().path.object,
                             "' cannot look rows up; join without FOR SYSTEM_TIME AS OF to follow "
                             "both tables, or as of an event time");
    }
    return opened.connector->lookup(request, opened.context);
  }();
  if (!way.ok()) return at(scan.spec().position, way.status());
  return way;
}

Result<std::shared_ptr<Sink>> open_sink(const SinkNode& sink, const SinkTraffic& traffic,
                                        const Lowering& lowering) {
  const TableDefinition& table = sink.table();
  SinkRequest request;
  request.table = sink.spec().path.to_text();
  std::vector<SqlField> fields;
  for (const int declared : written_columns(table)) {
    const TableColumn& column = table.columns[static_cast<size_t>(declared)];
    fields.push_back({column.name, column.type});
    if (column.origin != ColumnOrigin::kMetadata) continue;
    request.metadata_keys.push_back(column.metadata_key);
    const MetadataColumn* metadata =
        find_metadata(connector_of(sink.spec().options, lowering), column.metadata_key);
    if (metadata == nullptr || !metadata->writable) {
      return at(sink.spec().position,
                Status::Invalid("metadata column '", column.name, "' of '", sink.spec().path.object,
                                "' cannot be written; declare it VIRTUAL"));
    }
  }
  request.schema = make_schema(std::move(fields));
  request.primary_key = sink.primary_key();
  request.partition_keys = table.partition_keys;
  request.changelog = traffic.kinds;
  request.bounded_input = traffic.bounded;
  request.overwrite = sink.spec().overwrite;
  request.job_guarantee = lowering.context.config->checkpoint_guarantee();
  request.time_zone = lowering.session.time_zone;
  Result<std::unique_ptr<Sink>> opened = [&]() -> Result<std::unique_ptr<Sink>> {
    if (table.registered_sink) return table.registered_sink(request);
    HW_ASSIGN_OR_RETURN(const OpenedTable found,
                        open_table(sink.spec().path, table, sink.spec().options, lowering));
    if (!found.connector->sink) {
      return Status::Invalid("table '", sink.spec().path.object, "' cannot be written: connector '",
                             found.connector->name, "' only reads");
    }
    return found.connector->sink(request, found.context);
  }();
  if (!opened.ok()) return at(sink.spec().position, opened.status());
  return std::shared_ptr<Sink>(std::move(*opened));
}

}  // namespace hw
