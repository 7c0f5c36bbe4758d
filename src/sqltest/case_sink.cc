// SPDX-License-Identifier: Apache-2.0

#include "sqltest/case_sink.h"

namespace hw {
namespace {

class CaseWriter final : public SinkWriter {
 public:
  Status write(const Batch&) override { return Status::OK(); }
};

class CaseSink final : public Sink {
 public:
  explicit CaseSink(RowKindSet accepts) : accepts_(accepts) {}

  RowKindSet accepts() const override { return accepts_; }
  Guarantee guarantee() const override { return Guarantee::kNone; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext&) override {
    return std::make_unique<CaseWriter>();
  }
  Description describe() const override {
    const std::string kinds = accepts_.to_text();  // [I,UA]
    return {.name = "Dropped", .details = {{"accepts", kinds.substr(1, kinds.size() - 2)}}};
  }

 private:
  const RowKindSet accepts_;
};

}  // namespace

std::optional<RowKindSet> sink_kinds(std::string_view word) {
  if (word == "insert") return RowKindSet::insert_only();
  if (word == "upsert") return RowKindSet::all().without(RowKind::kUpdateBefore);
  if (word == "all") return RowKindSet::all();
  return std::nullopt;
}

std::unique_ptr<Sink> make_case_sink(RowKindSet accepts) {
  return std::make_unique<CaseSink>(accepts);
}

}  // namespace hw
