// SPDX-License-Identifier: Apache-2.0

#include "sql/listing.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "expr/function_catalogue.h"
#include "runtime/options_reference.h"
#include "sql/bind_catalog.h"
#include "sql/bind_user_function.h"
#include "sql/unparse.h"

namespace hw {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

BoundListing one_column(const std::string& title, const std::vector<std::string>& names) {
  BoundListing listing;
  listing.schema = text_schema({title});
  for (const std::string& name : names) listing.rows.push_back({name});
  return listing;
}

/// The database that FROM names, or the current one.
Result<DatabasePath> place_of(const ast::Name& from, const BindSession& session) {
  if (from.empty()) return DatabasePath{session.catalog, session.database};
  return bind_database_path(from, session);
}

Result<std::vector<std::string>> names_of(const ast::Show& show, const BindSession& session) {
  const Catalog& catalog = *session.context.catalog;
  switch (show.object) {
    case ast::ShowKind::kCatalogs:
      return catalog.catalogs();
    case ast::ShowKind::kDatabases: {
      std::string wanted = session.catalog;
      if (!show.from.empty()) {
        HW_ASSIGN_OR_RETURN(wanted, bind_catalog_name(show.from));
      }
      return catalog.databases(wanted);
    }
    case ast::ShowKind::kTables:
    case ast::ShowKind::kViews: {
      HW_ASSIGN_OR_RETURN(const DatabasePath place, place_of(show.from, session));
      return catalog.objects(place.catalog, place.database, show.object == ast::ShowKind::kViews);
    }
    case ast::ShowKind::kFunctions: {
      std::vector<std::string> names;
      for (const ScalarFunction& function : session.context.functions->scalars()) {
        names.push_back(function.name);
      }
      for (const AggregateFunction& function : session.context.functions->aggregates()) {
        names.push_back(function.name);
      }
      std::erase_if(names, [](const std::string& name) {
        return !std::isalpha(static_cast<unsigned char>(name[0])) ||
               name.find(' ') != std::string::npos;
      });
      for (std::string& name : names) std::transform(name.begin(), name.end(), name.begin(), lower);
      HW_ASSIGN_OR_RETURN(const std::vector<std::string> users, user_function_names(session));
      names.insert(names.end(), users.begin(), users.end());
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      return names;
    }
    case ast::ShowKind::kUserFunctions:
      return user_function_names(session);
    case ast::ShowKind::kCurrentCatalog:
      return std::vector<std::string>{session.catalog};
    case ast::ShowKind::kCurrentDatabase:
      return std::vector<std::string>{session.database};
    case ast::ShowKind::kPartitions:
      return not_supported_yet("SHOW PARTITIONS", show.position);
    case ast::ShowKind::kJobs:
      return not_supported_yet("SHOW JOBS in a script; type it in the shell, headwater sql",
                               show.position);
    case ast::ShowKind::kJars:
      return not_supported_yet("SHOW JARS", show.position);
    case ast::ShowKind::kColumns:
      break;
  }
  return not_supported_yet("this form of SHOW", show.position);
}

std::string title_of(ast::ShowKind kind) {
  switch (kind) {
    case ast::ShowKind::kCatalogs:
      return "catalog name";
    case ast::ShowKind::kDatabases:
      return "database name";
    case ast::ShowKind::kTables:
      return "table name";
    case ast::ShowKind::kViews:
      return "view name";
    case ast::ShowKind::kCurrentCatalog:
      return "current catalog name";
    case ast::ShowKind::kCurrentDatabase:
      return "current database name";
    default:
      return "function name";
  }
}

}  // namespace

SchemaPtr text_schema(const std::vector<std::string>& names) {
  std::vector<SqlField> fields;
  for (const std::string& name : names) fields.push_back({name, SqlType::string()});
  return make_schema(std::move(fields));
}

bool like_matches(std::string_view text, std::string_view pattern, bool ignore_case) {
  // Greedy with one step back: the last % takes one more character after each mismatch.
  size_t t = 0, p = 0, percent = std::string_view::npos, taken = 0;
  const auto equal = [&](char a, char b) { return ignore_case ? lower(a) == lower(b) : a == b; };
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      percent = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '_' || equal(pattern[p], text[t]))) {
      ++p;
      ++t;
    } else if (percent != std::string_view::npos) {
      p = percent + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

Result<BoundListing> list_objects(const ast::Show& show, const BindSession& session) {
  BoundListing listing;
  if (show.object == ast::ShowKind::kColumns) {
    HW_ASSIGN_OR_RETURN(listing, describe_columns(show.from, false, session));
  } else {
    const Result<std::vector<std::string>> names = names_of(show, session);
    if (!names.ok()) {
      return at(show.from.empty() ? show.position : show.from.position(), names.status());
    }
    listing = one_column(title_of(show.object), *names);
  }
  if (show.like) {
    std::erase_if(listing.rows, [&](const auto& row) {
      return like_matches(row[0].value_or(""), *show.like, show.case_insensitive) == show.negated;
    });
  }
  return listing;
}

BoundListing list_settings(const BindSession& session) {
  BoundListing listing;
  listing.schema = text_schema({"key", "value"});
  for (const auto& [key, value] : session.context.config->given_values()) {
    listing.rows.push_back({key, shown_option_value(key, value)});
  }
  return listing;
}

}  // namespace hw
