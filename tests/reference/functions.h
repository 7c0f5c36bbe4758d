// SPDX-License-Identifier: Apache-2.0
//
// The scalar functions that the reference knows: tables of names and bodies, one a file. To add a
// function, add a line to the table of its family, or a family here and in scalar.cc.

#pragma once

#include <span>
#include <string_view>

#include "base/status.h"
#include "expr/bound_expr.h"
#include "reference/value.h"

namespace hw::reference {

/// A call with its arguments evaluated; `call` has their types and the result's.
struct Call {
  const BoundExpr& call;
  std::span<const Value> args;

  const SqlType& type() const { return call.type(); }
  const SqlType& type(size_t i) const { return call.args()[i]->type(); }
  int64_t integer(size_t i) const { return args[i].as<int64_t>(); }
  double real(size_t i) const { return args[i].as<double>(); }
  const std::string& text(size_t i) const { return args[i].as<std::string>(); }
};

struct Function {
  /// As the engine's catalogue names it.
  std::string_view name;
  Result<Value> (*body)(const Call&);
  /// False: a NULL argument gives NULL without a call.
  bool sees_nulls = false;
};

std::span<const Function> comparison_functions();
std::span<const Function> number_functions();
std::span<const Function> text_functions();
std::span<const Function> time_functions();
std::span<const Function> collection_functions();

/// An integer cut to the width of its type, as Java wraps.
int64_t wrap(Unscaled value, const SqlType& type);

}  // namespace hw::reference
