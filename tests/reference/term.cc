// SPDX-License-Identifier: Apache-2.0

#include "reference/term.h"

#include <utility>

namespace hw::reference {

std::string to_sql(const Term& term) {
  std::string text;
  for (size_t i = 0; i < term.form.size(); ++i) {
    if (term.form[i] == '$' && i + 1 < term.form.size()) {
      text += to_sql(term.args[static_cast<size_t>(term.form[++i] - '0')]);
    } else {
      text += term.form[i];
    }
  }
  return text;
}

std::vector<Term> smaller(const Term& term) {
  std::vector<Term> found;
  for (const Term& arg : term.args) {
    if (arg.type.kind() == term.type.kind()) found.push_back(arg);
  }
  for (size_t i = 0; i < term.args.size(); ++i) {
    for (Term& less : smaller(term.args[i])) {
      Term made = term;
      made.args[i] = std::move(less);
      found.push_back(std::move(made));
    }
  }
  return found;
}

}  // namespace hw::reference
