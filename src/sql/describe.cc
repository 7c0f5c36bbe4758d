// SPDX-License-Identifier: Apache-2.0
//
// DESCRIBE and SHOW CREATE of tables and views: definitions as text.

#include <algorithm>
#include <utility>

#include "sql/bind_catalog.h"
#include "sql/bind_from.h"
#include "sql/bind_user_function.h"
#include "sql/definition_text.h"
#include "sql/listing.h"
#include "sql/unparse.h"

namespace hw {
namespace {

std::string time_mark(TimeAttribute time) {
  if (time == TimeAttribute::kEventTime) return " *ROWTIME*";
  return time == TimeAttribute::kProcessingTime ? " *PROCTIME*" : "";
}

std::optional<std::string> or_null(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

void describe_table(const TableDefinition& table, bool extended, BoundListing& listing) {
  std::string key;
  for (const int i : table.primary_key) {
    key += (key.empty() ? "" : ", ") + table.columns[static_cast<size_t>(i)].name;
  }
  // The column of comments is there when a comment is.
  const bool commented =
      extended || std::any_of(table.columns.begin(), table.columns.end(),
                              [](const TableColumn& column) { return column.comment; });
  std::vector<std::string> titles = {"name", "type", "null", "key", "extras", "watermark"};
  if (commented) titles.emplace_back("comment");
  listing.schema = text_schema(titles);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    const auto& keys = table.primary_key;
    const bool in_key = std::find(keys.begin(), keys.end(), static_cast<int>(i)) != keys.end();
    const bool marked = table.watermark && table.watermark->column == static_cast<int>(i);
    listing.rows.push_back({column.name, column.type.to_sql_without_null() + time_mark(column.time),
                            column.type.nullable() ? "TRUE" : "FALSE",
                            in_key ? or_null("PRI(" + key + ")") : std::nullopt,
                            or_null(column_extras(column)),
                            marked ? or_null(table.watermark->expr_sql) : std::nullopt});
    if (commented) listing.rows.back().push_back(column.comment);
  }
}

struct FoundObject {
  ObjectPath path;
  CatalogObject object;
};

Result<FoundObject> find_object(const ast::Name& name, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(ObjectPath path, bind_path(name, session));
  Result<CatalogObject> object = session.context.catalog->require(path);
  if (!object.ok()) return at(name.position(), object.status());
  return FoundObject{std::move(path), std::move(*object)};
}

}  // namespace

Result<BoundListing> describe_columns(const ast::Name& name, bool extended,
                                      const BindSession& session) {
  HW_ASSIGN_OR_RETURN(const FoundObject found, find_object(name, session));
  BoundListing listing;
  listing.schema = text_schema({"name", "type", "null", "key", "extras", "watermark"});
  if (found.object.table != nullptr) {
    describe_table(*found.object.table, extended, listing);
    return listing;
  }
  // A view's time attributes are those of its query as the tables are now.
  BindSession fresh(session.context);
  HW_ASSIGN_OR_RETURN(const Relation view, bind_named(name, {}, fresh));
  for (const PlanColumn& column : view.plan->columns()) {
    listing.rows.push_back({column.name, column.type.to_sql_without_null() + time_mark(column.time),
                            column.type.nullable() ? "TRUE" : "FALSE", std::nullopt, std::nullopt,
                            std::nullopt});
  }
  return listing;
}

Result<BoundListing> describe(const ast::Describe& describe, BindSession& session) {
  if (describe.object == ast::ObjectKind::kCatalog) return describe_catalog(describe, session);
  if (describe.object == ast::ObjectKind::kDatabase) return describe_database(describe, session);
  if (describe.object == ast::ObjectKind::kFunction) return describe_function(describe, session);
  if (describe.object != ast::ObjectKind::kTable && describe.object != ast::ObjectKind::kView) {
    return not_supported_yet("this form of DESCRIBE", describe.position);
  }
  return describe_columns(describe.name, describe.extended, session);
}

Result<BoundListing> show_create(const ast::ShowCreate& show, const BindSession& session) {
  if (show.object == ast::ObjectKind::kCatalog) return show_create_catalog(show, session);
  if (show.object == ast::ObjectKind::kDatabase) return show_create_database(show, session);
  if (show.object == ast::ObjectKind::kFunction) return show_create_function(show, session);
  const bool view = show.object == ast::ObjectKind::kView;
  if (!view && show.object != ast::ObjectKind::kTable) {
    return not_supported_yet("this form of SHOW CREATE", show.position);
  }
  HW_ASSIGN_OR_RETURN(const FoundObject found, find_object(show.name, session));
  if (view != (found.object.view != nullptr)) {
    return at(show.position,
              Status::Invalid("'", found.path.object, "' is a ", view ? "table" : "view",
                              ": write SHOW CREATE ", view ? "TABLE" : "VIEW"));
  }
  BoundListing listing;
  listing.schema = text_schema({"result"});
  listing.rows.push_back({definition_text(found.path, found.object, Secrets::kMasked)});
  return listing;
}

}  // namespace hw
