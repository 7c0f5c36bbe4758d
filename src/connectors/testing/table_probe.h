// SPDX-License-Identifier: Apache-2.0
//
// A table as a test sees it: options and columns in, rows out (or rows in, files out), through the
// same records that planning uses.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/connector_catalogue.h"

namespace hw::testing {

/// Takes what a reader emits.
class CollectedOutput final : public Output {
 public:
  void emit(Batch batch, int port = 0) override;
  std::vector<Batch> batches;
};

class TableProbe {
 public:
  using Values = std::map<std::string, std::string>;
  TableProbe(Env& env, std::string_view columns, Values options);

  // Change before use, if need be.
  ScanRequest scan;
  SinkRequest sink_request;
  SinkContext sink_context;

  /// What planning says: options, format schema, connector's own check.
  Status check() const;
  Result<std::unique_ptr<Source>> source() const;
  Result<std::unique_ptr<Sink>> sink() const;
  SourceContext source_context() const;

  /// All rows, split by split: `+I[1, a] | …`; `error: …` when something fails. With `restart`,
  /// every reader is thrown away after each poll and made anew at its position.
  std::string read(bool restart = false) const;
  /// The same as batches.
  Result<std::vector<Batch>> read_batches(bool restart = false) const;
  /// Writes the batches (text as in columnar/literal.h) through one writer to the end.
  Status write(std::string_view rows) const;

 private:
  Result<const ConnectorRecord*> record() const;

  Env& env_;
  SchemaPtr schema_;
  Options options_;
};

const ConnectorCatalogue& all_connectors();
const FormatCatalogue& all_formats();

}  // namespace hw::testing
