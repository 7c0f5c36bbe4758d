// SPDX-License-Identifier: Apache-2.0
//
// What a scalar SQL function is: its documentation record, its typing and its kernel. A kernel
// sees whole columns; row_kernel<f> (row_kernel.h) makes one from a function of one row's values.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "columnar/column.h"

namespace hw {

class BoundExpr;

/// Session values that an expression's meaning depends on; fixed at planning.
struct ExprSession {
  /// `table.local-time-zone`, an IANA name or an offset such as `+02:00`.
  std::string time_zone = "UTC";
  /// `table.exec.legacy-cast-behaviour`: casts that fail give NULL.
  bool lenient_casts = false;
  bool batch_mode = false;
  /// Where RAND and UUID start, different for every instance of every run (Env's "expr" stream).
  /// 0: drawn from the real Env when the kernel is made.
  uint64_t random_seed = 0;
};

/// What a kernel may know while it runs.
struct KernelContext {
  int64_t num_rows = 0;
  /// Wall clock in ms since the epoch, read once per batch (once per query in batch mode).
  int64_t now_ms = 0;
  /// Current watermark of the operator (INT64_MIN = none), for CURRENT_WATERMARK.
  int64_t watermark_ms = INT64_MIN;
  /// The row numbers where an error matters, or null for all. A failing kernel must not report an
  /// error of a row that is not in here: the evaluator only hands such rows down, so this is null
  /// today and kernels may ignore it.
  const std::vector<int32_t>* active_rows = nullptr;
};

/// One bound call: compiled once (a literal pattern, a format), then run per batch.
/// Arguments have context.num_rows rows in any encoding; so has the result.
class ScalarKernel {
 public:
  virtual ~ScalarKernel() = default;
  virtual Result<ColumnPtr> evaluate(const KernelContext& context,
                                     std::span<const ColumnPtr> args) = 0;
};

/// What binding one call knows.
struct CallBinding {
  std::vector<SqlType> arg_types;
  SqlType result_type;
  /// Per argument its one-row constant column if it is a literal (after folding), else null.
  std::vector<ColumnPtr> literals;
  const ExprSession* session = nullptr;
  /// Tells the calls of one evaluator apart: RAND() and another RAND() draw different numbers.
  int call_number = 0;
};

enum class Nulls : uint8_t {
  kPropagate,  // any NULL argument gives NULL; result is NOT NULL if all arguments are
  kNullable,   // any NULL argument gives NULL, and other arguments may, too
  kHandled,    // the kernel decides; the result is nullable unless `infer` or `-> T NOT NULL` says
};

enum class Determinism : uint8_t {
  kDeterministic,
  kPerQuery,  // current time and date: per row in streaming, once per query in batch
  kNever,     // RAND, UUID
};

struct FunctionExample {
  std::string expression;  // `STARTSWITH('headwater', 'head')`
  std::string result;      // as CAST to STRING: `TRUE`, `NULL`
};

using ScalarBind = std::function<Result<std::unique_ptr<ScalarKernel>>(const CallBinding&)>;
/// Computes the result type from the (already coerced) argument types and the literals.
using TypeInference = std::function<Result<SqlType>(const CallBinding&)>;
/// Checks and coerces by itself instead of by signatures: returns the types the arguments are to be
/// cast to. Used by operators (`+`, `=`), CASE-like functions and functions over any type.
using ArgumentCoercion = std::function<Result<std::vector<SqlType>>(const CallBinding&)>;

/// Builds an equal expression that is not a call of the function itself: a special form, a cheaper
/// call. `args` are coerced, `type` is the result type that was inferred.
using CallRewrite = std::function<Result<std::shared_ptr<const BoundExpr>>(
    std::vector<std::shared_ptr<const BoundExpr>> args, const SqlType& type,
    const ExprSession& session)>;
/// Returns a cheaper equal expression for a call that is about to be compiled, or null.
using CallFusion = std::function<std::shared_ptr<const BoundExpr>(const BoundExpr& call)>;

/// Says that a call with these arguments cannot fail, although others of the function can.
using NeverFails = std::function<bool(std::span<const std::shared_ptr<const BoundExpr>> args)>;

struct ScalarFunction {
  std::string name;                  // upper case; operators by their sign: `+`, `IS NULL`
  std::vector<std::string> aliases;  // `SUBSTR`
  std::string family;                // conditional, arithmetic, string, …: flink-sql families
  /// `(value VARCHAR, [n INT]) -> BOOLEAN`; see signature.h. With `infer` the result is only
  /// documentation, with `coerce` the whole is.
  std::vector<std::string> signatures;
  std::string sentence;
  std::vector<FunctionExample> examples;
  Nulls nulls = Nulls::kPropagate;
  Determinism determinism = Determinism::kDeterministic;
  /// For a call without arguments, if it differs: UNIX_TIMESTAMP() reads the clock.
  std::optional<Determinism> determinism_without_arguments = std::nullopt;
  bool can_fail = false;
  NeverFails never_fails;   // optional, with can_fail: `x / 2`
  TypeInference infer;      // optional
  ArgumentCoercion coerce;  // optional
  CallRewrite rewrite;      // optional: at binding; then `kernel` may be missing
  CallFusion fuse;          // optional: at compilation
  ScalarBind kernel;
};

}  // namespace hw
