// SPDX-License-Identifier: Apache-2.0
//
// The rules of merging are Flink's: INCLUDING takes over and refuses what is said twice,
// OVERWRITING takes over and lets the new table win, EXCLUDING leaves out. Physical columns are
// always taken over.

#include "sql/bind_like.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "sql/bind_from.h"
#include "sql/table_syntax.h"

namespace hw {
namespace {

using ast::LikeFeature;
using ast::LikeMerge;

const char* word(LikeFeature feature) {
  switch (feature) {
    case LikeFeature::kAll:
      return "ALL";
    case LikeFeature::kConstraints:
      return "CONSTRAINTS";
    case LikeFeature::kDistribution:
      return "DISTRIBUTION";
    case LikeFeature::kPartitions:
      return "PARTITIONS";
    case LikeFeature::kGenerated:
      return "GENERATED";
    case LikeFeature::kMetadata:
      return "METADATA";
    case LikeFeature::kOptions:
      return "OPTIONS";
    case LikeFeature::kWatermarks:
      return "WATERMARKS";
  }
  return "";
}

bool can_be_overwritten(LikeFeature feature) {
  return feature == LikeFeature::kGenerated || feature == LikeFeature::kMetadata ||
         feature == LikeFeature::kOptions || feature == LikeFeature::kWatermarks;
}

/// What is done with each feature.
class Merging {
 public:
  static Result<Merging> of(const ast::LikeClause& like) {
    Merging merging;
    std::map<LikeFeature, LikeMerge> given;
    const SqlPosition position = like.table.position();
    for (const ast::LikeOption& option : like.options) {
      if (!given.emplace(option.feature, option.merge).second) {
        return at(position, Status::Invalid("LIKE says what to do with ", word(option.feature),
                                            " twice; once is enough"));
      }
    }
    const auto all = given.find(LikeFeature::kAll);
    if (all != given.end()) {
      merging.by_default_ = all->second;
      merging.merge_[LikeFeature::kOptions] = all->second;
    }
    for (const auto& [feature, merge] : given) merging.merge_[feature] = merge;
    return merging;
  }

  bool excludes(LikeFeature feature) const { return of(feature) == LikeMerge::kExcluding; }
  bool overwrites(LikeFeature feature) const { return of(feature) == LikeMerge::kOverwriting; }

 private:
  LikeMerge of(LikeFeature feature) const {
    const auto found = merge_.find(feature);
    return found == merge_.end() ? by_default_ : found->second;
  }

