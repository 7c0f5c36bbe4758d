// SPDX-License-Identifier: Apache-2.0

#include "engine/printing_receiver.h"

#include <optional>
#include <utility>

#include "engine/result_fold.h"

namespace hw {
namespace {

class PrintingReceiver final : public RowReceiver {
 public:
  PrintingReceiver(PrintingOptions options, TextWriter writer)
      : options_(std::move(options)), writer_(std::move(writer)) {}

  Status begin(const ResultShape& shape) override {
    const bool updates = !shape.kinds.is_insert_only();
    const bool final_rows =
        options_.form == OutputForm::kJson || options_.form == OutputForm::kCsv ||
        (options_.form == OutputForm::kTable && shape.batch_mode && !options_.always_kinds);
    if (final_rows && updates) {
      if (!shape.bounded) {
        return Status::Invalid(
            "this query updates rows that it already gave and its input has no end, so it has no "
            "final rows to print; use --output changelog");
      }
      fold_.emplace(shape.schema);
    }
    HW_ASSIGN_OR_RETURN(
        printer_, ResultPrinter::make({.schema = shape.schema,
                                       .form = options_.form,
                                       .show_kind = !shape.batch_mode || options_.always_kinds,
                                       .unbounded = !shape.bounded,
                                       .time_zone = options_.time_zone},
                                      writer_));
    return printer_->begin();
  }

  Status receive(const Batch& batch) override {
    return fold_ ? fold_->add(batch) : printer_->print(batch);
  }

  Status end() override {
    if (fold_) {
      HW_ASSIGN_OR_RETURN(const std::vector<Batch> rows, fold_->rows());
      for (const Batch& batch : rows) HW_TRY(printer_->print(batch));
    }
    return printer_->end();
  }

 private:
  const PrintingOptions options_;
  const TextWriter writer_;
  std::unique_ptr<ResultPrinter> printer_;
  std::optional<ResultFold> fold_;
};

}  // namespace

std::shared_ptr<RowReceiver> make_printing_receiver(PrintingOptions options, TextWriter writer) {
  return std::make_shared<PrintingReceiver>(std::move(options), std::move(writer));
}

}  // namespace hw
