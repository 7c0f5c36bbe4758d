// SPDX-License-Identifier: Apache-2.0
//
// JSON paths: `$.a.b[0]`, `$['a b']`, `$.a[-1]`, `$.a[1:3]`, `$.a[*].b`, `$..b`, with `lax` or
// `strict` in front. Compiled once, followed through documents.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/text/json_document.h"

namespace hw {

class JsonPath {
 public:
  /// Fails when the text is no path (Invalid), and where it has a filter or a function, which are
  /// not supported yet (NotImplemented).
  static Result<JsonPath> parse(std::string_view text);

  /// `lax` stands in front.
  bool lax() const { return lax_; }
  /// False when the path may name several values (*, .., slices, lists): the result is a list.
  bool definite() const { return definite_; }

  /// The values that the path names, in order. False when a value that it names plainly is missing.
  bool follow(const JsonDocument& document, std::vector<JsonDocument::Id>& found) const;

 private:
  enum class StepKind : uint8_t { kMembers, kElements, kSlice, kAll };
  struct Step {
    StepKind kind = StepKind::kAll;
    /// `..`: applied to the value and everything inside it.
    bool everywhere = false;
    std::vector<std::string> names;
    std::vector<int64_t> positions;  // kElements: any; kSlice: begin, end (INT64_MAX = open)
  };
  class Parser;

  static bool apply(const Step& step, const JsonDocument& document, JsonDocument::Id node,
                    std::vector<JsonDocument::Id>& out);
  static bool apply_elements(const Step& step, const JsonDocument& document, JsonDocument::Id node,
                             std::vector<JsonDocument::Id>& out);
  static void apply_everywhere(const Step& step, const JsonDocument& document,
                               JsonDocument::Id node, std::vector<JsonDocument::Id>& out);

  std::vector<Step> steps_;
  bool lax_ = false;
  bool definite_ = true;
};

}  // namespace hw
