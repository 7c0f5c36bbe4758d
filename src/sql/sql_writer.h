// SPDX-License-Identifier: Apache-2.0
//
// Behind unparse.h: a text that grows, with one `write` for every kind of node.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/ast.h"
#include "sql/precedence.h"

namespace hw::ast {

class SqlWriter {
 public:
  std::string take() { return std::move(out_); }

  // unparse.cc: words, names, literals, types
  SqlWriter& text(std::string_view words);
  void write(const Identifier& identifier);
  void write(const Name& name);
  void write(const Type& type);
  void write_string(std::string_view text);
  void write_identifiers(const std::vector<Identifier>& names);
  void write_interval_qualifier(const IntervalQualifier& qualifier);

  // unparse_expr.cc
  void write(const Expr& expr);
  /// Puts parentheses around what binds looser than `loosest`.
  void write_operand(const Expr& expr, Precedence loosest);
  void write_list(const std::vector<ExprPtr>& exprs);

  // unparse_call.cc
  void write_call(const FunctionCall& call);
  void write_table_argument(const TableArgument& table);
  void write_window(const WindowSpec& window);
  void write_order_by(const std::vector<OrderItem>& items);
  void write(const OrderItem& item);

  // unparse_query.cc
  void write(const Query& query);
  void write(const QueryBody& body);
  void write(const TableRef& table);
  void write_hints(const std::vector<Hint>& hints);

  // unparse_statement.cc, unparse_table.cc
  void write(const Statement& statement);
  void write_create_table(const CreateTable& table);
  void write_alter_table(const AlterTable& table);
  void write_properties(const std::vector<Property>& properties);
  void write_keys(const std::vector<PropertyKey>& keys);
  void write_comment(const std::optional<std::string>& comment);
  void write_partition(const std::vector<Assignment>& partition);

  /// Writes what `write_one` writes for each item, with commas between.
  template <typename Items, typename WriteOne>
  void write_separated(const Items& items, WriteOne write_one) {
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) text(", ");
      write_one(item);
    }
  }

 private:
  // unparse.cc
  void write_row_type(const Type& type);

  // unparse_expr.cc
  void write_literal(const Literal& literal);
  void write_interval(const IntervalLiteral& interval);
  void write_index_access(const IndexAccess& node);
  void write_in(const In& node);
  void write_quantified(const Quantified& node);
  void write_constructor(const Constructor& node);
  void write_operator(const Operator& node);
  void write_infix(const Operator& node, std::string_view symbol);
  void write_range(const Operator& node);
  void write_base(const Expr& base);
  void write_star(const Star& star);
  void write_case(const Case& node);
  void write_items_or_query(const std::vector<ExprPtr>& items, const QueryPtr& query);

  // unparse_call.cc
  void write_call_name(const FunctionCall& call);
  void write_arguments(const FunctionCall& call);
  void write_special_arguments(const FunctionCall& call);
  void write_json_pairs(const FunctionCall& call);
  void write_json_clauses(const JsonClauses& clauses);
  void write_json_behavior(const JsonBehavior& behavior, std::string_view event);
  void write_suffixes(const FunctionCall& call);
  void write_frame(const Frame& frame);
  void write_frame_bound(const FrameBound& bound);

  // unparse_query.cc
  void write_select(const Select& select);
  void write_values(const Values& values);
  void write_set_operation(const SetOperation& node);
  void write_grouping(const GroupingElement& element);
  void write_alias(const TableAlias& alias);
  void write_join(const Join& join);

  // unparse_match.cc
  void write_match(const MatchRecognize& match);
  void write_match_output(const MatchRecognize& match);
  void write_named_exprs(const std::vector<NamedExpr>& exprs, bool name_first);
  void write_pattern(const Pattern& pattern);
  void write_repeat(const Pattern& repeat);

  // unparse_statement.cc, unparse_table.cc
  void write_insert(const Insert& insert);
  void write_statement_set(const StatementSet& set);
  void write_explain(const Explain& explain);
  void write_create_function(const CreateFunction& function);
  void write_show(const Show& show);
  void write_short_statement(const Statement& statement);
  void write_create_statement(const Statement& statement);
  void write_change(const Statement& statement);
  void write_alter_catalog(const AlterCatalog& catalog);
  void write_column(const ColumnDefinition& column);
  void write_items(const std::vector<ColumnDefinition>& columns,
                   const std::vector<WatermarkDefinition>& watermarks,
                   const std::vector<PrimaryKey>& keys);
  void write_distribution(const Distribution& distribution);
  void write_like(const LikeClause& like);

  std::string out_;
};

}  // namespace hw::ast
