// SPDX-License-Identifier: Apache-2.0
//
// What an aggregate function is. It names the columns of its accumulator; the operator keeps
// them in state (src/state) and hands in row numbers, so that one call serves a whole batch.

#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "columnar/row_store.h"
#include "expr/scalar_function.h"

namespace hw {

/// One accumulator column. Fixed-width physical types are updated in place.
struct AccumulatorColumn {
  std::string name;
  SqlType type;
};

/// A batch's worth of input to an aggregate: row i goes to accumulator row groups[i].
struct AggregateInput {
  std::span<const ColumnPtr> args;
  std::span<const uint32_t> groups;
  /// Null: every row is added. Else +1 adds row i, -1 takes it back, 0 skips it (FILTER, NULLs of
  /// another argument).
  const int8_t* signs = nullptr;
};

/// What the operator must keep beside the accumulator columns.
enum class AggregateNeeds : uint8_t {
  kNothing,
  kOrderedSet,  // all live values with counts, in value order: retracting MIN, MAX
  kMultiset,    // all live values with counts, in arrival order
};

class AggregateKernel {
 public:
  virtual ~AggregateKernel() = default;
  virtual std::vector<AccumulatorColumn> accumulator() const = 0;
  /// Sets freshly made accumulator rows to the state of "no rows yet". Fresh rows are zero bytes
  /// and not NULL, so most kernels need nothing.
  virtual void initialize(RowStoreView state, std::span<const uint32_t> rows) {}
  virtual Status update(RowStoreView state, const AggregateInput& input) = 0;
  /// Adds accumulator row from_rows[i] of `from` to row rows[i] of `state`: panes, local/global.
  virtual Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
                       std::span<const uint32_t> from_rows) = 0;
  /// Takes back what merge added (sliding panes). Only called if invertible().
  virtual Status unmerge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
                         std::span<const uint32_t> from_rows) {
    return Status::UnknownError("this aggregate is not invertible");
  }
  virtual bool invertible() const { return false; }
  virtual Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) = 0;
};

struct AggregateBinding {
  std::vector<SqlType> arg_types;
  SqlType result_type;
  std::vector<ColumnPtr> literals;
  const ExprSession* session = nullptr;
  /// The input has -U or -D rows.
  bool retracts = false;
};

struct AggregateFunction {
  std::string name;
  std::vector<std::string> aliases;
  std::vector<std::string> signatures;
  std::string sentence;
  std::vector<FunctionExample> examples;  // `SUM(x) FROM (VALUES (1), (2)) AS t(x)` -> `3`
  TypeInference infer;
  ArgumentCoercion coerce;
  /// What a retracting / an append-only input needs beside the columns.
  std::function<AggregateNeeds(const AggregateBinding&)> needs;
  std::function<Result<std::unique_ptr<AggregateKernel>>(const AggregateBinding&)> kernel;
};

/// For kOrderedSet and kMultiset functions over retracting input, the operator itself keeps the
/// set and asks the function only for its result type; MIN takes the first, MAX the last value.

}  // namespace hw
