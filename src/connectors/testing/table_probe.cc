// SPDX-License-Identifier: Apache-2.0

#include "connectors/testing/table_probe.h"

#include <utility>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "runtime/table_format.h"

namespace hw::testing {

void CollectedOutput::emit(Batch batch, int port) { batches.push_back(std::move(batch)); }

const ConnectorCatalogue& all_connectors() {
  static const ConnectorCatalogue& catalogue = *[] {
    auto* made = new ConnectorCatalogue();
    register_all_connectors(*made);
    return made;
  }();
  return catalogue;
}

const FormatCatalogue& all_formats() {
  static const FormatCatalogue& catalogue = *[] {
    auto* made = new FormatCatalogue();
    register_all_formats(*made);
    return made;
  }();
  return catalogue;
}

TableProbe::TableProbe(Env& env, std::string_view columns, Values options)
    : env_(env), schema_(*parse_schema(columns)), options_(std::move(options)) {
  scan.physical = schema_;
  for (const SqlField& field : schema_->fields()) scan.columns.push_back({field.name, field.type});
  sink_request.schema = schema_;
  sink_request.table = "t";
  sink_request.changelog = RowKindSet::insert_only();
  sink_context.env = &env;
  sink_context.memory_pool = env.memory_pool();
  sink_context.job = "job";
  sink_context.sink = "t";
}

Result<const ConnectorRecord*> TableProbe::record() const {
  HW_TRY(check_table_options(options_, all_connectors(), all_formats()));
  return all_connectors().find(*options_.given("connector"));
}

Status TableProbe::check() const {
  HW_ASSIGN_OR_RETURN(const ConnectorRecord* connector, record());
  if (connector->check) HW_TRY(connector->check(*schema_, options_));
  return check_table_format(*schema_, {}, options_, *connector, all_formats());
}

Result<std::unique_ptr<Source>> TableProbe::source() const {
  HW_ASSIGN_OR_RETURN(const ConnectorRecord* connector, record());
  return connector->source(scan, {&env_, &all_formats(), options_, "t"});
}

Result<std::unique_ptr<Sink>> TableProbe::sink() const {
  HW_ASSIGN_OR_RETURN(const ConnectorRecord* connector, record());
  return connector->sink(sink_request, {&env_, &all_formats(), options_, "t"});
}

SourceContext TableProbe::source_context() const {
  return {.env = &env_, .memory_pool = env_.memory_pool()};
}

Result<std::vector<Batch>> TableProbe::read_batches(bool restart) const {
  HW_TRY(check());
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<Source> made, source());
  HW_ASSIGN_OR_RETURN(const auto enumerator, made->make_enumerator(source_context()));
  HW_ASSIGN_OR_RETURN(const std::vector<Split> splits, enumerator->discover());
  CollectedOutput output;
  for (const Split& split : splits) {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<SplitReader> reader,
                        made->make_reader(split, source_context()));
    while (true) {
      HW_ASSIGN_OR_RETURN(const Flow flow, reader->poll(output));
      if (flow == Flow::kFinished) break;
      if (!restart) continue;
      HW_ASSIGN_OR_RETURN(const std::string position, reader->position());
      HW_ASSIGN_OR_RETURN(reader, made->make_reader(split, source_context()));
      HW_TRY(reader->seek(position));
    }
  }
  for (const Batch& batch : output.batches) HW_TRY(batch.validate());
  return std::move(output.batches);
}

std::string TableProbe::read(bool restart) const {
  const Result<std::vector<Batch>> batches = read_batches(restart);
  if (!batches.ok()) return "error: " + batches.status().message();
  std::string text;
  for (const Batch& batch : *batches) text += (text.empty() ? "" : " | ") + batch.to_text();
  return text;
}

Status TableProbe::write(std::string_view rows) const {
  HW_TRY(check());
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<Sink> made, sink());
  HW_ASSIGN_OR_RETURN(const auto writer, made->make_writer(sink_context));
  HW_ASSIGN_OR_RETURN(const Batch batch, parse_batch(sink_request.schema, rows));
  if (Status written = writer->write(batch); !written.ok()) {
    writer->abort();
    return written;
  }
  HW_TRY(writer->on_end());
  HW_TRY(writer->flush());
  HW_ASSIGN_OR_RETURN(const std::vector<Committable> committables, writer->prepare(1));
  for (const Committable& committable : committables) HW_TRY(writer->commit(committable));
  return Status::OK();
}

}  // namespace hw::testing
