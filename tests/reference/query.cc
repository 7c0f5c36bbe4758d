// SPDX-License-Identifier: Apache-2.0

#include "reference/query.h"

#include <utility>

namespace hw::reference {
namespace {

std::string joined(const std::vector<Term>& terms) {
  std::string text;
  for (const Term& term : terms) text += (text.empty() ? "" : ", ") + to_sql(term);
  return text;
}

/// Appends `whole` with each smaller form of one of its members in its place.
template <typename Whole, typename Part>
void shrink_member(const Whole& whole, Part Whole::* member, const std::vector<Part>& forms,
                   std::vector<Whole>& out) {
  for (const Part& form : forms) {
    Whole made = whole;
    made.*member = form;
    out.push_back(std::move(made));
  }
}

void shrink_optional(const Select& select, std::optional<Term> Select::* member,
                     std::vector<Select>& out) {
  if (!(select.*member)) return;
  std::vector<std::optional<Term>> forms = {std::nullopt};
  for (Term& term : smaller(*(select.*member))) forms.emplace_back(std::move(term));
  shrink_member(select, member, forms, out);
}

/// One term less, or one term smaller.
void shrink_terms(const Select& select, std::vector<Term> Select::* member, size_t least,
                  std::vector<Select>& out) {
  const std::vector<Term>& terms = select.*member;
  for (size_t i = 0; i < terms.size(); ++i) {
    if (terms.size() > least) {
      Select made = select;
      (made.*member).erase((made.*member).begin() + static_cast<long>(i));
      out.push_back(std::move(made));
    }
    for (Term& term : smaller(terms[i])) {
      Select made = select;
      (made.*member)[i] = std::move(term);
      out.push_back(std::move(made));
    }
  }
}

std::vector<Source> smaller(const Source& source) {
  std::vector<Source> found;
  if (source.kind == Source::Kind::kJoin) {
    for (const Source& side : source.sides) found.push_back(side);
    for (size_t i = 0; i < source.sides.size(); ++i) {
      for (Source& side : smaller(source.sides[i])) {
        Source made = source;
        made.sides[i] = std::move(side);
        found.push_back(std::move(made));
      }
    }
    for (Term& term : smaller(*source.on)) {
      Source made = source;
      made.on = std::move(term);
      found.push_back(std::move(made));
    }
  }
  if (source.kind == Source::Kind::kUnnest) {
    found.push_back(source.sides[0]);
    for (Source& side : smaller(source.sides[0])) {
      Source made = source;
      made.sides[0] = std::move(side);
      found.push_back(std::move(made));
    }
  }
  if (source.kind == Source::Kind::kQuery) {
    for (Query& query : smaller(*source.query)) {
      Source made = source;
      made.query = std::make_shared<const Query>(std::move(query));
      found.push_back(std::move(made));
    }
    // The query's own source in its place: columns of other names no longer bind.
    if (source.query->parts.size() == 1) {
      Source inner = source.query->parts[0].from;
      if (inner.kind != Source::Kind::kJoin) {
        inner.alias = source.alias;
        found.push_back(std::move(inner));
      }
    }
  }
  return found;
}

std::vector<Select> smaller(const Select& select) {
  std::vector<Select> found;
  shrink_member(select, &Select::from, smaller(select.from), found);
  shrink_optional(select, &Select::where, found);
  shrink_optional(select, &Select::having, found);
  shrink_optional(select, &Select::qualify, found);
  if (!select.grouping.empty()) shrink_member(select, &Select::grouping, {std::string()}, found);
  if (select.distinct) shrink_member(select, &Select::distinct, {false}, found);
  shrink_terms(select, &Select::items, 1, found);
  shrink_terms(select, &Select::keys, 0, found);
  return found;
}

}  // namespace

std::string to_sql(const Source& source) {
  switch (source.kind) {
    case Source::Kind::kTable:
      return source.table + (source.as_of.empty() ? "" : " FOR SYSTEM_TIME AS OF " + source.as_of) +
             " AS " + source.alias;
    case Source::Kind::kQuery:
      return "(" + to_sql(*source.query) + ") AS " + source.alias;
    case Source::Kind::kLate:
      return "LATE((" + to_sql(*source.query) + ")) AS " + source.alias;
    case Source::Kind::kWindow: {
      std::string text = source.window;
      text.replace(text.find('$'), 1, "TABLE " + source.table);
      return "TABLE(" + text + ") AS " + source.alias;
    }
    case Source::Kind::kJoin:
      return to_sql(source.sides[0]) + " " + source.join_word + " " + to_sql(source.sides[1]) +
             " ON " + to_sql(*source.on);
    case Source::Kind::kUnnest:
      return to_sql(source.sides[0]) + " " + source.join_word + " " + source.unnest +
             (source.join_word == "LEFT JOIN" ? " ON TRUE" : "");
  }
  return {};
}

std::string to_sql(const Select& select) {
  std::string text = select.distinct ? "SELECT DISTINCT " : "SELECT ";
  for (size_t i = 0; i < select.items.size(); ++i) {
    text += (i > 0 ? ", " : "") + to_sql(select.items[i]) + " AS c" + std::to_string(i);
  }
  text += " FROM " + to_sql(select.from);
  if (select.where) text += " WHERE " + to_sql(*select.where);
  if (!select.keys.empty()) {
    text += " GROUP BY " + (select.grouping.empty()
                                ? joined(select.keys)
                                : select.grouping + " (" + joined(select.keys) + ")");
  }
  if (select.having) text += " HAVING " + to_sql(*select.having);
  if (select.qualify) text += " QUALIFY " + to_sql(*select.qualify);
  return text;
}

std::string to_sql(const Query& query) {
  std::string text;
  for (const Select& part : query.parts) {
    if (!text.empty()) text += query.union_all ? " UNION ALL " : " UNION ";
    text += to_sql(part);
  }
  // ORDER BY names the columns of the last SELECT otherwise.
  if (!query.order.empty() || query.limit) {
    if (query.parts.size() > 1 || query.parts[0].distinct) {
      text = "SELECT * FROM (" + text + ") AS o";
    }
    std::string order;
    for (const std::string& key : query.order) order += (order.empty() ? "" : ", ") + key;
    if (!order.empty()) text += " ORDER BY " + order;
    if (query.limit) text += " LIMIT " + std::to_string(*query.limit);
    if (query.offset) text += " OFFSET " + std::to_string(*query.offset);
  }
  std::string with;
  for (const auto& [name, inner] : query.with) {
    with += (with.empty() ? "WITH " : ", ") + name + " AS (" + to_sql(*inner) + ")";
  }
  return with.empty() ? text : with + " " + text;
}

std::vector<Query> smaller(const Query& query) {
  std::vector<Query> found;
  for (size_t i = 0; i < query.parts.size() && query.parts.size() > 1; ++i) {
    Query made = query;
    made.parts.erase(made.parts.begin() + static_cast<long>(i));
    found.push_back(std::move(made));
  }
  if (query.limit || !query.order.empty()) {
    Query made = query;
    made.order.clear();
    made.limit.reset();
    made.offset.reset();
    found.push_back(std::move(made));
  }
  if (query.offset) shrink_member(query, &Query::offset, {std::nullopt}, found);
  for (size_t i = 0; i < query.with.size(); ++i) {
    for (Query& inner : smaller(*query.with[i].second)) {
      Query made = query;
      made.with[i].second = std::make_shared<const Query>(std::move(inner));
      found.push_back(std::move(made));
    }
  }
  for (size_t i = 0; i < query.parts.size(); ++i) {
    // A query around another one that does nothing else may go.
    const Source& from = query.parts[i].from;
    if (query.parts.size() == 1 && from.kind == Source::Kind::kQuery) found.push_back(*from.query);
    for (Select& part : smaller(query.parts[i])) {
      Query made = query;
      made.parts[i] = std::move(part);
      found.push_back(std::move(made));
    }
  }
  return found;
}

}  // namespace hw::reference
