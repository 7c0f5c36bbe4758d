// SPDX-License-Identifier: Apache-2.0
//
// Joins many inputs along one common key, all at once: what joins of two would keep of the rows in
// between is not kept. For each key the result is the product of the inputs' rows; an outer input
// without rows counts as one row of NULLs, any other one makes the result empty.
//
// Emits +I and -D: for each row that comes or goes, what it makes together with the kept rows of
// the others. The first row of an outer input takes back what was padded for it, its last one
// brings it back; the halves of an update of one key do neither. NULL in a key matches nothing.
// Streams only. One thread.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "operators/regular_join.h"

namespace hw {

/// A column of an input.
struct MultiJoinColumn {
  int input = 0;
  int column = 0;
};

struct MultiJoinInput {
  /// The n-th keys of all inputs meet; without times to live.
  JoinSide side;
  /// LEFT JOIN: may be missing.
  bool outer = false;
};

struct MultiJoinSpec {
  /// At least two, at most kMultiJoinInputsMax; the first is not outer.
  std::vector<MultiJoinInput> inputs;
  std::vector<MultiJoinColumn> output_columns;
  SchemaPtr output;
};

/// As many as a tasklet tells apart.
constexpr int kMultiJoinInputsMax = 32;

/// Makes the operator: its inputs hashed by their keys, one output.
std::unique_ptr<Operator> make_multi_join(MultiJoinSpec spec);

}  // namespace hw
