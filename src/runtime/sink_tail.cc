// SPDX-License-Identifier: Apache-2.0

#include "runtime/sink_tail.h"

#include <utility>

namespace hw {

SinkTail::SinkTail(std::shared_ptr<Sink> sink, SinkContext context, int last_operator,
                   std::shared_ptr<OperatorMetrics> metrics, std::function<void()> on_prepared)
    : sink_(std::move(sink)),
      context_(std::move(context)),
      last_operator_(last_operator),
      metrics_(std::move(metrics)),
      on_prepared_(std::move(on_prepared)) {}

Status SinkTail::open() { return sink_->make_writer(context_).Value(&writer_); }

Status SinkTail::on_batch(int from_operator, int port, const Batch& batch) {
  if (from_operator != last_operator_ || port != 0) return Status::OK();
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  metrics_->batches_in.add(1);
  metrics_->rows_in.add(dense.num_rows());
  metrics_->bytes_in.add(dense.num_bytes());
  HW_TRY(writer_->write(dense));
  dirty_ = true;
  return Status::OK();
}

Status SinkTail::on_control(int from_operator, const Message& control) {
  if (from_operator != last_operator_) return Status::OK();
  if (const auto* watermark = std::get_if<Watermark>(&control))
    metrics_->watermark_ms.set(watermark->ms);
  if (std::holds_alternative<Barrier>(control)) return not_supported_yet("checkpoints of sinks");
  if (!std::holds_alternative<End>(control)) return Status::OK();
  HW_ASSIGN_OR_RETURN(committables_, writer_->prepare(0));
  phase_ = Phase::kPrepared;
  on_prepared_();
  return Status::OK();
}

Status SinkTail::on_quiet() {
  if (!dirty_ || phase_ != Phase::kWriting) return Status::OK();
  dirty_ = false;
  return writer_->flush();
}

Status SinkTail::on_commit() {
  if (phase_ != Phase::kPrepared) return Status::OK();
  for (const Committable& committable : committables_) HW_TRY(writer_->commit(committable));
  HW_TRY(writer_->flush());
  phase_ = Phase::kCommitted;
  return Status::OK();
}

void SinkTail::close() {
  if (writer_ != nullptr && phase_ != Phase::kCommitted && phase_ != Phase::kClosed)
    writer_->abort();
  if (phase_ != Phase::kCommitted) phase_ = Phase::kClosed;
  writer_.reset();
}

}  // namespace hw
