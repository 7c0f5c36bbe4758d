// SPDX-License-Identifier: Apache-2.0

#include "testkit/batch_source.h"

#include <algorithm>
#include <string>
#include <utility>

namespace hw {
namespace {

class BatchReader final : public SplitReader {
 public:
  BatchReader(std::shared_ptr<const BatchSourceSpec> spec, size_t split)
      : spec_(std::move(spec)), batches_(spec_->splits[split]) {}

  Result<Flow> poll(Output& output) override {
    if (spec_->waits && std::exchange(waiting_, !waiting_)) return Flow::kWaiting;
    if (next_ == batches_.size() && spec_->endless) next_ = 0;
    if (next_ == batches_.size()) return spec_->stays_open ? Flow::kWaiting : Flow::kFinished;
    output.emit(batches_[next_++]);
    return Flow::kNeedInput;
  }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string& position) override {
    next_ = std::stoul(position);
    return Status::OK();
  }
  ReadProgress progress() const override {
    return {.bytes_done = static_cast<int64_t>(next_),
            .bytes_total = static_cast<int64_t>(batches_.size())};
  }

 private:
  const std::shared_ptr<const BatchSourceSpec> spec_;
  const std::vector<Batch>& batches_;
  size_t next_ = 0;
  bool waiting_ = false;
};

class BatchEnumerator final : public SplitEnumerator {
 public:
  explicit BatchEnumerator(std::shared_ptr<const BatchSourceSpec> spec) : spec_(std::move(spec)) {}

  Result<std::vector<Split>> discover() override {
    size_t until = spec_->splits.size();
    if (spec_->splits_at_start >= 0) {
      const size_t first = static_cast<size_t>(spec_->splits_at_start);
      until = std::min(until, called_ ? next_ + 1 : first);
    }
    called_ = true;
    std::vector<Split> found;
    for (; next_ < until; ++next_)
      found.push_back(
          {.id = "split " + std::to_string(next_), .descriptor = std::to_string(next_)});
    return found;
  }
  bool finished() const override { return next_ == spec_->splits.size(); }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string& position) override {
    next_ = std::stoul(position);
    called_ = next_ > 0;
    return Status::OK();
  }

 private:
  const std::shared_ptr<const BatchSourceSpec> spec_;
  size_t next_ = 0;
  bool called_ = false;
};

class BatchSource final : public Source {
 public:
  explicit BatchSource(BatchSourceSpec spec)
      : spec_(std::make_shared<const BatchSourceSpec>(std::move(spec))) {}
  bool bounded() const override { return !spec_->endless && !spec_->stays_open; }
  RowKindSet changelog() const override { return RowKindSet::all(); }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<BatchEnumerator>(spec_);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext&) override {
    return std::make_unique<BatchReader>(spec_, std::stoul(split.descriptor));
  }
  Description describe() const override { return {.name = "Batches", .details = {}}; }

 private:
  const std::shared_ptr<const BatchSourceSpec> spec_;
};

}  // namespace

std::shared_ptr<Source> make_batch_source(BatchSourceSpec spec) {
  return std::make_shared<BatchSource>(std::move(spec));
}

}  // namespace hw
