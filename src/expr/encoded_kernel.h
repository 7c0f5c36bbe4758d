// SPDX-License-Identifier: Apache-2.0
//
// The part of a kernel that has nothing to do with what it computes: constant arguments are
// evaluated once, a dictionary once per distinct value, a NULL constant gives NULLs at once.

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "expr/scalar_function.h"

namespace hw {

/// Base of kernels of functions whose result depends on nothing but the arguments.
class EncodedKernel : public ScalarKernel {
 public:
  Result<ColumnPtr> evaluate(const KernelContext& context, std::span<const ColumnPtr> args) final;

 protected:
  /// Bit i of `sees_nulls` is set when argument i may be NULL in compute(); without it a NULL makes
  /// the result NULL. Only the first 64 arguments can be told apart.
  EncodedKernel(SqlType result_type, uint64_t sees_nulls)
      : result_type_(std::move(result_type)), sees_nulls_(sees_nulls) {}

  /// Computes a plain (or constant) column of `num_rows` rows. Arguments are plain or constant, and
  /// not constant NULL but where NULLs are seen.
  virtual Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) = 0;

  const SqlType& result_type() const { return result_type_; }
  bool sees_nulls(size_t arg) const { return arg >= 64 || ((sees_nulls_ >> arg) & 1) != 0; }

 private:
  Result<ColumnPtr> evaluate_once(const KernelContext& context, std::span<const ColumnPtr> args);
  Result<ColumnPtr> evaluate_distinct(size_t dictionary, std::span<const ColumnPtr> args);

  const SqlType result_type_;
  const uint64_t sees_nulls_;
};

}  // namespace hw
