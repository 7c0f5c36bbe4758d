// SPDX-License-Identifier: Apache-2.0

#include "runtime/options_reference.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"

namespace hw {
namespace {

using Values = std::map<std::string, std::string>;

TEST(OptionReference, AnUnsetVariableIsAnErrorThatNamesTheOption) {
  const Result<Options> resolved = resolve_references(
      Options(Values{{"password", "${env:HW_SURELY_NOT_SET}"}}), *make_test_env(1, 0));
  ASSERT_FALSE(resolved.ok());
  EXPECT_EQ(resolved.status().message(),
            "option 'password' cannot be read: the environment variable 'HW_SURELY_NOT_SET' is "
            "not set");
}

TEST(OptionReference, AVariableIsReplacedInTheMiddleOfAValue) {
  const auto env = make_test_env(1, 0);
  const auto path = env->variable("PATH");
  ASSERT_TRUE(path.has_value());
  const Options resolved =
      resolve_references(Options(Values{{"a", "<${env:PATH}>"}, {"b", "${unfinished"}}), *env)
          .ValueOrDie();
  EXPECT_EQ(resolved.given("a"), "<" + *path + ">");
  EXPECT_EQ(resolved.given("b"), "${unfinished");
}

TEST(OptionReference, AnotherKindIsRefused) {
  EXPECT_FALSE(resolve_references(Options(Values{{"a", "${vault:x}"}}), *make_test_env(1, 0)).ok());
}

TEST(OptionReference, SecretsAreNotShownButReferencesAre) {
  EXPECT_EQ(shown_option_value("password", "x"), "******");
  EXPECT_EQ(shown_option_value("properties.sasl.jaas.config", "x"), "******");
  EXPECT_EQ(shown_option_value("password", "${env:P}"), "${env:P}");
  EXPECT_EQ(shown_option_value("path", "x"), "x");
}

}  // namespace
}  // namespace hw
