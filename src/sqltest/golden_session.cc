// SPDX-License-Identifier: Apache-2.0

#include "sqltest/golden_session.h"

#include <algorithm>
#include <utility>

#include "columnar/text/type_text.h"
#include "engine/result_fold.h"
#include "sql/parser.h"
#include "sqltest/case_source.h"

namespace hw {

Result<std::vector<Batch>> CapturingReceiver::final_batches() const {
  const bool insert_only = std::all_of(batches_.begin(), batches_.end(),
                                       [](const Batch& batch) { return batch.insert_only(); });
  if (insert_only) return batches_;
  ResultFold fold(shape_.schema);
  for (const Batch& batch : batches_) HW_TRY(fold.add(batch));
  return fold.rows();
}

Status GoldenSession::configure() {
  if (mode_.restarts.kill_after > 0) {
    session_.set_job_starter([&rule = mode_.restarts](JobGraph graph, JobOptions options) {
      return run_restarting(std::move(graph), std::move(options), rule);
    });
  }
  if (mode_.output_rows_max > 0) session_.set_output_rows_max(mode_.output_rows_max);
  if (!mode_.chaining) HW_TRY(set("pipeline.operator-chaining.enabled", "false"));
  if (!mode_.without_rule.empty()) {
    HW_TRY(set("table.optimizer.disabled-rules", mode_.without_rule));
  }
  HW_TRY(set("table.optimizer.agg-phase-strategy", mode_.aggregation));
  HW_TRY(set("execution.runtime-mode", mode_.batch ? "batch" : "streaming"));
  HW_TRY(set("table.local-time-zone", "UTC"));
  return set("parallelism.default", std::to_string(mode_.parallelism));
}

Result<Outcome> GoldenSession::execute(const std::string& sql,
                                       std::shared_ptr<RowReceiver> receiver) {
  HW_ASSIGN_OR_RETURN(const ast::StatementPtr statement, parse_statement(sql));
  HW_ASSIGN_OR_RETURN(Outcome outcome, session_.execute(*statement, std::move(receiver)));
  if (auto* started = std::get_if<Outcome::Started>(&outcome.what)) {
    HW_TRY(started->job->wait());
  }
  return outcome;
}

Status GoldenSession::make_table(const std::string& declaration,
                                 std::shared_ptr<const CellRows> rows) {
  const auto schema_of = [](const ScanRequest& request) { return request.physical; };
  return session_.register_table(
      declaration,
      [rows, schema_of,
       slicing = mode_.slicing](const ScanRequest& request) -> Result<std::unique_ptr<Source>> {
        HW_ASSIGN_OR_RETURN(const Batch batch,
                            parse_rows(schema_of(request), *rows, request.time_zone));
        return make_case_source(batch, request, slicing);
      });
}

Status GoldenSession::append_texts(const Batch& batch, bool with_kind, CellRows& out) {
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  std::vector<std::unique_ptr<ValuePrinter>> printers;
  for (const ColumnPtr& column : dense.columns()) {
    HW_ASSIGN_OR_RETURN(auto printer, ValuePrinter::make(column->type(), TextStyle::kSql, zone()));
    printers.push_back(std::move(printer));
  }
  for (int64_t row = 0; row < dense.num_rows(); ++row) {
    std::vector<std::string> cells;
    if (with_kind) cells.emplace_back(to_text(dense.row_kind(row)));
    for (size_t i = 0; i < printers.size(); ++i) {
      std::string text;
      printers[i]->print(*dense.column(static_cast<int>(i)), row, text);
      cells.push_back(std::move(text));
    }
    out.push_back(std::move(cells));
  }
  return Status::OK();
}

}  // namespace hw
