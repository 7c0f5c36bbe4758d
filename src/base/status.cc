// SPDX-License-Identifier: Apache-2.0

#include "base/status.h"

#include <utility>

namespace hw {
namespace {

constexpr const char* kPositionDetail = "hw::SqlPosition";

class PositionDetail final : public arrow::StatusDetail {
 public:
  explicit PositionDetail(SqlPosition position) : position_(position) {}
  const char* type_id() const override { return kPositionDetail; }
  std::string ToString() const override {
    return "line " + std::to_string(position_.line) + ", column " +
           std::to_string(position_.column);
  }
  SqlPosition position() const { return position_; }

 private:
  const SqlPosition position_;
};

}  // namespace

SqlPosition position_of(const Status& status) {
  if (status.ok() || status.detail() == nullptr) return {};
  if (std::string_view(status.detail()->type_id()) != kPositionDetail) return {};
  return static_cast<const PositionDetail&>(*status.detail()).position();
}

Status at(SqlPosition position, const Status& status) {
  if (status.ok() || !position.known() || position_of(status).known()) return status;
  return status.WithDetail(std::make_shared<PositionDetail>(position));
}

Status while_doing(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  return status.WithMessage(status.message(), ", while ", context);
}

Status not_supported_yet(std::string_view what, SqlPosition position) {
  return at(position, Status::NotImplemented("not supported yet: ", what));
}

}  // namespace hw
