// SPDX-License-Identifier: Apache-2.0

#include "reference/over_generator.h"

#include <algorithm>
#include <utility>

#include "reference/term_generator.h"

namespace hw::reference {

OverGenerator::OverGenerator(std::vector<Term> columns, int time, Chance& chance)
    : columns_(std::move(columns)), time_(time), chance_(chance) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    orders_.push_back(chance_.pick({"", " ASC", " DESC", " DESC NULLS LAST", " NULLS LAST"}));
    sequence_.push_back(i);
    if (static_cast<int>(i) != time_ && chance_.share(0.4)) partition_.push_back(i);
  }
  for (size_t i = sequence_.size(); i > 1; --i) {
    std::swap(sequence_[i - 1],
              sequence_[static_cast<size_t>(chance_.below(static_cast<int64_t>(i)))]);
  }
  if (time_ >= 0) {  // first, as it rises
    orders_[static_cast<size_t>(time_)] = "";
    std::erase(sequence_, static_cast<size_t>(time_));
    sequence_.insert(sequence_.begin(), static_cast<size_t>(time_));
  }
}

std::string OverGenerator::hole(Window& window, const Term& term, size_t first) const {
  window.args.push_back(term);
  return "$" + std::to_string(first + window.args.size() - 1);
}

void OverGenerator::partition(Window& window, size_t first) {
  std::string list;
  for (const size_t i : partition_) {
    list += (list.empty() ? "" : ", ") + hole(window, columns_[i], first);
  }
  if (!list.empty()) window.text += "PARTITION BY " + list;
}

OverGenerator::Window OverGenerator::telling_apart(size_t first) {
  Window window;
  partition(window, first);
  std::string list;
  for (const size_t i : sequence_) {
    // A column of PARTITION BY orders nothing; its hole is left for others.
    if (std::find(partition_.begin(), partition_.end(), i) != partition_.end()) continue;
    list += (list.empty() ? "" : ", ") + hole(window, columns_[i], first) + orders_[i];
  }
  if (list.empty()) list = hole(window, columns_[0], first);
  window.text += std::string(window.text.empty() ? "" : " ") + "ORDER BY " + list;
  return window;
}

OverGenerator::Window OverGenerator::of_peers(size_t first, bool ordered) {
  Window window;
  partition(window, first);
  if (!ordered) return window;
  const size_t i = time_ >= 0
                       ? static_cast<size_t>(time_)
                       : static_cast<size_t>(chance_.below(static_cast<int64_t>(columns_.size())));
  window.text += std::string(window.text.empty() ? "" : " ") + "ORDER BY " +
                 hole(window, columns_[i], first) + orders_[i];
  return window;
}

std::string OverGenerator::frame_of_rows() {
  return std::string(" ROWS BETWEEN ") +
         chance_.pick({"UNBOUNDED PRECEDING AND CURRENT ROW", "2 PRECEDING AND CURRENT ROW",
                       "1 PRECEDING AND 1 FOLLOWING", "CURRENT ROW AND 2 FOLLOWING",
                       "3 PRECEDING AND 1 PRECEDING", "1 FOLLOWING AND 2 FOLLOWING",
                       "UNBOUNDED PRECEDING AND 1 PRECEDING"});
}

Term OverGenerator::made(const SqlType& type, const std::string& function, std::vector<Term> args,
                         const Window& window) const {
  args.insert(args.end(), window.args.begin(), window.args.end());
  return make_term(type, function + " OVER (" + window.text + ")", std::move(args));
}

Term OverGenerator::rank() {
  const std::string name = chance_.pick({"ROW_NUMBER()", "RANK()", "DENSE_RANK()"});
  return made(SqlType::bigint(), name, {},
              name == "ROW_NUMBER()" ? telling_apart(0) : of_peers(0, true));
}

Term OverGenerator::place_in_time(bool last) {
  Window window;
  partition(window, 0);
  window.text += std::string(window.text.empty() ? "" : " ") + "ORDER BY " +
                 hole(window, columns_[static_cast<size_t>(time_)], 0) + (last ? " DESC" : "");
  return made(SqlType::bigint(), "ROW_NUMBER()", {}, window);
}

Term OverGenerator::call() {
  switch (chance_.below(6)) {
    case 0:
      return rank();
    case 1:
      if (chance_.share(0.5)) {
        return made(SqlType::bigint(), "NTILE(" + std::string(chance_.pick({"1", "3"})) + ")", {},
                    telling_apart(0));
      } else {
        Term share = made(SqlType::float64(), chance_.pick({"PERCENT_RANK()", "CUME_DIST()"}), {},
                          of_peers(0, true));
        share.wild = true;
        return share;
      }
    case 2:
    case 3:
      return value();
    default:
      return aggregate();
  }
}

Term OverGenerator::value() {
  const Term& term = chance_.pick(columns_);
  const std::string function =
      chance_.pick({"LAG($0)", "LAG($0, 2)", "LEAD($0)", "LEAD($0, 2, $0)", "FIRST_VALUE($0)",
                    "LAST_VALUE($0)", "NTH_VALUE($0, 2)", "FIRST_VALUE($0) RESPECT NULLS"});
  Window window = telling_apart(1);
  if (!function.starts_with("L") || function.starts_with("LAST")) {
    if (chance_.share(0.6)) window.text += frame_of_rows();
  }
  Term made_term = made(term.type.with_nullable(true), function, {term}, window);
  made_term.wild = term.wild;
  return made_term;
}

Term OverGenerator::aggregate() {
  TermGenerator terms(columns_, chance_);
  Term call = terms.aggregate();
  for (int i = 0; i < 8 && call.form.find("DISTINCT") != std::string::npos; ++i) {
    call = terms.aggregate();
  }
  if (call.form.find("DISTINCT") != std::string::npos) return rank();
  const size_t first = call.args.size();
  // Ten holes at most.
  if (first + columns_.size() + 1 > 9) return rank();
  Window window;
  if (chance_.share(0.5)) {
    window = telling_apart(first);
    window.text += frame_of_rows();
  } else {
    window = of_peers(first, chance_.share(0.8));
  }
  Term made_term = made(call.type.with_nullable(true), call.form, call.args, window);
  made_term.wild = call.wild;
  return made_term;
}

}  // namespace hw::reference
