// SPDX-License-Identifier: Apache-2.0

#include "base/status.h"

#include <utility>

#include "base/status_detail.h"

namespace hw {
namespace {

constexpr const char* kPositionDetail = "hw::SqlPosition";

class PositionDetail final : public arrow::StatusDetail {
 public:
  PositionDetail(SqlPosition position, std::shared_ptr<arrow::StatusDetail> other)
      : position_(position), other_(std::move(other)) {}
  const char* type_id() const override { return kPositionDetail; }
  std::string ToString() const override {
    return "line " + std::to_string(position_.line) + ", column " +
           std::to_string(position_.column);
  }
  SqlPosition position() const { return position_; }
  const arrow::StatusDetail* other() const { return other_.get(); }

 private:
  const SqlPosition position_;
  const std::shared_ptr<arrow::StatusDetail> other_;  // what the status had before; may be null
};

}  // namespace

SqlPosition position_of(const Status& status) {
  if (status.ok() || status.detail() == nullptr) return {};
  if (std::string_view(status.detail()->type_id()) != kPositionDetail) return {};
  return static_cast<const PositionDetail&>(*status.detail()).position();
}

Status at(SqlPosition position, const Status& status) {
  if (status.ok() || !position.known() || position_of(status).known()) return status;
  return status.WithDetail(std::make_shared<PositionDetail>(position, status.detail()));
}

const arrow::StatusDetail* detail_of(const Status& status, std::string_view type_id) {
  if (status.ok()) return nullptr;
  const arrow::StatusDetail* detail = status.detail().get();
  if (detail != nullptr && std::string_view(detail->type_id()) == kPositionDetail) {
    detail = static_cast<const PositionDetail&>(*detail).other();
  }
  return detail != nullptr && detail->type_id() == type_id ? detail : nullptr;
}

Status while_doing(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  return status.WithMessage(status.message(), ", while ", context);
}

Status not_supported_yet(std::string_view what, SqlPosition position) {
  return at(position, Status::NotImplemented("not supported yet: ", what));
}

}  // namespace hw
