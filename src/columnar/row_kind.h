// SPDX-License-Identifier: Apache-2.0
//
// The four kinds of change a row of a changelog can be, and sets of them.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hw {

enum class RowKind : int8_t {
  kInsert = 0,        // +I
  kUpdateBefore = 1,  // -U
  kUpdateAfter = 2,   // +U
  kDelete = 3,        // -D
};

/// True for -U and -D: the row takes one earlier row back.
inline bool is_retraction(RowKind kind) {
  return kind == RowKind::kUpdateBefore || kind == RowKind::kDelete;
}
/// `+I`, `-U`, `+U`, `-D`.
std::string_view to_text(RowKind kind);

/// Which kinds an edge may carry.
class RowKindSet {
 public:
  constexpr RowKindSet() = default;
  static constexpr RowKindSet insert_only() { return RowKindSet(0b0001); }
  static constexpr RowKindSet upsert() { return RowKindSet(0b1101); }
  static constexpr RowKindSet all() { return RowKindSet(0b1111); }
  constexpr bool contains(RowKind kind) const { return (bits_ >> static_cast<int>(kind)) & 1; }
  constexpr RowKindSet with(RowKind kind) const {
    return RowKindSet(bits_ | (1u << static_cast<int>(kind)));
  }
  constexpr RowKindSet without(RowKind kind) const {
    return RowKindSet(bits_ & ~(1u << static_cast<int>(kind)));
  }
  constexpr RowKindSet united(RowKindSet other) const { return RowKindSet(bits_ | other.bits_); }
  constexpr bool is_insert_only() const { return bits_ <= 1; }
  constexpr bool operator==(const RowKindSet&) const = default;
  /// Flink's spelling, `[I,UB,UA,D]`.
  std::string to_text() const;

 private:
  constexpr explicit RowKindSet(unsigned bits) : bits_(static_cast<uint8_t>(bits)) {}
  uint8_t bits_ = 0;
};

}  // namespace hw
