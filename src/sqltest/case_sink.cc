// SPDX-License-Identifier: Apache-2.0

#include "sqltest/case_sink.h"

#include <utility>

namespace hw {
namespace {

class CaseWriter final : public SinkWriter {
 public:
  CaseWriter(std::shared_ptr<WrittenRows> rows, int subtask)
      : rows_(std::move(rows)), subtask_(subtask) {}

  Status write(const Batch& batch) override {
    rows_->by_subtask[static_cast<size_t>(subtask_)].push_back(batch);
    return Status::OK();
  }

 private:
  const std::shared_ptr<WrittenRows> rows_;
  const int subtask_;
};

class CaseSink final : public Sink {
 public:
  CaseSink(RowKindSet accepts, std::shared_ptr<WrittenRows> rows)
      : accepts_(accepts), rows_(std::move(rows)) {}

  RowKindSet accepts() const override { return accepts_; }
  Guarantee guarantee() const override { return Guarantee::kNone; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    if (context.subtask >= WrittenRows::kSubtasksMax) {
      return Status::Invalid("golden files run at most at parallelism ", WrittenRows::kSubtasksMax);
    }
    return std::make_unique<CaseWriter>(rows_, context.subtask);
  }
  Description describe() const override {
    const std::string kinds = accepts_.to_text();  // [I,UA]
    return {.name = "Dropped", .details = {{"accepts", kinds.substr(1, kinds.size() - 2)}}};
  }

 private:
  const RowKindSet accepts_;
  const std::shared_ptr<WrittenRows> rows_;
};

}  // namespace

std::optional<RowKindSet> sink_kinds(std::string_view word) {
  if (word == "insert") return RowKindSet::insert_only();
  if (word == "upsert") return RowKindSet::all().without(RowKind::kUpdateBefore);
  if (word == "all") return RowKindSet::all();
  return std::nullopt;
}

std::unique_ptr<Sink> make_case_sink(RowKindSet accepts, std::shared_ptr<WrittenRows> rows) {
  return std::make_unique<CaseSink>(accepts, std::move(rows));
}

}  // namespace hw
