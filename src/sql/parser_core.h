// SPDX-License-Identifier: Apache-2.0
//
// The parser behind parser.h: one class over the token stream, its rules in one file per clause.
// A rule is a function named for what it parses; it begins at its first token and ends behind its
// last. Only the parser's own files include this.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "sql/ast.h"
#include "sql/ast_height.h"
#include "sql/parser.h"
#include "sql/precedence.h"
#include "sql/token_stream.h"

namespace hw {

/// Rules may nest this deep: parentheses, calls, sub-queries, types, patterns.
constexpr int kMaxNesting = 500;

class Parser : public TokenStream {
 public:
  using TokenStream::TokenStream;

  // parser.cc
  Result<std::optional<ParsedStatement>> next_statement();
  Result<ast::StatementPtr> only_statement();
  Status expect_end();

  // parser_expr.cc: operators
  Result<ast::ExprPtr> expression();
  Result<std::vector<ast::ExprPtr>> expression_list();
  Result<ast::ExprPtr> operators(Precedence loosest);

  // parser_query.cc
  Result<ast::QueryPtr> query();
  /// Whether a query begins here that is not in parentheses itself.
  bool at_query();

  // parser_type.cc
  Result<ast::Type> type();

  // parser_statement.cc
  Result<ast::StatementPtr> statement();

 private:
  // ---- shared by all clauses: parser_name.cc ----------------------------------------------------
  /// `what` names the role in errors: "a column name".
  Result<ast::Identifier> identifier(std::string_view what);
  /// Any word, reserved ones too: where nothing else may stand.
  Result<ast::Identifier> any_word(std::string_view what);
  Result<ast::Name> name(std::string_view what);
  /// (a, b, ..)
  Result<std::vector<ast::Identifier>> identifier_list(std::string_view what);
  Result<std::string> string_literal(std::string_view what);
  Result<int64_t> whole_number(std::string_view what);
  /// [AS] alias; none when no identifier comes next.
  Result<ast::Identifier> optional_alias();
  Result<ast::TableAlias> table_alias();
  Result<std::vector<ast::Property>> property_list();
  Result<std::vector<ast::PropertyKey>> property_keys();
  Result<std::optional<std::string>> optional_comment();
  Result<bool> if_not_exists();
  Result<bool> if_exists();
  /// c = v, .. between parentheses
  Result<std::vector<ast::Assignment>> partition_spec();
  /// Parses the items of a list with commas between.
  template <typename Rule>
  Status comma_separated(Rule rule) {
    do {
      HW_TRY(rule());
    } while (accept(TokenKind::kComma));
    return Status::OK();
  }

  // ---- parser_expr.cc ---------------------------------------------------------------------------
  Result<ast::ExprPtr> prefix_operators();
  Result<ast::ExprPtr> chain(ast::Op op, ast::ExprPtr first);
  Result<ast::ExprPtr> binary(ast::ExprPtr left);
  Result<ast::ExprPtr> quantified(ast::Op op, ast::ExprPtr operand, SqlPosition position);
  Result<ast::ExprPtr> range(ast::ExprPtr operand);
  Result<ast::ExprPtr> between(ast::ExprPtr operand, bool negated);
  Result<ast::ExprPtr> in(ast::ExprPtr operand, bool negated);
  Result<ast::ExprPtr> like(ast::ExprPtr operand, bool negated);
  Result<ast::ExprPtr> is(ast::ExprPtr operand);
  /// (1, 2) or (query), after IN and ANY.
  Status items_or_query(std::vector<ast::ExprPtr>& items, ast::QueryPtr& query);
  /// Returns how tightly the operator binds that comes next, kNone where none comes.
  Precedence next_infix();

