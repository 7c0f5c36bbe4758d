// SPDX-License-Identifier: Apache-2.0

#include "log/log_error.h"

#include <memory>
#include <utility>

#include "base/status_detail.h"

namespace hw {
namespace {

constexpr const char* kDetail = "hw::LogError";

class LogErrorDetail final : public arrow::StatusDetail {
 public:
  explicit LogErrorDetail(LogErrorKind kind) : kind_(kind) {}
  const char* type_id() const override { return kDetail; }
  std::string ToString() const override { return "log"; }
  LogErrorKind kind() const { return kind_; }

 private:
  const LogErrorKind kind_;
};

}  // namespace

Status log_error(LogErrorKind kind, std::string message) {
  auto detail = std::make_shared<LogErrorDetail>(kind);
  if (kind == LogErrorKind::kDamaged) {
    return Status::SerializationError(std::move(message)).WithDetail(std::move(detail));
  }
  return Status::IOError(std::move(message)).WithDetail(std::move(detail));
}

std::optional<LogErrorKind> log_error_of(const Status& status) {
  const arrow::StatusDetail* detail = detail_of(status, kDetail);
  if (detail == nullptr) return std::nullopt;
  return static_cast<const LogErrorDetail&>(*detail).kind();
}

}  // namespace hw
