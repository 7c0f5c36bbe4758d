// SPDX-License-Identifier: Apache-2.0

#include "sql/sql_writer.h"

namespace hw::ast {

void SqlWriter::write_match(const MatchRecognize& match) {
  const bool parentheses = match.input->kind == TableRefKind::kJoin ||
                           match.input->kind == TableRefKind::kMatchRecognize;
  if (parentheses) text("(");
  write(*match.input);
  if (parentheses) text(")");
  text(" MATCH_RECOGNIZE (");
  if (!match.partition_by.empty()) {
    text("PARTITION BY ");
    write_list(match.partition_by);
    text(" ");
  }
  if (!match.order_by.empty()) {
    write_order_by(match.order_by);
    text(" ");
  }
  if (!match.measures.empty()) {
    text("MEASURES ");
    write_named_exprs(match.measures, false);
    text(" ");
  }
  write_match_output(match);
  text("PATTERN (");
  write_pattern(match.pattern);
  text(")");
  if (match.within != nullptr) {
    text(" WITHIN ");
    write(*match.within);
  }
  if (!match.subsets.empty()) {
    text(" SUBSET ");
    write_separated(match.subsets, [this](const PatternSubset& subset) {
      write(subset.name);
      text(" = ");
      write_identifiers(subset.variables);
    });
  }
  if (!match.defines.empty()) {
    text(" DEFINE ");
    write_named_exprs(match.defines, true);
  }
  text(")");
  write_alias(match.alias);
}

void SqlWriter::write_named_exprs(const std::vector<NamedExpr>& exprs, bool name_first) {
  write_separated(exprs, [&](const NamedExpr& named) {
    if (name_first) {
      write(named.name);
      text(" AS ");
      write(*named.expr);
    } else {
      write(*named.expr);
      text(" AS ");
      write(named.name);
    }
  });
}

void SqlWriter::write_match_output(const MatchRecognize& match) {
  switch (match.rows_per_match) {
    case RowsPerMatch::kOneRow:
      text("ONE ROW PER MATCH ");
      break;
    case RowsPerMatch::kAllRowsShowEmpty:
      text("ALL ROWS PER MATCH ");
      break;
    case RowsPerMatch::kAllRowsOmitEmpty:
      text("ALL ROWS PER MATCH OMIT EMPTY MATCHES ");
      break;
    case RowsPerMatch::kAllRowsWithUnmatched:
      text("ALL ROWS PER MATCH WITH UNMATCHED ROWS ");
      break;
  }
  switch (match.after_match) {
    case AfterMatch::kDefault:
      return;
    case AfterMatch::kPastLastRow:
      text("AFTER MATCH SKIP PAST LAST ROW ");
      return;
    case AfterMatch::kToNextRow:
      text("AFTER MATCH SKIP TO NEXT ROW ");
      return;
    case AfterMatch::kToFirst:
      text("AFTER MATCH SKIP TO FIRST ");
      break;
    case AfterMatch::kToLast:
      text("AFTER MATCH SKIP TO LAST ");
      break;
  }
  write(match.after_match_variable);
  text(" ");
}

void SqlWriter::write_pattern(const Pattern& pattern) {
  const auto grouped = [this](const Pattern& inner, bool parentheses) {
    if (parentheses) text("(");
    write_pattern(inner);
    if (parentheses) text(")");
  };
  switch (pattern.kind) {
    case PatternKind::kEmpty:
      text("()");
      return;
    case PatternKind::kVariable:
      return write(pattern.variable);
    case PatternKind::kStart:
      text("^");
      return;
    case PatternKind::kEnd:
      text("$");
      return;
    case PatternKind::kSequence:
    case PatternKind::kAlternation: {
      const bool sequence = pattern.kind == PatternKind::kSequence;
      for (size_t i = 0; i < pattern.children.size(); ++i) {
        const Pattern& child = pattern.children[i];
        if (i > 0) text(sequence ? " " : " | ");
        grouped(child, child.kind == PatternKind::kAlternation ||
                           (sequence && child.kind == PatternKind::kSequence));
      }
      return;
    }
    case PatternKind::kPermute:
      text("PERMUTE(");
      write_separated(pattern.children, [this](const Pattern& child) { write_pattern(child); });
      text(")");
      return;
    case PatternKind::kExclusion:
      text("{- ");
      write_pattern(pattern.children[0]);
      text(" -}");
      return;
    case PatternKind::kRepeat: {
      const PatternKind child = pattern.children[0].kind;
      grouped(pattern.children[0], child == PatternKind::kSequence ||
                                       child == PatternKind::kAlternation ||
                                       child == PatternKind::kRepeat);
      return write_repeat(pattern);
    }
  }
}

void SqlWriter::write_repeat(const Pattern& repeat) {
  if (!repeat.max && repeat.min <= 1) {
    text(repeat.min == 0 ? "*" : "+");
  } else if (repeat.min == 0 && repeat.max == 1) {
    text("?");
  } else {
    text("{").text(std::to_string(repeat.min));
    if (!repeat.max) {
      text(",");
    } else if (*repeat.max != repeat.min) {
      text(",").text(std::to_string(*repeat.max));
    }
    text("}");
  }
  if (repeat.reluctant) text("?");
}

}  // namespace hw::ast
