// SPDX-License-Identifier: Apache-2.0

#include "expr/json_clauses.h"

#include <array>
#include <charconv>

namespace hw {
namespace {

constexpr std::array<std::string_view, 8> kOtherwise = {
    "NULL", "ERROR", "DEFAULT", "EMPTY ARRAY", "EMPTY OBJECT", "TRUE", "FALSE", "UNKNOWN"};
constexpr std::array<std::string_view, 3> kWrap = {"WITHOUT WRAPPER", "WITH CONDITIONAL WRAPPER",
                                                   "WITH UNCONDITIONAL WRAPPER"};

/// Cuts one of `words` off the front, and the blank behind it.
template <size_t N>
size_t take_word(std::string_view& text, const std::array<std::string_view, N>& words) {
  for (size_t i = 0; i < N; ++i) {
    if (!text.starts_with(words[i])) continue;
    text.remove_prefix(std::min(text.size(), words[i].size() + 1));
    return i;
  }
  return 0;
}

constexpr std::array<std::string_view, 1> kOnEmpty = {"ON EMPTY"};
constexpr std::string_view kNullOnNull = "NULL ON NULL";
constexpr std::string_view kAbsentOnNull = "ABSENT ON NULL";

}  // namespace

std::string JsonPathClauses::to_symbol() const {
  std::string out(kWrap[static_cast<size_t>(wrap)]);
  out += ' ';
  out += kOtherwise[static_cast<size_t>(on_empty)];
  out += " ON EMPTY ";
  out += kOtherwise[static_cast<size_t>(on_error)];
  return out + " ON ERROR";
}

JsonPathClauses JsonPathClauses::parse(std::string_view symbol) {
  JsonPathClauses clauses;
  clauses.wrap = static_cast<JsonWrap>(take_word(symbol, kWrap));
  clauses.on_empty = static_cast<JsonOtherwise>(take_word(symbol, kOtherwise));
  take_word(symbol, kOnEmpty);
  clauses.on_error = static_cast<JsonOtherwise>(take_word(symbol, kOtherwise));
  return clauses;
}

std::string JsonBuildClauses::to_symbol() const {
  std::string out(absent_on_null ? kAbsentOnNull : kNullOnNull);
  if (!json_args.empty()) out += " JSON";
  for (const int arg : json_args) out += ' ' + std::to_string(arg);
  return out;
}

JsonBuildClauses JsonBuildClauses::parse(std::string_view symbol) {
  JsonBuildClauses clauses;
  clauses.absent_on_null = symbol.starts_with(kAbsentOnNull);
  const size_t json = symbol.find(" JSON");
  if (json == std::string_view::npos) return clauses;
  symbol.remove_prefix(json + 5);
  while (!symbol.empty()) {
    symbol.remove_prefix(1);
    int arg = 0;
    const auto [end, error] = std::from_chars(symbol.data(), symbol.data() + symbol.size(), arg);
    clauses.json_args.push_back(arg);
    symbol.remove_prefix(static_cast<size_t>(end - symbol.data()));
  }
  return clauses;
}

}  // namespace hw
