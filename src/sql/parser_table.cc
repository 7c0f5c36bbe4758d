// SPDX-License-Identifier: Apache-2.0
//
// CREATE TABLE: columns, watermarks, keys and the clauses behind them.

#include <array>

#include "sql/parser_core.h"

namespace hw {
namespace {

using ast::ColumnKind;
using ast::LikeFeature;
using ast::LikeMerge;
using ast::StatementPtr;

struct LikeFeatureWord {
  Keyword word;
  LikeFeature feature;
  /// Whether OVERWRITING may stand before it.
  bool overwritable;
};

constexpr auto kLikeFeatures = std::to_array<LikeFeatureWord>({
    {"ALL", LikeFeature::kAll, false},
    {"CONSTRAINTS", LikeFeature::kConstraints, false},
    {"DISTRIBUTION", LikeFeature::kDistribution, false},
    {"PARTITIONS", LikeFeature::kPartitions, false},
    {"GENERATED", LikeFeature::kGenerated, true},
    {"METADATA", LikeFeature::kMetadata, true},
    {"OPTIONS", LikeFeature::kOptions, true},
    {"WATERMARKS", LikeFeature::kWatermarks, true},
});

}  // namespace

Result<StatementPtr> Parser::create_table(TableHead head, SqlPosition position) {
  auto node = make<ast::CreateTable>(position);
  node->temporary = head.temporary;
  node->replace = head.replace;
  node->or_create = head.or_create;
  HW_ASSIGN_OR_RETURN(node->if_not_exists, if_not_exists());
  HW_ASSIGN_OR_RETURN(node->name, name("the name of the table"));
  if (at(TokenKind::kLeftParen)) HW_TRY(table_elements(*node));
  HW_TRY(table_clauses(*node));
  if (accept("AS")) {
    HW_ASSIGN_OR_RETURN(node->query, query());
  } else if (node->replace) {
    return expected("AS and a query, which REPLACE TABLE needs");
  } else if (at("LIKE")) {
    HW_ASSIGN_OR_RETURN(node->like, like_clause());
  }
  for (const ast::ColumnDefinition& column : node->columns) {
    if (column.kind == ColumnKind::kReference && node->query == nullptr) {
      return invalid_at(column.name.position, "the column " + column.name.text +
                                                  " needs a type, as in " + column.name.text +
                                                  " STRING; only CREATE TABLE .. AS takes names "
                                                  "alone");
    }
  }
  return StatementPtr(std::move(node));
}

Status Parser::table_elements(ast::CreateTable& table) {
  HW_TRY(expect(TokenKind::kLeftParen));
  if (accept(TokenKind::kRightParen)) return Status::OK();
  HW_TRY(comma_separated(
      [&] { return table_item({table.columns, table.watermarks, table.primary_keys}); }));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return Status::OK();
}

// COMMENT, DISTRIBUTED, PARTITIONED BY, WITH, each once, in any order.
Status Parser::table_clauses(ast::CreateTable& table) {
  bool partitioned = false;
  bool with = false;
  const auto once = [this](bool seen, std::string_view clause) {
    return seen ? invalid(std::string(clause) + " is written only once") : Status::OK();
  };
  while (true) {
    if (at("COMMENT")) {
      HW_TRY(once(table.comment.has_value(), "COMMENT"));
      HW_ASSIGN_OR_RETURN(table.comment, optional_comment());
    } else if (at("DISTRIBUTED")) {
      HW_TRY(once(table.distribution.has_value(), "DISTRIBUTED"));
      HW_ASSIGN_OR_RETURN(table.distribution, distribution());
    } else if (at("PARTITIONED")) {
      HW_TRY(once(std::exchange(partitioned, true), "PARTITIONED BY"));
      HW_TRY(expect("PARTITIONED", "BY"));
      HW_ASSIGN_OR_RETURN(table.partitioned_by, identifier_list("a column name"));
    } else if (at("WITH")) {
      HW_TRY(once(std::exchange(with, true), "WITH"));
      take();
      HW_ASSIGN_OR_RETURN(table.options, property_list());
    } else {
      return Status::OK();
    }
  }
}

Status Parser::table_item(TableItems items) {
  if (at("WATERMARK", "FOR")) {
    HW_ASSIGN_OR_RETURN(ast::WatermarkDefinition definition, watermark());
    items.watermarks.push_back(std::move(definition));
    return Status::OK();
  }
  if (at("UNIQUE") &&
      (peek(1).kind == TokenKind::kLeftParen || peek(1).keyword == Keyword("KEY"))) {
    return invalid("a table has no UNIQUE constraint; declare PRIMARY KEY (..) NOT ENFORCED");
  }
  if (at("PRIMARY", "KEY") ||
      (at("CONSTRAINT") && at_identifier(1) &&
       (peek(2).keyword == Keyword("PRIMARY") || peek(2).keyword == Keyword("UNIQUE")))) {
    HW_ASSIGN_OR_RETURN(ast::PrimaryKey key, primary_key());
    items.primary_keys.push_back(std::move(key));
    return Status::OK();
  }
  HW_ASSIGN_OR_RETURN(ast::ColumnDefinition column, column_definition());
  items.columns.push_back(std::move(column));
  return Status::OK();
}

Result<ast::WatermarkDefinition> Parser::watermark() {
  ast::WatermarkDefinition definition;
  definition.position = position();
  HW_TRY(expect("WATERMARK", "FOR"));
  HW_ASSIGN_OR_RETURN(definition.column, name("a column name"));
  HW_TRY(expect("AS"));
  HW_ASSIGN_OR_RETURN(definition.expr, expression());
  return definition;
}

Result<ast::PrimaryKey> Parser::primary_key() {
  ast::PrimaryKey key;
  key.position = position();
  if (accept("CONSTRAINT")) {
    HW_ASSIGN_OR_RETURN(key.constraint, identifier("the name of the constraint"));
  }
  if (at("UNIQUE")) {
    return invalid("a table has no UNIQUE constraint; declare PRIMARY KEY (..) NOT ENFORCED");
  }
  HW_TRY(expect("PRIMARY", "KEY"));
  HW_ASSIGN_OR_RETURN(key.columns, identifier_list("a column name"));
  HW_TRY(not_enforced());
  return key;
}

Status Parser::not_enforced() {
  if (accept("NOT", "ENFORCED")) return Status::OK();
  return invalid(
      "a PRIMARY KEY is not checked by the engine, so it is declared NOT ENFORCED: write "
      "PRIMARY KEY (..) NOT ENFORCED");
}

Result<ast::ColumnDefinition> Parser::column_definition() {
  ast::ColumnDefinition column;
  HW_ASSIGN_OR_RETURN(column.name, identifier("a column name"));
  if (accept("AS")) {
    column.kind = ColumnKind::kComputed;
    HW_ASSIGN_OR_RETURN(column.expr, expression());
    HW_ASSIGN_OR_RETURN(column.comment, optional_comment());
    return column;
  }
  if (at(TokenKind::kComma) || at(TokenKind::kRightParen)) {
    column.kind = ColumnKind::kReference;
    return column;
  }
  HW_ASSIGN_OR_RETURN(column.type, type());
  HW_TRY(column_suffixes(column));
  return column;
}

Status Parser::column_suffixes(ast::ColumnDefinition& column) {
  if (accept("METADATA")) {
    column.kind = ColumnKind::kMetadata;
    if (accept("FROM")) {
      HW_ASSIGN_OR_RETURN(column.metadata_key, string_literal("a metadata key in single quotes"));
    }
    column.is_virtual = accept("VIRTUAL");
  }
  if (at("PRIMARY", "KEY")) {
    if (column.kind == ColumnKind::kMetadata) {
      return invalid("a PRIMARY KEY column must be physical, but this one is METADATA");
    }
    HW_TRY(expect("PRIMARY", "KEY"));
    HW_TRY(not_enforced());
    column.primary_key = true;
  }
  if (at("UNIQUE")) {
    return invalid("a table has no UNIQUE constraint; declare PRIMARY KEY (..) NOT ENFORCED");
  }
  if (accept("NOT", "NULL")) column.type->not_null = true;
  HW_ASSIGN_OR_RETURN(column.comment, optional_comment());
  return Status::OK();
}

Result<ast::Distribution> Parser::distribution() {
  ast::Distribution distribution;
  distribution.position = position();
  HW_TRY(expect("DISTRIBUTED"));
  const bool by = accept("BY");
  if (by) {
    if (accept("HASH")) distribution.kind = ast::DistributionKind::kHash;
    if (accept("RANGE")) distribution.kind = ast::DistributionKind::kRange;
    HW_ASSIGN_OR_RETURN(distribution.columns, identifier_list("a column name"));
  }
  if (accept("INTO")) {
    HW_ASSIGN_OR_RETURN(distribution.buckets, whole_number("the number of buckets"));
    HW_TRY(expect("BUCKETS"));
  } else if (!by) {
    return expected("BY or INTO");
  }
  return distribution;
}

Result<ast::LikeClause> Parser::like_clause() {
  ast::LikeClause like;
  HW_TRY(expect("LIKE"));
  HW_ASSIGN_OR_RETURN(like.table, name("a table name"));
  if (!accept(TokenKind::kLeftParen)) return like;
  while (!accept(TokenKind::kRightParen)) {
    HW_ASSIGN_OR_RETURN(const ast::LikeOption option, like_option());
    like.options.push_back(option);
  }
  return like;
}

Result<ast::LikeOption> Parser::like_option() {
  ast::LikeOption option;
  if (accept("INCLUDING")) {
    option.merge = LikeMerge::kIncluding;
  } else if (accept("EXCLUDING")) {
    option.merge = LikeMerge::kExcluding;
  } else if (accept("OVERWRITING")) {
    option.merge = LikeMerge::kOverwriting;
  } else {
    return expected("INCLUDING, EXCLUDING, OVERWRITING or ')'");
  }
  for (const LikeFeatureWord& word : kLikeFeatures) {
    if (!at(word.word)) continue;
    if (option.merge == LikeMerge::kOverwriting && !word.overwritable) break;
    take();
    option.feature = word.feature;
    return option;
  }
  return option.merge == LikeMerge::kOverwriting
             ? expected("GENERATED, METADATA, OPTIONS or WATERMARKS")
             : expected(
                   "ALL, CONSTRAINTS, DISTRIBUTION, PARTITIONS, GENERATED, METADATA, OPTIONS or "
                   "WATERMARKS");
}

}  // namespace hw
