// SPDX-License-Identifier: Apache-2.0

#include "runtime/outbox.h"

#include <string>
#include <utility>

#include "base/assert.h"
#include "base/broken_promise.h"
#include "base/planted.h"
#include "runtime/barrier_answers.h"

namespace hw {

Outbox::Outbox(std::vector<OutEdge> edges, int last_operator,
               std::shared_ptr<OperatorMetrics> metrics, BarrierAnswers* answers)
    : last_operator_(last_operator), metrics_(std::move(metrics)), answers_(answers) {
  for (OutEdge& given : edges) {
    Edge edge{given.from_operator, given.from_port, std::move(given.router), {}};
    for (Channel* channel : given.channels) edge.lanes.push_back({channel, {}, false});
    edges_.push_back(std::move(edge));
  }
}

void Outbox::drain(Lane& lane) {
  while (!lane.waiting.empty()) {
    if (!lane.channel->unwanted() && !lane.channel->offer(lane.waiting.front())) return;
    lane.waiting.pop_front();
    --num_waiting_;
  }
}

Result<ChainTail::Room> Outbox::drain() {
  if (num_waiting_ > 0)
    for (Edge& edge : edges_)
      for (Lane& lane : edge.lanes) drain(lane);
  HW_PROMISE(num_waiting_ == sum_of_lanes(), "an outbox counts " + std::to_string(num_waiting_) +
                                                 " messages that wait, and holds " +
                                                 std::to_string(sum_of_lanes()));
  return num_waiting_ == 0 || HW_PLANTED_BUG(55) ? Room::kFree : Room::kFull;
}

int64_t Outbox::sum_of_lanes() const {
  size_t waiting = 0;
  for (const Edge& edge : edges_)
    for (const Lane& lane : edge.lanes) waiting += lane.waiting.size();
  return static_cast<int64_t>(waiting);
}

void Outbox::send(Lane& lane, Message message) {
  HW_DCHECK(!lane.ended);
  if (std::holds_alternative<End>(message)) lane.ended = true;
  if (lane.channel->unwanted()) return;
  // Behind what waits already: the order within a channel is a promise.
  if (lane.waiting.empty() && lane.channel->offer(message)) return;
  lane.waiting.push_back(std::move(message));
  ++num_waiting_;
}

Status Outbox::on_batch(int from_operator, int port, const Batch& batch) {
  for (Edge& edge : edges_) {
    if (edge.from_operator != from_operator || edge.from_port != port) continue;
    routed_.clear();
    HW_TRY(edge.router->route(batch, routed_));
    for (RoutedBatch& part : routed_) {
      metrics_->bytes_out.add(part.batch.num_bytes());
      send(edge.lanes[static_cast<size_t>(part.receiver)], std::move(part.batch));
    }
    routed_.clear();
  }
  return Status::OK();
}

Status Outbox::on_control(int from_operator, const Message& control) {
  for (Edge& edge : edges_) {
    if (edge.from_operator != from_operator) continue;
    for (Lane& lane : edge.lanes) send(lane, control);
  }
  if (from_operator != last_operator_) return Status::OK();
  if (std::holds_alternative<End>(control)) ended_ = true;
  const auto* barrier = std::get_if<Barrier>(&control);
  if (barrier != nullptr && answers_ != nullptr) answers_->on_passed(barrier->id, {});
  return Status::OK();
}

bool Outbox::finished() const {
  for (const Edge& edge : edges_)
    for (const Lane& lane : edge.lanes)
      if (!lane.channel->unwanted()) return false;
  return !edges_.empty();
}

void Outbox::close() {
  for (Edge& edge : edges_) {
    for (Lane& lane : edge.lanes) {
      if (lane.ended && lane.waiting.empty()) continue;
      lane.channel->close(Status::Cancelled("the sender stopped before its end"));
    }
  }
  edges_.clear();
}

}  // namespace hw
