// SPDX-License-Identifier: Apache-2.0
//
// Puts every row out several times, each time with other columns: bare columns of the input or
// literals. Columns are shared, not copied. Row kinds pass; the two halves of an update stay
// together. No state.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class BoundExpr;
class Operator;

struct ExpandSpec {
  /// One list for each row that comes out; each as long as the output schema.
  std::vector<std::vector<std::shared_ptr<const BoundExpr>>> rows;
  SchemaPtr output;
};

/// Makes the operator: one input, one output.
Result<std::unique_ptr<Operator>> make_expand(ExpandSpec spec);

}  // namespace hw
