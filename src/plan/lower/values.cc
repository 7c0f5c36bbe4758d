// SPDX-License-Identifier: Apache-2.0
//
// Constant rows as a bounded source of one split.

#include "plan/logical/values.h"

#include <utility>

#include "columnar/column_builder.h"
#include "plan/lower/lowering.h"

namespace hw {
namespace {

class ValuesReader final : public SplitReader {
 public:
  explicit ValuesReader(std::shared_ptr<const std::vector<Batch>> batches)
      : batches_(std::move(batches)) {}

  Result<Flow> poll(Output& output) override {
    if (next_ < batches_->size()) output.emit((*batches_)[next_++]);
    return next_ < batches_->size() ? Flow::kNeedInput : Flow::kFinished;
  }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string& position) override {
    next_ = position.empty() ? 0 : static_cast<size_t>(std::stoull(position));
    return Status::OK();
  }

 private:
  const std::shared_ptr<const std::vector<Batch>> batches_;
  size_t next_ = 0;
};

class OneSplit final : public SplitEnumerator {
 public:
  Result<std::vector<Split>> discover() override {
    if (found_) return std::vector<Split>{};
    found_ = true;
    return std::vector<Split>{{.id = "values", .descriptor = ""}};
  }
  bool finished() const override { return found_; }
  Result<std::string> position() const override { return std::string(found_ ? "1" : ""); }
  Status seek(const std::string& position) override {
    found_ = !position.empty();
    return Status::OK();
  }

 private:
  bool found_ = false;
};

class ValuesSource final : public Source {
 public:
  explicit ValuesSource(std::vector<Batch> batches)
      : batches_(std::make_shared<const std::vector<Batch>>(std::move(batches))) {}

  bool bounded() const override { return true; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<OneSplit>();
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split&, const SourceContext&) override {
    return std::make_unique<ValuesReader>(batches_);
  }
  Description describe() const override { return {.name = "Values", .details = {}}; }

 private:
  const std::shared_ptr<const std::vector<Batch>> batches_;
};

/// Rows [begin, end) as a batch.
Result<Batch> batch_of(const ValuesNode& values, size_t begin, size_t end) {
  std::vector<ColumnPtr> columns;
  for (int j = 0; j < values.num_columns(); ++j) {
    const SqlType& type = values.column(j).type;
    HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(type));
    builder->reserve(static_cast<int64_t>(end - begin));
    for (size_t i = begin; i < end; ++i) {
      const ColumnPtr& literal = values.rows()[i][static_cast<size_t>(j)]->literal_value();
      if (literal->is_null(0)) {
        HW_TRY(builder->append_null());
      } else {
        HW_TRY(builder->append_from(*literal, 0));
      }
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
    columns.push_back(std::move(column));
  }
  return Batch(values.schema(), std::move(columns), static_cast<int64_t>(end - begin));
}

}  // namespace

Result<PhysicalNodePtr> lower_values(const LogicalNodePtr& node, Lowering&) {
  const auto& values = node->as<ValuesNode>();
  std::vector<Batch> batches;
  const auto step = static_cast<size_t>(kBatchRowsMax);
  for (size_t begin = 0; begin < values.rows().size(); begin += step) {
    const size_t end = std::min(begin + step, values.rows().size());
    HW_ASSIGN_OR_RETURN(Batch batch, batch_of(values, begin, end));
    batches.push_back(std::move(batch));
  }
  PhysicalNodePtr source = physical_node(PhysicalKind::kSource, "Values", node, {}, {});
  source->source = std::make_shared<ValuesSource>(std::move(batches));
  return source;
}

}  // namespace hw
