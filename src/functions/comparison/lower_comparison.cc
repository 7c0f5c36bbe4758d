// SPDX-License-Identifier: Apache-2.0

#include "functions/comparison/lower_comparison.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include "columnar/nested.h"
#include "expr/row_kernel.h"
#include "expr/scalar_function.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;
using Kind = BoundExpr::Kind;

/// Up to this many literals are compared one by one.
constexpr int64_t kLiteralsMax = 8;

constexpr uint64_t kHighBits = 0x8080808080808080;
constexpr uint64_t in_every_byte(uint8_t byte) { return 0x0101010101010101 * byte; }

/// Eight ASCII characters in lower case.
uint64_t lower_ascii(uint64_t eight) {
  const uint64_t from_a = eight + in_every_byte(0x80 - 'A');
  const uint64_t above_z = eight + in_every_byte(0x7f - 'Z');
  return eight ^ (((from_a ^ above_z) & kHighBits) >> 2);
}

uint64_t load_up_to_8(const char* from, size_t size) {
  uint64_t eight = 0;
  if (size >= sizeof(eight)) {
    std::memcpy(&eight, from, sizeof(eight));
    return eight;
  }
  if (uint32_t first = 0, last = 0; size >= sizeof(first)) {
    // The two overlap, with equal bits.
    std::memcpy(&first, from, sizeof(first));
    std::memcpy(&last, from + size - sizeof(last), sizeof(last));
    return first | uint64_t{last} << (8 * (size - sizeof(last)));
  }
  for (size_t i = 0; i < size; ++i) {
    eight |= uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  }
  return eight;
}

bool is_ascii(std::string_view text) {
  uint64_t seen = 0;
  for (size_t i = 0; i < text.size(); i += 8) seen |= load_up_to_8(&text[i], text.size() - i);
  return (seen & kHighBits) == 0;
}

/// The full mapping of Unicode, as LOWER does it.
std::string lower_wide(std::string_view text) {
  std::string lower;
  icu::StringByteSink<std::string> sink(&lower);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                            error);
  return lower;
}

/// Whether a text in lower case is one of a few.
class LowerIsOneOf {
 public:
  explicit LowerIsOneOf(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (const std::string& text : texts_) sizes_ |= size_bit(text.size());
  }

  bool operator()(std::string_view text) const {
    if (!is_ascii(text)) {
      return std::find(texts_.begin(), texts_.end(), lower_wide(text)) != texts_.end();
    }
    // ASCII keeps its size.
    if ((sizes_ & size_bit(text.size())) == 0) return false;
    return std::any_of(texts_.begin(), texts_.end(),
                       [&](const std::string& one) { return equal(text, one); });
  }

 private:
  static uint64_t size_bit(size_t size) { return uint64_t{1} << std::min<size_t>(size, 63); }
  static bool equal(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (size_t i = 0; i < text.size(); i += 8) {
      const size_t left = text.size() - i;
      if (lower_ascii(load_up_to_8(&text[i], left)) != load_up_to_8(&lower[i], left)) return false;
    }
    return true;
  }

  std::vector<std::string> texts_;
  uint64_t sizes_ = 0;
};

/// The texts of a literal, one or an array of them; none where some item is NULL.
std::vector<std::string> texts_of(const Column& literal) {
  std::vector<std::string> texts;
  if (!literal.type().is(TypeKind::kArray)) {
    texts.emplace_back(literal.value<std::string_view>(0));
    return texts;
  }
  const ElementsView view(literal);
  for (int64_t i = view.begin(0); i < view.end(0); ++i) {
    if (view.elements()->is_null(i)) return {};
    texts.emplace_back(view.elements()->value<std::string_view>(i));
  }
  return texts;
}

/// Not in the catalogue: only compilation puts it into expressions.
const ScalarFunction& lower_is_one_of() {
  static const ScalarFunction* const kFunction = [] {
    auto* function = new ScalarFunction();
    function->name = "LOWER IN";
    function->kernel = [](const CallBinding& binding) -> KernelResult {
      return make_first_argument_kernel(LowerIsOneOf(texts_of(*binding.literals[1])), binding);
    };
    return function;
  }();
  return *kFunction;
}

bool is_lower(const BoundExpr& expr) {
  return expr.kind() == Kind::kCall && expr.function()->name == "LOWER" && expr.args().size() == 1;
}

BoundExprPtr fused(const BoundExpr& call, const BoundExpr& lower, const BoundExprPtr& literal) {
  return BoundExpr::call(&lower_is_one_of(), {lower.args()[0], literal}, call.type())
      ->with_position(call.position());
}

}  // namespace

BoundExprPtr fuse_lower_equality(const BoundExpr& equality) {
  for (size_t i = 0; i < 2; ++i) {
    const BoundExpr& lower = *equality.args()[i];
    const BoundExprPtr& literal = equality.args()[1 - i];
    if (is_lower(lower) && literal->is_literal() && !literal->is_null_literal() &&
        literal->type().is_text()) {
      return fused(equality, lower, literal);
    }
  }
  return nullptr;
}

BoundExprPtr fuse_lower_lookup(const BoundExpr& lookup) {
  const BoundExpr& lower = *lookup.args()[0];
  const BoundExprPtr& set = lookup.args()[1];
  if (!is_lower(lower) || !set->is_literal() || !set->type().is(TypeKind::kArray) ||
      !set->type().element().is_text()) {
    return nullptr;
  }
  const auto num_texts = static_cast<int64_t>(texts_of(*set->literal_value()).size());
  if (num_texts == 0 || num_texts > kLiteralsMax) return nullptr;
  return fused(lookup, lower, set);
}

}  // namespace hw
