// SPDX-License-Identifier: Apache-2.0
//
// Identifiers and dotted names of the syntax tree. Quotes are gone (``a``b`` inside backticks is
// a`b), case is kept: whoever looks a name up decides whether case counts (tables and columns: yes;
// functions, hints, keywords: no).

#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace hw::ast {

struct Identifier {
  std::string text;
  /// Whether it was written in backticks. Never part of equality.
  bool quoted = false;
  SqlPosition position;
};

inline bool operator==(const Identifier& a, const Identifier& b) { return a.text == b.text; }

/// One or more identifiers joined by dots. Empty parts = no name given.
struct Name {
  std::vector<Identifier> parts;

  bool empty() const { return parts.empty(); }
  SqlPosition position() const { return parts.empty() ? SqlPosition{} : parts.front().position; }
  const Identifier& last() const { return parts.back(); }
};

inline bool operator==(const Name& a, const Name& b) { return a.parts == b.parts; }

}  // namespace hw::ast
