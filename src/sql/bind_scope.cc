// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_scope.h"

#include <algorithm>
#include <utility>

#include "plan/catalog/near_names.h"

namespace hw {
namespace {

/// Most names in sight are others, which often differ in their last character only.
bool same(const std::string& a, const std::string& b) {
  return a.size() == b.size() && (a.empty() || (a.back() == b.back() && a == b));
}

/// True when the first `count` parts of `name` name the table that `qualifier` names.
bool names_table(const ast::Name& name, size_t count, const std::vector<std::string>& qualifier) {
  if (count == 0 || count > qualifier.size()) return false;
  const size_t skipped = qualifier.size() - count;
  for (size_t i = count; i-- > 0;) {
    if (!same(name.parts[i].text, qualifier[skipped + i])) return false;
  }
  return true;
}

/// The last `count` parts.
std::string dotted(const std::vector<std::string>& parts, size_t count) {
  std::string text;
  for (size_t i = parts.size() - std::min(count, parts.size()); i < parts.size(); ++i) {
    text += (text.empty() ? "" : ".") + parts[i];
  }
  return text;
}

/// How to name one of two columns of one name: by as few parts as tell their tables apart.
std::string way_out(const std::string& column, const ScopeColumn& one, const ScopeColumn& other) {
  for (size_t count = 1; count <= 3; ++count) {
    const std::string first = dotted(one.qualifier, count);
    const std::string second = dotted(other.qualifier, count);
    if (first.empty() || second.empty() || first == second) continue;
    return "; write " + first + "." + column + " or " + second + "." + column;
  }
  return "; give the inputs aliases and name one";
}

bool is_window_column(std::string_view name) {
  return name == "window_start" || name == "window_end" || name == "window_time";
}

}  // namespace

std::string dotted(const ast::Name& name) {
  std::string text;
  for (const ast::Identifier& part : name.parts) text += (text.empty() ? "" : ".") + part.text;
  return text;
}

Scope Scope::of(const LogicalNode& plan, const std::vector<std::string>& qualifier) {
  Scope scope;
  for (int i = 0; i < plan.num_columns(); ++i) {
    scope.add({qualifier, plan.column(i).name, i});
  }
  return scope;
}

std::vector<ScopeColumn> Scope::star() const {
  std::vector<ScopeColumn> columns;
  for (const ScopeColumn& column : columns_) {
    if (column.bare && !column.hidden) columns.push_back(column);
  }
  return columns;
}

std::vector<ScopeColumn> Scope::star_of(const ast::Name& qualifier) const {
  std::vector<ScopeColumn> columns;
  for (const ScopeColumn& column : columns_) {
    if (column.hidden) continue;
    if (names_table(qualifier, qualifier.parts.size(), column.qualifier)) columns.push_back(column);
  }
  return columns;
}

Result<const ScopeColumn*> Scope::find_bare(const ast::Identifier& name) const {
  const ScopeColumn* found = nullptr;
  for (const ScopeColumn& column : columns_) {
    if (!column.bare || column.name != name.text) continue;
    if (found != nullptr) {
      return at(name.position,
                Status::Invalid("column '", name.text, "' is ambiguous: several inputs have it",
                                way_out(name.text, *found, column)));
    }
    found = &column;
  }
  return found;
}

Status Scope::unknown(const ast::Name& name) const {
  const ast::Identifier& wanted = name.parts.front();
  std::vector<std::string> near;
  if (name.parts.size() == 1) {
    for (const ScopeColumn& column : columns_) near.push_back(column.name);
    const std::string hint = is_window_column(wanted.text)
                                 ? "; it is made by TABLE(TUMBLE(..)), HOP or CUMULATE in FROM"
                                 : did_you_mean_or("the columns are", wanted.text, near);
    return at(wanted.position,
              Status::KeyError("there is no column '", wanted.text, "' here", hint));
  }
  for (const ScopeColumn& column : columns_) {
    if (!column.qualifier.empty()) near.push_back(column.qualifier.back());
  }
  for (const ScopeColumn& column : columns_) near.push_back(column.name);
  return at(wanted.position,
            Status::KeyError("there is no table or column '", wanted.text, "' here",
                             did_you_mean_or("there are", wanted.text, near)));
}

Result<Scope::Found> Scope::find(const ast::Name& name) const {
  constexpr size_t kTablePartsMax = 3;
  for (size_t count = std::min(kTablePartsMax, name.parts.size() - 1); count > 0; --count) {
    const ast::Identifier& wanted = name.parts[count];
    const ScopeColumn* found = nullptr;
    for (const ScopeColumn& column : columns_) {
      if (!same(column.name, wanted.text) || !names_table(name, count, column.qualifier)) continue;
      if (found != nullptr) {
        return at(wanted.position, Status::Invalid("column '", wanted.text, "' is ambiguous: '",
                                                   name.parts[count - 1].text,
                                                   "' names two inputs or has it twice"));
      }
      found = &column;
    }
    if (found != nullptr) return Found{found, count + 1};
    std::vector<std::string> names;
    for (const ScopeColumn& column : columns_) {
      if (names_table(name, count, column.qualifier)) names.push_back(column.name);
    }
    if (names.empty()) continue;
    HW_ASSIGN_OR_RETURN(const ScopeColumn* column, find_bare(name.parts.front()));
    if (column != nullptr) return Found{column, 1};
    return at(wanted.position,
              Status::KeyError("table '", name.parts[count - 1].text, "' has no column '",
                               wanted.text, "'", did_you_mean_or("it has", wanted.text, names)));
  }
  HW_ASSIGN_OR_RETURN(const ScopeColumn* column, find_bare(name.parts.front()));
  if (column == nullptr) return unknown(name);
  return Found{column, 1};
}

}  // namespace hw
