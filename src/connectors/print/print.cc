// SPDX-License-Identifier: Apache-2.0
//
// The print connector: one line a row on standard output, as Flink's.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "connectors/print/java_text.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

OptionSpec identifier() {
  return {.name = "print-identifier",
          .sentence = "Stands in front of each line, with a colon or '> ' behind it."};
}

OptionSpec standard_error() {
  return {.name = "standard-error",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence = "Prints to standard error instead of standard output."};
}

/// `id:2> `, `id> `, `2> ` or nothing.
std::string line_prefix(const std::string& identifier, const SinkContext& context) {
  std::string prefix = identifier;
  if (context.parallelism > 1) {
    if (!prefix.empty()) prefix += ':';
    prefix += std::to_string(context.subtask + 1);
  }
  return prefix.empty() ? prefix : prefix + "> ";
}

class PrintWriter final : public SinkWriter {
 public:
  PrintWriter(const SchemaPtr& schema, std::string prefix, bool to_error, Env& env)
      : prefix_(std::move(prefix)), to_error_(to_error), env_(env) {
    for (const SqlField& field : schema->fields()) printers_.emplace_back(field.type);
  }

  Status write(const Batch& batch) override {
    text_.clear();
    for (size_t i = 0; i < printers_.size(); ++i) {
      printers_[i].bind(*batch.column(static_cast<int>(i)));
    }
    const SelectionPtr& selection = batch.selection();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      const int64_t row = selection ? (*selection)[static_cast<size_t>(i)] : i;
      text_ += prefix_;
      text_ += to_text(batch.row_kind(row));
      text_ += '[';
      for (size_t column = 0; column < printers_.size(); ++column) {
        if (column > 0) text_ += ", ";
        printers_[column].print(row, text_);
      }
      text_ += "]\n";
    }
    // One call a batch, so that lines of several writers do not mix.
    return to_error_ ? env_.write_stderr(text_) : env_.write_stdout(text_);
  }

 private:
  const std::string prefix_;
  const bool to_error_;
  Env& env_;
  std::vector<JavaPrinter> printers_;
  std::string text_;
};

class Print final : public Sink {
 public:
  Print(SchemaPtr schema, std::string identifier, bool to_error)
      : schema_(std::move(schema)), identifier_(std::move(identifier)), to_error_(to_error) {}

  RowKindSet accepts() const override { return RowKindSet::all(); }
  Guarantee guarantee() const override { return Guarantee::kAtLeastOnce; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    return std::make_unique<PrintWriter>(schema_, line_prefix(identifier_, context), to_error_,
                                         *context.env);
  }
  Description describe() const override {
    return {.name = "print", .details = {{"to", to_error_ ? "stderr" : "stdout"}}};
  }

 private:
  const SchemaPtr schema_;
  const std::string identifier_;
  const bool to_error_;
};

}  // namespace

void register_print(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "print";
  record.sentence = "Prints each change as a line, +I[a, b], values as Java prints them.";
  record.options = {identifier(), standard_error()};
  record.changelog_mode = "Takes every change.";
  record.guarantee = "At least once: after a restart lines may come again.";
  record.example = R"(CREATE TABLE seen (
  id BIGINT,
  name STRING
) WITH (
  'connector' = 'print',
  'print-identifier' = 'seen'
))";
  record.sink = [](const SinkRequest& request,
                   const ConnectorContext& context) -> Result<std::unique_ptr<Sink>> {
    return std::make_unique<Print>(request.schema, context.options.text(identifier()),
                                   context.options.boolean(standard_error()));
  };
  catalogue.add(std::move(record));
}

}  // namespace hw
