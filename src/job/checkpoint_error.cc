// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_error.h"

#include <memory>
#include <string_view>
#include <utility>

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
  if (status.ok() || status.detail() == nullptr) return std::nullopt;
  if (std::string_view(status.detail()->type_id()) != kDetail) return std::nullopt;
  return static_cast<const CheckpointErrorDetail&>(*status.detail()).kind();
}

}  // namespace hw