  LikeMerge by_default_ = LikeMerge::kIncluding;
  std::map<LikeFeature, LikeMerge> merge_ = {{LikeFeature::kOptions, LikeMerge::kOverwriting}};
};

/// "; write LIKE base (EXCLUDING X)", with OVERWRITING where that is possible.
std::string ways_out(const ast::CreateTable& create, LikeFeature feature) {
  std::string text = "; write LIKE " + create.like->table.last().text + " (EXCLUDING ";
  text += word(feature);
  if (can_be_overwritten(feature)) text += std::string(") or (OVERWRITING ") + word(feature);
  return text + ")";
}

Status said_twice(const ast::CreateTable& create, LikeFeature feature, const std::string& what,
                  SqlPosition position) {
  return at(position, Status::Invalid(what, " comes from '", create.like->table.last().text,
                                      "' already", ways_out(create, feature)));
}

LikeFeature feature_of(const ast::ColumnDefinition& column) {
  return column.kind == ast::ColumnKind::kComputed ? LikeFeature::kGenerated
                                                   : LikeFeature::kMetadata;
}

Status merge_columns(const ast::CreateTable& create, const Merging& merging,
                     std::vector<ast::ColumnDefinition>& columns) {
  std::erase_if(columns, [&](const ast::ColumnDefinition& column) {
    return column.kind != ast::ColumnKind::kPhysical && merging.excludes(feature_of(column));
  });
  for (const ast::ColumnDefinition& column : create.columns) {
    const auto same = std::find_if(
        columns.begin(), columns.end(),
        [&](const ast::ColumnDefinition& known) { return known.name.text == column.name.text; });
    if (same == columns.end()) {
      columns.push_back(column);
      continue;
    }
    if (same->kind == ast::ColumnKind::kPhysical || same->kind != column.kind) {
      return at(column.name.position,
                Status::Invalid("column '", column.name.text, "' comes from '",
                                create.like->table.last().text,
                                "' already and cannot be declared again"));
    }
    const LikeFeature feature = feature_of(column);
    if (!merging.overwrites(feature)) {
      return said_twice(create, feature, "column '" + column.name.text + "'", column.name.position);
    }
    *same = column;
  }
  return Status::OK();
}

Status merge_watermarks(const ast::CreateTable& create, const Merging& merging,
                        std::vector<ast::WatermarkDefinition>& watermarks) {
  if (merging.excludes(LikeFeature::kWatermarks)) watermarks.clear();
  if (create.watermarks.empty()) return Status::OK();
  if (!watermarks.empty() && !merging.overwrites(LikeFeature::kWatermarks)) {
    return said_twice(create, LikeFeature::kWatermarks, "a WATERMARK",
                      create.watermarks[0].position);
  }
  watermarks = create.watermarks;
  return Status::OK();
}

/// The keys of `create` stand behind its columns or alone.
SqlPosition place_of_key(const ast::CreateTable& create) {
  for (const ast::ColumnDefinition& column : create.columns) {
    if (column.primary_key) return column.name.position;
  }
  return create.primary_keys.empty() ? SqlPosition{} : create.primary_keys[0].position;
}

Status merge_keys(const ast::CreateTable& create, const Merging& merging,
                  std::vector<ast::PrimaryKey>& keys) {
  if (merging.excludes(LikeFeature::kConstraints)) keys.clear();
  const SqlPosition place = place_of_key(create);
  if (!keys.empty() && place.known()) {
    return said_twice(create, LikeFeature::kConstraints, "a PRIMARY KEY", place);
  }
  keys.insert(keys.end(), create.primary_keys.begin(), create.primary_keys.end());
  return Status::OK();
}

Status merge_partitions(const ast::CreateTable& create, const Merging& merging,
                        std::vector<ast::Identifier>& partitioned_by) {
  if (merging.excludes(LikeFeature::kPartitions)) partitioned_by.clear();
  if (create.partitioned_by.empty()) return Status::OK();
  if (!partitioned_by.empty()) {
    return said_twice(create, LikeFeature::kPartitions, "PARTITIONED BY",
                      create.partitioned_by[0].position);
  }
  partitioned_by = create.partitioned_by;
  return Status::OK();
}

Status merge_options(const ast::CreateTable& create, const Merging& merging,
                     std::vector<ast::Property>& options) {
  if (merging.excludes(LikeFeature::kOptions)) options.clear();
  const size_t taken_over = options.size();
  for (const ast::Property& option : create.options) {
    const auto end = options.begin() + static_cast<std::ptrdiff_t>(taken_over);
    const auto same = std::find_if(
        options.begin(), end, [&](const ast::Property& known) { return known.key == option.key; });
    // An option that is given twice in the statement itself stays for its own check.
    if (same == end || same->position.known()) {
      options.push_back(option);
    } else if (merging.overwrites(LikeFeature::kOptions)) {
      *same = option;
    } else {
      return said_twice(create, LikeFeature::kOptions, "option '" + option.key + "'",
                        option.position);
    }
  }
  return Status::OK();
}

}  // namespace

Result<std::shared_ptr<ast::CreateTable>> with_like_written_out(const ast::CreateTable& create,
                                                                const BindSession& session) {
  const ast::Name& name = create.like->table;
  HW_ASSIGN_OR_RETURN(const ObjectPath path, bind_path(name, session));
  const Result<CatalogObject> base = session.context.catalog->require(path);
  if (!base.ok()) return at(name.position(), base.status());
  if (base->table == nullptr) {
    return at(name.position(),
              Status::Invalid("LIKE names a table, but '", path.object, "' is a view"));
  }
  HW_ASSIGN_OR_RETURN(const Merging merging, Merging::of(*create.like));
  HW_ASSIGN_OR_RETURN(std::shared_ptr<ast::CreateTable> merged, table_syntax(*base->table));
  HW_TRY(merge_columns(create, merging, merged->columns));
  HW_TRY(merge_watermarks(create, merging, merged->watermarks));
  HW_TRY(merge_keys(create, merging, merged->primary_keys));
  HW_TRY(merge_partitions(create, merging, merged->partitioned_by));
  HW_TRY(merge_options(create, merging, merged->options));
  merged->comment = create.comment;
  merged->distribution = create.distribution;
  merged->position = create.position;
  merged->temporary = create.temporary;
  merged->if_not_exists = create.if_not_exists;
  merged->name = create.name;
  return merged;
}

}  // namespace hw
