// SPDX-License-Identifier: Apache-2.0
//
// What may follow in a statement that is being typed: keywords, functions, tables, their columns,
// options of connectors and formats, configuration keys and their values. Looks at tokens only, so
// that half a statement is enough.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hw {

class Session;

struct Completion {
  /// Bytes before the cursor that a candidate replaces.
  size_t replaces = 0;
  /// Whole words, sorted, without repetition.
  std::vector<std::string> candidates;
};

/// `before`: the statement up to the cursor; `after`: the rest of it, where tables may be named.
Completion complete(std::string_view before, std::string_view after, const Session& session);

/// What all candidates begin with; as the first one writes it.
std::string shared_beginning(const std::vector<std::string>& candidates);

}  // namespace hw