  // ---- parser_primary.cc ------------------------------------------------------------------------
  Result<ast::ExprPtr> postfix();
  Result<ast::ExprPtr> primary();
  Result<ast::ExprPtr> keyword_primary();
  Result<ast::ExprPtr> literal();
  Result<ast::ExprPtr> typed_literal(ast::LiteralKind type);
  Result<ast::ExprPtr> interval_literal();
  Result<ast::IntervalQualifier> interval_qualifier();
  Result<ast::TimeUnit> time_unit();
  std::optional<ast::TimeUnit> time_unit_at();
  Result<ast::ExprPtr> parenthesised();
  Result<ast::ExprPtr> bracket_constructor(ast::ConstructorKind type);
  Result<ast::ExprPtr> element_of_column(Token word, ast::ExprPtr index);
  Result<ast::ExprPtr> row_constructor();
  Result<ast::ExprPtr> case_expression();
  Result<ast::ExprPtr> cast(bool is_try);
  Result<ast::ExprPtr> exists();
  Result<ast::ExprPtr> name_or_call();

  // ---- parser_function.cc -----------------------------------------------------------------------
  Result<ast::ExprPtr> call(ast::Name function);
  Result<std::shared_ptr<ast::FunctionCall>> call_with_arguments(ast::Name function);
  Status arguments(ast::FunctionCall& call);
  Status plain_arguments(ast::FunctionCall& call);
  Result<ast::ExprPtr> argument();
  Result<ast::ExprPtr> argument_value();
  Result<ast::ExprPtr> table_argument();
  Status table_argument_clauses(ast::TableArgument& table);
  Result<ast::ExprPtr> descriptor();
  Status call_suffixes(ast::FunctionCall& call);
  Result<ast::ExprPtr> symbol();
  ast::ExprPtr make_symbol(std::string_view name, SqlPosition position);
  /// Parses the expression and appends it to the arguments.
  Status append_argument(ast::FunctionCall& call);
  Status extract_arguments(ast::FunctionCall& call);
  Status trim_arguments(ast::FunctionCall& call);
  Status substring_arguments(ast::FunctionCall& call);
  Status overlay_arguments(ast::FunctionCall& call);
  Status position_arguments(ast::FunctionCall& call);
  Status rounding_arguments(ast::FunctionCall& call);
  Status timestamp_arguments(ast::FunctionCall& call);

  // ---- parser_json.cc ---------------------------------------------------------------------------
  Status json_path_arguments(ast::FunctionCall& call);
  Status json_object_arguments(ast::FunctionCall& call);
  Status json_array_arguments(ast::FunctionCall& call);
  Status json_nulls(ast::FunctionCall& call);
  Status json_wrapper(ast::JsonClauses& clauses);
  Status json_behaviors(ast::JsonClauses& clauses);
  Result<std::optional<ast::JsonBehavior>> json_behavior();

  // ---- parser_window.cc -------------------------------------------------------------------------
  Result<std::shared_ptr<const ast::WindowSpec>> over();
  Result<std::shared_ptr<const ast::WindowSpec>> window_spec();
  Result<ast::Frame> frame();
  Result<ast::FrameBound> frame_bound();
  Result<ast::OrderItem> order_item();
  Result<std::vector<ast::OrderItem>> optional_order_by();
  Result<std::vector<ast::ExprPtr>> optional_partition_by();

  // ---- parser_query.cc --------------------------------------------------------------------------
  Result<ast::QueryPtr> query_from(ast::QueryBodyPtr first);
  Status with_clause(ast::Query& query);
  Status row_limits(ast::Query& query);
  Result<ast::ExprPtr> row_count(std::string_view clause);
  Result<ast::QueryBodyPtr> set_operations(ast::QueryBodyPtr first);
  Result<ast::QueryBodyPtr> intersections(ast::QueryBodyPtr first);
  Result<ast::QueryBodyPtr> query_primary();
  /// Returns what `query` adds to its body wrapped, or the body itself where it adds nothing.
  Result<ast::QueryBodyPtr> nested(ast::QueryPtr query);
  Result<ast::QueryBodyPtr> select();
  Status select_items(ast::Select& select);
  Result<ast::QueryBodyPtr> values();
  Result<std::vector<ast::ExprPtr>> values_row();
  Result<std::vector<ast::GroupingElement>> group_by();
  Result<ast::GroupingElement> grouping_element();
  Result<ast::GroupingElement> grouping_list(ast::GroupingKind kind, SqlPosition position);
  Status windows(ast::Select& select);
  bool at_set_operator();
  /// Whether the parenthesised query before was only the first part of a query.
  bool at_query_continuation();

