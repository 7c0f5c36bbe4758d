// SPDX-License-Identifier: Apache-2.0
//
// Runs every example of the function catalogue through the whole engine.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/text/type_text.h"
#include "engine/catalogues.h"
#include "engine/session.h"
#include "engine/syntax_reference.h"
#include "sql/parser.h"

namespace hw {
namespace {

class FirstValue final : public RowReceiver {
 public:
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch& batch) override {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      values_.push_back(value_text(*batch.column(0), row));
    }
    return Status::OK();
  }
  Status end() override { return Status::OK(); }
  std::string text() const {
    return values_.size() == 1 ? values_[0] : std::to_string(values_.size()) + " rows";
  }

 private:
  std::vector<std::string> values_;
};

std::string value_of(const std::string& expression) {
  const std::unique_ptr<Env> env = make_test_env(1, 1'600'000'000'000);
  Session session(*env);
  EXPECT_TRUE(session.config().set("execution.runtime-mode", "batch").ok());
  EXPECT_TRUE(session.config().set("parallelism.default", "1").ok());
  const auto statement = parse_statement("SELECT " + expression);
  if (!statement.ok()) return statement.status().message();
  const auto receiver = std::make_shared<FirstValue>();
  auto outcome = session.execute(**statement, receiver);
  if (!outcome.ok()) return outcome.status().message();
  const Status status = std::get<Outcome::Started>(outcome->what).job->wait();
  return status.ok() ? receiver->text() : status.message();
}

template <typename Functions>
void expect_examples(const Functions& functions) {
  for (const auto& function : functions) {
    for (const FunctionExample& example : function.examples) {
      EXPECT_EQ(value_of(example.expression), example.result)
          << function.name << ": " << example.expression;
    }
  }
}

TEST(FunctionExamplesTest, EveryScalarExampleGivesWhatItsRecordSays) {
  expect_examples(catalogues().functions.scalars());
}

TEST(FunctionExamplesTest, EveryAggregateExampleGivesWhatItsRecordSays) {
  expect_examples(catalogues().functions.aggregates());
}

TEST(FunctionExamplesTest, EveryExampleOfTheSyntaxGivesWhatItsRecordSays) {
  expect_examples(syntax_forms());
}

TEST(FunctionExamplesTest, ThereAreAtLeastEightyFunctions) {
  const auto& functions = catalogues().functions;
  EXPECT_GE(functions.scalars().size() + functions.aggregates().size(), 80u);
}

}  // namespace
}  // namespace hw
