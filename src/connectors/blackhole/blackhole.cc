// SPDX-License-Identifier: Apache-2.0
//
// The blackhole connector: receives rows and drops them.

#include <memory>
#include <utility>

#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

class BlackholeWriter final : public SinkWriter {
 public:
  Status write(const Batch& batch) override { return Status::OK(); }
};

class Blackhole final : public Sink {
 public:
  RowKindSet accepts() const override { return RowKindSet::all(); }
  Guarantee guarantee() const override { return Guarantee::kNone; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    return std::make_unique<BlackholeWriter>();
  }
  Description describe() const override { return {.name = "blackhole"}; }
};

}  // namespace

void register_blackhole(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "blackhole";
  record.sentence = "Receives rows and drops them; for measuring and trying out.";
  record.changelog_mode = "Takes every change.";
  record.guarantee = "None: nothing is kept.";
  record.example = R"(CREATE TABLE nothing (
  id BIGINT
) WITH (
  'connector' = 'blackhole'
))";
  record.sink = [](const SinkRequest& request,
                   const ConnectorContext& context) -> Result<std::unique_ptr<Sink>> {
    return std::make_unique<Blackhole>();
  };
  catalogue.add(std::move(record));
}

}  // namespace hw
