// SPDX-License-Identifier: Apache-2.0

#include "operators/over_call.h"

namespace hw {
namespace {

bool is_distance(const FrameBound& bound) {
  return bound.edge == FrameEdge::kPreceding || bound.edge == FrameEdge::kFollowing;
}

std::string to_text(const FrameBound& bound) {
  switch (bound.edge) {
    case FrameEdge::kUnboundedPreceding:
      return "UNBOUNDED PRECEDING";
    case FrameEdge::kPreceding:
      return bound.text + " PRECEDING";
    case FrameEdge::kCurrentRow:
      return "CURRENT ROW";
    case FrameEdge::kFollowing:
      return bound.text + " FOLLOWING";
    case FrameEdge::kUnboundedFollowing:
      return "UNBOUNDED FOLLOWING";
  }
  return {};
}

const char* name_of(OverFunction function) {
  switch (function) {
    case OverFunction::kAggregate:
      break;
    case OverFunction::kRowNumber:
      return "ROW_NUMBER";
    case OverFunction::kRank:
      return "RANK";
    case OverFunction::kDenseRank:
      return "DENSE_RANK";
    case OverFunction::kNtile:
      return "NTILE";
    case OverFunction::kCumeDist:
      return "CUME_DIST";
    case OverFunction::kPercentRank:
      return "PERCENT_RANK";
    case OverFunction::kLag:
      return "LAG";
    case OverFunction::kLead:
      return "LEAD";
    case OverFunction::kFirstValue:
      return "FIRST_VALUE";
    case OverFunction::kLastValue:
      return "LAST_VALUE";
    case OverFunction::kNthValue:
      return "NTH_VALUE";
  }
  return "";
}

}  // namespace

bool OverFrame::by_distance() const { return !rows && (is_distance(start) || is_distance(end)); }

std::string to_text(const OverFrame& frame) {
  return std::string(frame.rows ? "ROWS" : "RANGE") + " BETWEEN " + to_text(frame.start) + " AND " +
         to_text(frame.end);
}

bool OverCall::framed() const {
  return function == OverFunction::kAggregate || function == OverFunction::kFirstValue ||
         function == OverFunction::kLastValue || function == OverFunction::kNthValue;
}

std::string OverCall::to_sql(const Schema& input) const {
  std::string text;
  if (function == OverFunction::kAggregate) {
    text = aggregate.to_sql(input);
  } else {
    std::string args = value >= 0 ? input.name(value) : "";
    const bool distant = function == OverFunction::kLag || function == OverFunction::kLead;
    if (distant || function == OverFunction::kNtile || function == OverFunction::kNthValue) {
      args += (args.empty() ? "" : ", ") + std::to_string(n);
    }
    if (otherwise >= 0) args += ", " + input.name(otherwise);
    text = std::string(name_of(function)) + "(" + args + ")";
    const bool said = distant || function == OverFunction::kNthValue;
    if (said && ignore_nulls) text += " IGNORE NULLS";
  }
  return framed() ? text + " " + to_text(frame) : text;
}

bool settles(const OverCall& call) {
  switch (call.function) {
    case OverFunction::kNtile:
    case OverFunction::kCumeDist:
    case OverFunction::kPercentRank:
      return false;
    case OverFunction::kLead:
      // Nobody knows how far ahead the next value is.
      return !call.ignore_nulls;
    default:
      return !call.framed() || !call.frame.ends_unbounded();
  }
}

int64_t rows_ahead(const OverCall& call) {
  if (call.function == OverFunction::kLead) return call.n;
  const bool ahead =
      call.framed() && call.frame.rows && call.frame.end.edge == FrameEdge::kFollowing;
  return ahead ? call.frame.end.distance : 0;
}

int64_t distance_ahead(const OverCall& call) {
  const bool ahead =
      call.framed() && !call.frame.rows && call.frame.end.edge == FrameEdge::kFollowing;
  return ahead ? call.frame.end.distance : 0;
}

}  // namespace hw
