// SPDX-License-Identifier: Apache-2.0
//
// MATCH_RECOGNIZE and its row patterns.

#include "sql/parser_core.h"

namespace hw {

using ast::AfterMatch;
using ast::MatchRecognize;
using ast::Pattern;
using ast::PatternKind;
using ast::RowsPerMatch;
using ast::TableRefPtr;

Result<TableRefPtr> Parser::match_recognize(TableRefPtr input) {
  auto match = make<MatchRecognize>(take().position);
  match->input = std::move(input);
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_ASSIGN_OR_RETURN(match->partition_by, optional_partition_by());
  HW_ASSIGN_OR_RETURN(match->order_by, optional_order_by());
  if (accept("MEASURES")) {
    HW_TRY(comma_separated([&]() -> Status {
      ast::NamedExpr measure;
      HW_ASSIGN_OR_RETURN(measure.expr, expression());
      HW_TRY(expect("AS"));
      HW_ASSIGN_OR_RETURN(measure.name, identifier("the name of a measure"));
      match->measures.push_back(std::move(measure));
      return Status::OK();
    }));
  }
  HW_TRY(match_output(*match));
  HW_TRY(after_match(*match));
  HW_TRY(expect("PATTERN"));
  HW_TRY(expect(TokenKind::kLeftParen));
  HW_ASSIGN_OR_RETURN(match->pattern, pattern_alternation());
  HW_TRY(expect(TokenKind::kRightParen));
  HW_TRY(match_definitions(*match));
  HW_TRY(expect(TokenKind::kRightParen));
  HW_ASSIGN_OR_RETURN(match->alias, table_alias());
  return finish<ast::TableRef>(std::move(match));
}

Status Parser::match_output(MatchRecognize& match) {
  if (accept("ONE")) {
    HW_TRY(expect("ROW", "PER", "MATCH"));
  } else if (accept("ALL")) {
    HW_TRY(expect("ROWS", "PER", "MATCH"));
    match.rows_per_match = RowsPerMatch::kAllRowsShowEmpty;
    if (accept("SHOW")) {
      HW_TRY(expect("EMPTY", "MATCHES"));
    } else if (accept("OMIT")) {
      HW_TRY(expect("EMPTY", "MATCHES"));
      match.rows_per_match = RowsPerMatch::kAllRowsOmitEmpty;
    } else if (accept("WITH")) {
      HW_TRY(expect("UNMATCHED", "ROWS"));
      match.rows_per_match = RowsPerMatch::kAllRowsWithUnmatched;
    }
  }
  return Status::OK();
}

Status Parser::after_match(MatchRecognize& match) {
  if (!accept("AFTER")) return Status::OK();
  HW_TRY(expect("MATCH", "SKIP"));
  if (accept("PAST")) {
    HW_TRY(expect("LAST", "ROW"));
    match.after_match = AfterMatch::kPastLastRow;
    return Status::OK();
  }
  if (!accept("TO")) return expected("PAST LAST ROW or TO");
  if (accept("NEXT", "ROW")) {
    match.after_match = AfterMatch::kToNextRow;
    return Status::OK();
  }
  const bool named = at_identifier(1);
  match.after_match = named && accept("FIRST") ? AfterMatch::kToFirst : AfterMatch::kToLast;
  if (named && match.after_match == AfterMatch::kToLast) accept("LAST");
  HW_ASSIGN_OR_RETURN(match.after_match_variable, identifier("NEXT ROW or a pattern variable"));
  return Status::OK();
}

Status Parser::match_definitions(MatchRecognize& match) {
  if (accept("WITHIN")) {
    HW_ASSIGN_OR_RETURN(match.within, expression());
  }
  if (accept("SUBSET")) {
    HW_TRY(comma_separated([&]() -> Status {
      ast::PatternSubset subset;
      HW_ASSIGN_OR_RETURN(subset.name, identifier("the name of a subset"));
      HW_TRY(expect(TokenKind::kEqual));
      HW_ASSIGN_OR_RETURN(subset.variables, identifier_list("a pattern variable"));
      match.subsets.push_back(std::move(subset));
      return Status::OK();
    }));
  }
  if (!accept("DEFINE")) return Status::OK();
  return comma_separated([&]() -> Status {
    ast::NamedExpr define;
    HW_ASSIGN_OR_RETURN(define.name, identifier("a pattern variable"));
    HW_TRY(expect("AS"));
    HW_ASSIGN_OR_RETURN(define.expr, expression());
    match.defines.push_back(std::move(define));
    return Status::OK();
  });
}

Result<Pattern> Parser::pattern_alternation() {
  const Nesting nesting(*this);
  HW_TRY(nesting.check());
  HW_ASSIGN_OR_RETURN(Pattern first, pattern_sequence());
  if (!at(TokenKind::kPipe)) return first;
  Pattern alternation;
  alternation.kind = PatternKind::kAlternation;
  alternation.position = first.position;
  alternation.children.push_back(std::move(first));
  while (accept(TokenKind::kPipe)) {
    HW_ASSIGN_OR_RETURN(Pattern next, pattern_sequence());
    alternation.children.push_back(std::move(next));
  }
  return alternation;
}

bool Parser::at_pattern_primary() {
  return at_identifier() || at(TokenKind::kLeftParen) || at(TokenKind::kLeftBrace) ||
         at(TokenKind::kCaret) || at(TokenKind::kDollar);
}

Result<Pattern> Parser::pattern_sequence() {
  if (!at_pattern_primary()) return expected("a pattern variable");
  HW_ASSIGN_OR_RETURN(Pattern first, pattern_repeat());
  if (!at_pattern_primary()) return first;
  Pattern sequence;
  sequence.kind = PatternKind::kSequence;
  sequence.position = first.position;
  sequence.children.push_back(std::move(first));
  while (at_pattern_primary()) {
    HW_ASSIGN_OR_RETURN(Pattern next, pattern_repeat());
    sequence.children.push_back(std::move(next));
  }
  return sequence;
}

Result<Pattern> Parser::pattern_repeat() {
  HW_ASSIGN_OR_RETURN(Pattern inner, pattern_primary());
  Pattern repeat;
  repeat.kind = PatternKind::kRepeat;
  repeat.position = inner.position;
  if (accept(TokenKind::kStar)) {
    repeat.min = 0;
  } else if (accept(TokenKind::kPlus)) {
    repeat.min = 1;
  } else if (accept(TokenKind::kQuestion)) {
    repeat.max = 1;
  } else if (at(TokenKind::kLeftBrace) && peek(1).kind != TokenKind::kMinus) {
    HW_TRY(pattern_bounds(repeat));
  } else {
    return inner;
  }
  repeat.reluctant = accept(TokenKind::kQuestion);
  repeat.children.push_back(std::move(inner));
  return repeat;
}

// {n}, {n,}, {n,m}, {,m}
Status Parser::pattern_bounds(Pattern& repeat) {
  const SqlPosition start = take().position;
  const bool lower = at(TokenKind::kInteger);
  if (lower) {
    HW_ASSIGN_OR_RETURN(repeat.min, whole_number("a number of rows"));
    repeat.max = repeat.min;
  }
  if (accept(TokenKind::kComma)) {
    repeat.max.reset();
    if (at(TokenKind::kInteger)) {
      HW_ASSIGN_OR_RETURN(repeat.max, whole_number("a number of rows"));
    } else if (!lower) {
      return expected("a number of rows");
    }
  } else if (!lower) {
    return expected("a number of rows or ','");
  }
  if (repeat.max && (*repeat.max < repeat.min || *repeat.max == 0)) {
    return invalid_at(start, "a pattern {n,m} needs n <= m and m >= 1");
  }
  return expect(TokenKind::kRightBrace);
}

Result<Pattern> Parser::pattern_primary() {
  Pattern pattern;
  pattern.position = position();
  if (accept(TokenKind::kCaret)) {
    pattern.kind = PatternKind::kStart;
  } else if (accept(TokenKind::kDollar)) {
    pattern.kind = PatternKind::kEnd;
  } else if (accept(TokenKind::kLeftParen)) {
    if (accept(TokenKind::kRightParen)) return pattern;
    HW_ASSIGN_OR_RETURN(pattern, pattern_alternation());
    HW_TRY(expect(TokenKind::kRightParen));
  } else if (accept(TokenKind::kLeftBrace)) {
    HW_TRY(expect(TokenKind::kMinus));
    pattern.kind = PatternKind::kExclusion;
    HW_ASSIGN_OR_RETURN(Pattern inner, pattern_alternation());
    pattern.children.push_back(std::move(inner));
    HW_TRY(expect(TokenKind::kMinus));
    HW_TRY(expect(TokenKind::kRightBrace));
  } else if (at("PERMUTE") && peek(1).kind == TokenKind::kLeftParen) {
    take();
    take();
    pattern.kind = PatternKind::kPermute;
    HW_TRY(comma_separated([&]() -> Status {
      HW_ASSIGN_OR_RETURN(Pattern inner, pattern_alternation());
      pattern.children.push_back(std::move(inner));
      return Status::OK();
    }));
    HW_TRY(expect(TokenKind::kRightParen));
  } else {
    pattern.kind = PatternKind::kVariable;
    HW_ASSIGN_OR_RETURN(pattern.variable, identifier("a pattern variable"));
  }
  return pattern;
}

}  // namespace hw