  // ---- parser_from.cc ---------------------------------------------------------------------------
  Result<ast::TableRefPtr> from();
  Result<ast::TableRefPtr> joined_table();
  Result<ast::TableRefPtr> join_with(ast::TableRefPtr left, ast::JoinKind kind, bool natural);
  Result<std::optional<ast::JoinKind>> join_kind();
  Result<ast::TableRefPtr> table_ref();
  Result<ast::TableRefPtr> table_primary();
  Result<ast::TableRefPtr> named_table();
  Result<ast::TableRefPtr> parenthesised_table(bool lateral);
  Result<ast::TableRefPtr> derived_table(ast::QueryPtr query, bool lateral, SqlPosition position);
  Result<ast::TableRefPtr> table_function(bool lateral, SqlPosition position);
  Result<ast::TableRefPtr> unnest();
  Result<std::vector<ast::Hint>> optional_hints();
  Result<std::vector<ast::Hint>> hint_list();
  Result<ast::Hint> hint();
  Result<ast::HintArgument> hint_argument();

  // ---- parser_match.cc --------------------------------------------------------------------------
  Result<ast::TableRefPtr> match_recognize(ast::TableRefPtr input);
  Status match_output(ast::MatchRecognize& match);
  Status after_match(ast::MatchRecognize& match);
  Status match_definitions(ast::MatchRecognize& match);
  Result<ast::Pattern> pattern_alternation();
  Result<ast::Pattern> pattern_sequence();
  Result<ast::Pattern> pattern_repeat();
  Result<ast::Pattern> pattern_primary();
  Status pattern_bounds(ast::Pattern& repeat);
  bool at_pattern_primary();

  // ---- parser_type.cc ---------------------------------------------------------------------------
  Result<ast::Type> simple_type();
  Result<ast::Type> plain_type(ast::Type type);
  Result<ast::Type> timestamp_type(ast::Type type);
  Result<ast::Type> row_type(ast::Type type);
  Status type_parameter(std::string_view word, ast::Type& type, int smallest, int largest);
  Status decimal_parameters(ast::Type& type);
  Status element_types(ast::Type& type, size_t count);
  Status type_not_null(ast::Type& type);

  // ---- parser_statement.cc, parser_show.cc, parser_dml.cc ---------------------------------------
  Result<ast::StatementPtr> set();
  Result<ast::StatementPtr> reset();
  Result<ast::StatementPtr> use();
  Result<ast::StatementPtr> describe();
  Result<ast::StatementPtr> show();
  Result<ast::StatementPtr> show_create(SqlPosition position);
  Result<ast::StatementPtr> show_objects(ast::ShowKind object, SqlPosition position);
  Result<ast::StatementPtr> stop_job();
  Result<ast::StatementPtr> compile_plan();
  Result<ast::StatementPtr> plan_target();
  Result<ast::StatementPtr> execute();
  Result<ast::StatementPtr> explain();
  Status explain_details(ast::Explain& explain);
  Result<ast::StatementPtr> jar();
  /// Returns null where no statement begins that is known but not supported.
  ast::StatementPtr unsupported();
  Result<ast::StatementPtr> query_statement();
  Result<ast::StatementPtr> insert();
  Status on_conflict(ast::Insert& insert);
  Result<ast::StatementPtr> statement_set();
  Result<ast::StatementPtr> statement_set_body(SqlPosition position);
  Result<ast::StatementPtr> statement_set_members(SqlPosition position);
  Status check_set_member(SqlPosition begin);
  Status set_without_end(SqlPosition begin);
  /// Reads "key = value" or "key" as it stands, without quotes.
  Result<ast::Property> raw_property(SqlPosition position);
  Status check_raw(std::string_view text, std::string_view what, SqlPosition position);
  Result<ast::StatementPtr> update();
  Result<ast::StatementPtr> delete_from();
  Result<ast::StatementPtr> truncate();
  Result<std::vector<ast::Assignment>> assignments();

