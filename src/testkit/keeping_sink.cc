// SPDX-License-Identifier: Apache-2.0

#include "testkit/keeping_sink.h"

#include <algorithm>
#include <utility>

namespace hw {

class KeepingSink::Writer final : public SinkWriter {
 public:
  Writer(std::shared_ptr<std::vector<Place>> places, int subtask)
      : places_(std::move(places)), place_((*places_)[static_cast<size_t>(subtask)]) {}
  Status write(const Batch& batch) override {
    place_.batches.push_back(batch);
    place_.written += batch.num_rows();
    return Status::OK();
  }
  Status flush() override {
    ++place_.flushed;
    return Status::OK();
  }
  Result<std::vector<Committable>> prepare(int64_t) override {
    return std::vector<Committable>{"everything"};
  }
  Status commit(const Committable&) override {
    ++place_.committed;
    return Status::OK();
  }
  void abort() override {
    ++place_.aborted;
    place_.batches.clear();
  }

 private:
  const std::shared_ptr<std::vector<Place>> places_;
  Place& place_;
};

KeepingSink::KeepingSink() : places_(std::make_shared<std::vector<Place>>(kSubtasksMax)) {}

Result<std::unique_ptr<SinkWriter>> KeepingSink::make_writer(const SinkContext& context) {
  return std::make_unique<Writer>(places_, context.subtask);
}

std::vector<std::string> KeepingSink::rows() const {
  std::vector<std::string> rows;
  for (const Place& place : *places_) {
    if (place.committed == 0) continue;
    for (const Batch& batch : place.batches)
      for (int64_t row = 0; row < batch.num_rows(); ++row)
        rows.push_back(batch.slice(row, 1).to_text());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

int64_t KeepingSink::num_written() const {
  int64_t written = 0;
  for (const Place& place : *places_) written += place.written;
  return written;
}
int KeepingSink::num_committed() const {
  int committed = 0;
  for (const Place& place : *places_) committed += place.committed;
  return committed;
}
int KeepingSink::num_aborted() const {
  int aborted = 0;
  for (const Place& place : *places_) aborted += place.aborted;
  return aborted;
}
int KeepingSink::num_flushed() const {
  int flushed = 0;
  for (const Place& place : *places_) flushed += place.flushed;
  return flushed;
}

}  // namespace hw
