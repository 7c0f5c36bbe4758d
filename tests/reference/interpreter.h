// SPDX-License-Identifier: Apache-2.0
//
// The reference interpreter: answers a bound plan, as the binder made it and before any rule, by
// the most obvious code there is. One thread, lists of rows, nested loops. It is slow and it is
// meant to be right.
//
// The answer of a stream is that of its final rows: what is left of its changelog at the end of the
// input. Batch and stream differ in two things. A global aggregate over no rows is one row in batch
// and none in a stream. And a stream drops late rows: see Arrival for what is known of them.
//
// To add an operator: write its function in a file of its own, name it in operators.h, and call it
// in interpret().

#pragma once

#include <map>
#include <set>

#include "base/status.h"
#include "plan/logical/node.h"
#include "reference/relation.h"

namespace hw::reference {

enum class Answering : uint8_t { kBatch, kStream };

struct Context {
  const Tables* tables = nullptr;
  Answering answering = Answering::kBatch;
  /// reading.h; null = all are read.
  const std::map<const LogicalNode*, std::set<size_t>>* read_calls = nullptr;

  bool is_stream() const { return answering == Answering::kStream; }
};

/// The rows of a query, or those that an INSERT writes. ORDER BY gives their order.
/// Fails (NotImplemented) naming what the reference does not know.
Result<Relation> interpret(const LogicalNode& node, const Context& context);

}  // namespace hw::reference