  // ---- parser_create.cc, parser_table.cc, parser_alter.cc ---------------------------------------
  Result<ast::StatementPtr> create();
  Result<ast::StatementPtr> create_view(bool temporary, SqlPosition position);
  Result<ast::StatementPtr> create_function(bool temporary, bool system, SqlPosition position);
  Status function_implementation(ast::CreateFunction& function);
  Status function_resources(ast::CreateFunction& function);
  Status function_sql_body(ast::CreateFunction& function);
  Result<ast::FunctionLanguage> function_language();
  Result<ast::StatementPtr> create_catalog(SqlPosition position);
  Result<ast::StatementPtr> create_database(SqlPosition position);
  Result<ast::StatementPtr> drop();
  struct TableHead {
    bool temporary = false;
    bool replace = false;
    bool or_create = false;
  };
  Result<ast::StatementPtr> create_table(TableHead head, SqlPosition position);
  Status table_elements(ast::CreateTable& table);
  Status table_clauses(ast::CreateTable& table);
  /// Column, watermark or key: one item between the parentheses of CREATE and ALTER TABLE.
  struct TableItems {
    std::vector<ast::ColumnDefinition>& columns;
    std::vector<ast::WatermarkDefinition>& watermarks;
    std::vector<ast::PrimaryKey>& primary_keys;
  };
  Status table_item(TableItems items);
  Result<ast::WatermarkDefinition> watermark();
  Result<ast::PrimaryKey> primary_key();
  Status not_enforced();
  Result<ast::ColumnDefinition> column_definition();
  Status column_suffixes(ast::ColumnDefinition& column);
  Result<ast::Distribution> distribution();
  Result<ast::LikeClause> like_clause();
  Result<ast::LikeOption> like_option();
  Result<ast::StatementPtr> alter();
  Result<ast::StatementPtr> alter_table(SqlPosition position);
  Status alter_table_action(ast::AlterTable& table);
  Status alter_items(ast::AlterTable& table);
  Status alter_drop(ast::AlterTable& table);
  Status alter_rename(ast::AlterTable& table);
  Status alter_partitions(ast::AlterTable& table, ast::AlterTableKind action);
  Result<ast::StatementPtr> alter_view(SqlPosition position);
  Result<ast::StatementPtr> alter_catalog(SqlPosition position);
  Result<ast::StatementPtr> alter_database(SqlPosition position);

  // ---- depth ------------------------------------------------------------------------------------
  /// Counts a level of nesting for as long as it lives.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Nesting() { --parser_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    /// Fails when the text is nested deeper than kMaxNesting.
    Status check() const;

   private:
    Parser& parser_;
  };

  /// Fills in `height` and checks it. Every node passes here once its children are in place.
  template <typename Base, typename Node>
  static Result<std::shared_ptr<const Base>> finish(std::shared_ptr<Node> node) {
    node->height = ast::height_over_children(*node);
    if (node->height > ast::kMaxTreeHeight) return too_high(node->position);
    return std::shared_ptr<const Base>(std::move(node));
  }
  template <typename Node>
  static Result<ast::ExprPtr> finish_expr(std::shared_ptr<Node> node) {
    HW_TRY(check_stars(*node));
    return finish<ast::Expr>(std::move(node));
  }
  static Status too_high(SqlPosition position);
  /// Fails when * is an operand of something that is not a call.
  static Status check_stars(const ast::Expr& expr);

  template <typename Node>
  static std::shared_ptr<Node> make(SqlPosition position) {
    auto node = std::make_shared<Node>();
    node->position = position;
    return node;
  }

  int depth_ = 0;
};

}  // namespace hw
