// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_error.h"

#include <memory>
#include <utility>

#include "base/status_detail.h"

namespace hw {
namespace {

constexpr const char* kDetail = "hw::CheckpointError";

class CheckpointErrorDetail final : public arrow::StatusDetail {
 public:
  explicit CheckpointErrorDetail(CheckpointErrorKind kind) : kind_(kind) {}
  const char* type_id() const override { return kDetail; }
  std::string ToString() const override { return "checkpoint"; }
  CheckpointErrorKind kind() const { return kind_; }

 private:
  const CheckpointErrorKind kind_;
};

}  // namespace

Status checkpoint_error(CheckpointErrorKind kind, std::string message) {
  return Status::IOError(std::move(message))
      .WithDetail(std::make_shared<CheckpointErrorDetail>(kind));
}

std::optional<CheckpointErrorKind> checkpoint_error_of(const Status& status) {
  const arrow::StatusDetail* detail = detail_of(status, kDetail);
  if (detail == nullptr) return std::nullopt;
  return static_cast<const CheckpointErrorDetail&>(*detail).kind();
}

}  // namespace hw
