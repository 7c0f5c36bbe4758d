// SPDX-License-Identifier: Apache-2.0
//
// The parts of expressions that are syntax and not functions (CAST, CASE, AND, …), documented as
// functions are: people look them up in the same place.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "expr/scalar_function.h"

namespace hw {

struct SyntaxForm {
  std::string name;
  std::string family;
  /// How it is written, without the name in front.
  std::vector<std::string> forms;
  std::string sentence;
  std::vector<FunctionExample> examples;  // run by a test
};

std::span<const SyntaxForm> syntax_forms();

}  // namespace hw
