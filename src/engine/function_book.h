// SPDX-License-Identifier: Apache-2.0
//
// The page of the book about functions, written from their records: `headwater functions
// --markdown` prints it, and a test tells when docs/book/functions.md is another one.

#pragma once

#include <string>

namespace hw {

/// Markdown: every function, operator and form of syntax by family, with its examples.
std::string function_book();

}  // namespace hw
