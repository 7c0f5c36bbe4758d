// SPDX-License-Identifier: Apache-2.0

#include "operators/not_null_check.h"

#include <utility>

#include "runtime/operator.h"

namespace hw {
namespace {

class NotNullCheck final : public Operator {
 public:
  explicit NotNullCheck(NotNullCheckSpec spec) : spec_(std::move(spec)) {}

  Status open(OperatorContext& context) override {
    dropped_ = &context.counter("null_rows_dropped");
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    HW_ASSIGN_OR_RETURN(const Batch rows, batch.compacted());
    std::vector<bool> bad;
    for (const int i : spec_.columns) {
      const Column& column = *rows.column(i);
      if (!column.may_have_nulls()) continue;
      for (int64_t row = 0; row < rows.num_stored_rows(); ++row) {
        if (!column.is_null(row)) continue;
        if (!spec_.drop) {
          return at(spec_.position,
                    Status::Invalid("column '", spec_.schema->name(i), "' of '", spec_.table,
                                    "' is NOT NULL, but a row has NULL; filter such rows or set "
                                    "'table.exec.sink.not-null-enforcer' to DROP"));
        }
        bad.resize(static_cast<size_t>(rows.num_stored_rows()), false);
        bad[static_cast<size_t>(row)] = true;
      }
    }
    if (bad.empty()) {
      output.emit(rows);
      return Flow::kNeedInput;
    }
    auto kept = std::make_shared<Selection>();
    for (size_t row = 0; row < bad.size(); ++row) {
      if (!bad[row]) kept->push_back(static_cast<int32_t>(row));
    }
    dropped_->add(rows.num_stored_rows() - static_cast<int64_t>(kept->size()));
    if (!kept->empty()) output.emit(rows.narrowed_to(std::move(kept)));
    return Flow::kNeedInput;
  }

  Description describe() const override {
    std::string names;
    for (const int i : spec_.columns) {
      names += (names.empty() ? "" : ", ") + spec_.schema->name(i);
    }
    return {.name = "NotNullCheck", .details = {{"columns", names}}};
  }

 private:
  // Constant after construction.
  const NotNullCheckSpec spec_;
  Counter* dropped_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_not_null_check(NotNullCheckSpec spec) {
  return std::make_unique<NotNullCheck>(std::move(spec));
}

}  // namespace hw
