// SPDX-License-Identifier: Apache-2.0

#include "expr/function_catalogue.h"

#include <utility>

#include "base/assert.h"
#include "base/did_you_mean.h"

namespace hw {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

/// What every record must have; a function without it is a mistake of ours, seen at start.
template <typename Function>
void check_record(const Function& function, bool computes) {
  const auto demand = [&](bool holds, const char* what) {
    if (!holds) check_failed((function.name + ": " + what).c_str(), __FILE__, __LINE__);
  };
  demand(!function.name.empty() && function.name == upper(function.name), "upper-case name");
  demand(!function.sentence.empty(), "a sentence that documents it");
  demand(!function.examples.empty(), "at least one example");
  demand(!function.signatures.empty(), "at least one signature");
  demand(computes, "a kernel");
}

template <typename Function>
void index(std::unordered_map<std::string, const Function*>& names, const Function& function) {
  const auto put = [&](const std::string& name) {
    if (!names.emplace(upper(name), &function).second) {
      check_failed((name + ": registered once").c_str(), __FILE__, __LINE__);
    }
  };
  put(function.name);
  for (const std::string& alias : function.aliases) put(alias);
}

template <typename Function>
const Function* find(const std::unordered_map<std::string, const Function*>& names,
                     std::string_view name) {
  const auto found = names.find(upper(name));
  return found == names.end() ? nullptr : found->second;
}

bool is_word(const std::string& name) {
  return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
}

}  // namespace

void FunctionCatalogue::add(ScalarFunction function) {
  check_record(function, function.kernel != nullptr || function.rewrite != nullptr);
  index(scalar_by_name_, scalars_.emplace_back(std::move(function)));
}

void FunctionCatalogue::add(AggregateFunction function) {
  check_record(function, function.kernel != nullptr);
  index(aggregate_by_name_, aggregates_.emplace_back(std::move(function)));
}

const ScalarFunction* FunctionCatalogue::scalar(std::string_view name) const {
  return find(scalar_by_name_, name);
}

const AggregateFunction* FunctionCatalogue::aggregate(std::string_view name) const {
  return find(aggregate_by_name_, name);
}

std::vector<std::string> FunctionCatalogue::near(std::string_view name) const {
  std::vector<std::string> names;
  const auto collect = [&](const auto& functions) {
    for (const auto& function : functions) {
      if (is_word(function.name)) names.push_back(function.name);
      for (const std::string& alias : function.aliases) names.push_back(alias);
    }
  };
  collect(scalars_);
  collect(aggregates_);
  return nearest(name, names);
}

}  // namespace hw
