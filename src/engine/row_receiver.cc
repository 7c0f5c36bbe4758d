// SPDX-License-Identifier: Apache-2.0

#include "engine/row_receiver.h"

#include <utility>

#include "runtime/sink.h"

namespace hw {
namespace {

class CollectingWriter final : public SinkWriter {
 public:
  explicit CollectingWriter(std::shared_ptr<RowReceiver> receiver)
      : receiver_(std::move(receiver)) {}

  Status write(const Batch& batch) override { return receiver_->receive(batch); }
  Result<std::vector<Committable>> prepare(int64_t checkpoint) override {
    HW_TRY(receiver_->end());
    return std::vector<Committable>{};
  }

 private:
  const std::shared_ptr<RowReceiver> receiver_;
};

class CollectingSink final : public Sink {
 public:
  explicit CollectingSink(std::shared_ptr<RowReceiver> receiver) : receiver_(std::move(receiver)) {}

  RowKindSet accepts() const override { return RowKindSet::all(); }
  Guarantee guarantee() const override { return Guarantee::kAtLeastOnce; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    return std::make_unique<CollectingWriter>(receiver_);
  }
  Description describe() const override { return {.name = "Collect", .details = {}}; }

 private:
  const std::shared_ptr<RowReceiver> receiver_;
};

}  // namespace

std::shared_ptr<Sink> make_collecting_sink(std::shared_ptr<RowReceiver> receiver) {
  return std::make_shared<CollectingSink>(std::move(receiver));
}

}  // namespace hw
