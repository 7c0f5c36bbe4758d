// SPDX-License-Identifier: Apache-2.0

#include "connectors/socket/peer.h"

#include <string>
#include <utility>

#include "base/log.h"

namespace hw {

Peer::Peer(SocketSettings settings, Env& env) : settings_(std::move(settings)), env_(env) {}

Status Peer::open() {
  if (!settings_.listens) {
    const int64_t now_ms = env_.monotonic_ns() / 1'000'000;
    if (now_ms < next_attempt_ms_) return Status::OK();
    next_attempt_ms_ = now_ms + settings_.reconnect_ms;
    HW_ASSIGN_OR_RETURN(socket_, env_.connect(settings_.host, settings_.port));
    return Status::OK();
  }
  if (listening_ == nullptr) {
    HW_ASSIGN_OR_RETURN(listening_, env_.listen(settings_.host, settings_.port));
  }
  HW_ASSIGN_OR_RETURN(socket_, listening_->accept());
  return Status::OK();
}

Result<Peer::Arrival> Peer::read(char* buffer, int64_t capacity) {
  if (socket_ == nullptr) {
    const Status opened = open();
    if (!opened.ok()) return failed(opened);
    if (socket_ == nullptr) return Arrival{};
  }
  const Result<Socket::Transfer> transfer = socket_->read(buffer, capacity);
  if (!transfer.ok()) return failed(transfer.status());
  if (transfer->closed) {
    socket_.reset();
    heard_ = false;
    return Arrival{.kind = Arrival::Kind::kClosed};
  }
  if (transfer->bytes == 0) return Arrival{};
  heard_ = true;
  failure_told_ = false;
  return Arrival{.kind = Arrival::Kind::kBytes, .bytes = transfer->bytes};
}

Result<Peer::Arrival> Peer::failed(const Status& status) {
  const bool serving = settings_.listens && listening_ != nullptr;
  // A port that cannot be had at the start is a mistake; one that was lost comes back.
  if (settings_.reconnect_ms == 0 || (settings_.listens && !serving)) {
    return Status::IOError("no input from ", settings_.address(), ": ", status.message());
  }
  const bool broken = heard_;
  socket_.reset();
  heard_ = false;
  if (!failure_told_) {
    log_warning(env_, "no input from " + settings_.address() + ": " + status.message() +
                          "; trying again every " + std::to_string(settings_.reconnect_ms) + " ms");
    failure_told_ = true;
  }
  return Arrival{.kind = broken ? Arrival::Kind::kBroken : Arrival::Kind::kNothing};
}

}  // namespace hw
