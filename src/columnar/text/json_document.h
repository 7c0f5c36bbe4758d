// SPDX-License-Identifier: Apache-2.0
//
// A JSON text as a tree, for the functions that look into one or write one. Numbers keep their
// text. Reusable: parse() forgets the document before.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hw {

enum class JsonValueKind : uint8_t { kNull, kTrue, kFalse, kNumber, kString, kArray, kObject };

class JsonDocument {
 public:
  using Id = int32_t;
  static constexpr Id kNone = -1;
  /// Values inside one another at most.
  static constexpr int kDepthMax = 1000;

  /// False when the text is not one JSON value (RFC 8259) between blanks; duplicate keys are
  /// allowed. `text` outlives the document.
  bool parse(std::string_view text);

  /// Requires: parse() gave true.
  Id root() const { return 0; }
  JsonValueKind kind(Id node) const { return nodes_[static_cast<size_t>(node)].kind; }
  bool is_scalar(Id node) const { return kind(node) < JsonValueKind::kArray; }
  /// Numbers: as written; strings: without quotes and escapes; `null`, `true`, `false`.
  std::string_view text(Id node) const { return nodes_[static_cast<size_t>(node)].text; }
  std::string_view key(Id node) const { return nodes_[static_cast<size_t>(node)].key; }
  /// Elements or members in order.
  Id first_child(Id node) const { return nodes_[static_cast<size_t>(node)].first_child; }
  Id next(Id node) const { return nodes_[static_cast<size_t>(node)].next; }
  int32_t num_children(Id node) const { return nodes_[static_cast<size_t>(node)].num_children; }
  /// The last member of that name, or kNone.
  Id member(Id object, std::string_view name) const;

  /// Without blanks, members sorted by their names, of equal names the last.
  void append_text(Id node, std::string& out) const;

 private:
  struct Node {
    JsonValueKind kind = JsonValueKind::kNull;
    Id first_child = kNone;
    Id next = kNone;
    int32_t num_children = 0;
    std::string_view text;
    std::string_view key;
  };
  class Parser;

  void append_object(Id node, std::string& out) const;

  std::vector<Node> nodes_;
  // Strings that had escapes; each owns its characters, so views stay.
  std::vector<std::unique_ptr<std::string>> unescaped_;
};

}  // namespace hw
