// SPDX-License-Identifier: Apache-2.0

#include "sql/alternatives.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hw {
namespace {

/// As many items make a list that is kept packed; fewer tests are as good as they are.
constexpr size_t kTestsMin = 64;

struct Test {
  ast::ExprPtr column;
  ast::ExprPtr literal;
};

/// `column = literal`, either way round, of whole numbers or texts: = and IN agree on these.
std::optional<Test> test_of(const ast::ExprPtr& operand) {
  const auto* equal = ast::expr_if<ast::Operator>(operand);
  if (equal == nullptr || equal->op != ast::Op::kEqual || equal->negated) return std::nullopt;
  Test test{equal->operands[0], equal->operands[1]};
  if (test.column->kind == ast::ExprKind::kLiteral) std::swap(test.column, test.literal);
  const auto* literal = ast::expr_if<ast::Literal>(test.literal);
  if (test.column->kind != ast::ExprKind::kColumnRef || literal == nullptr ||
      (literal->type != ast::LiteralKind::kInteger && literal->type != ast::LiteralKind::kString)) {
    return std::nullopt;
  }
  return test;
}

/// What the tests of one list have in common.
std::string key_of(const Test& test) {
  std::string key(1, static_cast<char>(test.literal->as<ast::Literal>().type));
  for (const ast::Identifier& part : test.column->as<ast::ColumnRef>().name.parts) {
    key += part.text;
    key += '\0';
  }
  return key;
}

}  // namespace

std::vector<ast::ExprPtr> with_lists(const std::vector<ast::ExprPtr>& operands) {
  if (operands.size() < kTestsMin) return operands;
  std::map<std::string, std::vector<ast::ExprPtr>> items;
  for (const ast::ExprPtr& operand : operands) {
    if (const std::optional<Test> test = test_of(operand)) {
      items[key_of(*test)].push_back(test->literal);
    }
  }
  std::vector<ast::ExprPtr> result;
  for (const ast::ExprPtr& operand : operands) {
    const std::optional<Test> test = test_of(operand);
    if (!test || items[key_of(*test)].size() < kTestsMin) {
      result.push_back(operand);
      continue;
    }
    std::vector<ast::ExprPtr>& list = items[key_of(*test)];
    // The first test stands for all of them.
    if (list.front() != test->literal) continue;
    auto in = std::make_shared<ast::In>();
    in->position = operand->position;
    in->height = operand->height;
    in->operand = test->column;
    in->items = list;
    result.push_back(std::move(in));
  }
  return result;
}

}  // namespace hw
