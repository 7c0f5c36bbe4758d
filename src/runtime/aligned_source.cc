// SPDX-License-Identifier: Apache-2.0

#include "runtime/aligned_source.h"

#include <utility>

namespace hw {
namespace {

class AlignedSource final : public Source, public AlignsWatermarks {
 public:
  AlignedSource(std::shared_ptr<Source> source, AlignmentRule rule)
      : source_(std::move(source)), rule_(std::move(rule)) {}

  const AlignmentRule& alignment() const override { return rule_; }
  bool bounded() const override { return source_->bounded(); }
  RowKindSet changelog() const override { return source_->changelog(); }
  bool grows() const override { return source_->grows(); }
  bool replayable() const override { return source_->replayable(); }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    return source_->make_enumerator(context);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    return source_->make_reader(split, context);
  }
  Description describe() const override { return source_->describe(); }

 private:
  const std::shared_ptr<Source> source_;
  const AlignmentRule rule_;
};

}  // namespace

std::shared_ptr<Source> make_aligned_source(std::shared_ptr<Source> source, AlignmentRule rule) {
  return std::make_shared<AlignedSource>(std::move(source), std::move(rule));
}

}  // namespace hw
