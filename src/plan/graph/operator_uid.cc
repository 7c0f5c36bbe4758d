// SPDX-License-Identifier: Apache-2.0

#include "plan/graph/operator_uid.h"

#include <cstdint>

namespace hw {
namespace {

/// FNV-1a, 64 bits: simple enough to be written down in a file format.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0);
  }
  std::string digits() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(state_ >> shift) & 15];
    return text;
  }

 private:
  void step(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001b3; }

  uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace

std::string OperatorUids::make(const OperatorIdentity& identity) {
  Hash hash;
  hash.add(identity.kind);
  for (const std::string& key : identity.keys) hash.add(key);
  hash.add("");
  for (const std::string& ancestor : identity.ancestors) hash.add(ancestor);
  const std::string digits = hash.digits();
  const int ordinal = seen_[digits]++;
  return ordinal == 0 ? digits : digits + "-" + std::to_string(ordinal);
}

}  // namespace hw
