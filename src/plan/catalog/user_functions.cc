// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/user_functions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/letters.h"
#include "plan/catalog/near_names.h"

namespace hw {
namespace {

ObjectPath key_of(const ObjectPath& path, UserFunctions::Place place) {
  if (place == UserFunctions::Place::kTemporarySystem) return {{}, {}, lower_case(path.object)};
  return {path.catalog, path.database, lower_case(path.object)};
}

const char* word(UserFunctions::Place place) {
  switch (place) {
    case UserFunctions::Place::kPermanent:
      return "function";
    case UserFunctions::Place::kTemporary:
      return "temporary function";
    case UserFunctions::Place::kTemporarySystem:
      return "temporary system function";
  }
  return "";
}

}  // namespace

UserFunctions::Shelf& UserFunctions::shelf(Place place) {
  if (place == Place::kPermanent) return permanent_;
  return place == Place::kTemporary ? temporary_ : system_;
}

Status UserFunctions::create(const ObjectPath& path, Place place, FunctionPtr function,
                             bool if_not_exists) {
  if (shelf(place).emplace(key_of(path, place), std::move(function)).second || if_not_exists) {
    return Status::OK();
  }
  return Status::Invalid("a ", word(place), " named '", path.object,
                         "' exists already; drop it first or write IF NOT EXISTS");
}

Status UserFunctions::drop(const ObjectPath& path, Place place, bool if_exists) {
  if (shelf(place).erase(key_of(path, place)) == 1 || if_exists) return Status::OK();
  return Status::KeyError(
      "there is no ", word(place), " '", path.object, "'",
      did_you_mean_or("there are", path.object, names(path.catalog, path.database)));
}

bool UserFunctions::any_in(const std::string& catalog, const std::string& database) const {
  return std::any_of(permanent_.begin(), permanent_.end(), [&](const auto& function) {
    return function.first.catalog == catalog && function.first.database == database;
  });
}

void UserFunctions::drop_in(const std::string& catalog, const std::string& database) {
  for (Shelf* functions : {&permanent_, &temporary_}) {
    std::erase_if(*functions, [&](const auto& function) {
      return function.first.catalog == catalog && function.first.database == database;
    });
  }
}

void UserFunctions::drop_in(const std::string& catalog) {
  for (Shelf* functions : {&permanent_, &temporary_}) {
    std::erase_if(*functions,
                  [&](const auto& function) { return function.first.catalog == catalog; });
  }
}

FunctionPtr UserFunctions::find_system(std::string_view name) const {
  const auto found = system_.find({{}, {}, lower_case(name)});
  return found == system_.end() ? nullptr : found->second;
}

FunctionPtr UserFunctions::find(const ObjectPath& path) const {
  for (const Shelf* functions : {&temporary_, &permanent_}) {
    const auto found = functions->find(key_of(path, Place::kPermanent));
    if (found != functions->end()) return found->second;
  }
  return nullptr;
}

std::vector<std::string> UserFunctions::names(const std::string& catalog,
                                              const std::string& database) const {
  std::set<std::string> names;
  for (const Shelf* functions : {&temporary_, &permanent_}) {
    for (const auto& [path, function] : *functions) {
      if (path.catalog == catalog && path.database == database) names.insert(path.object);
    }
  }
  for (const auto& [path, function] : system_) names.insert(path.object);
  return {names.begin(), names.end()};
}

}  // namespace hw
