// SPDX-License-Identifier: Apache-2.0

#include "base/env/env.h"

#include <set>
#include <string>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "base/env/text_file.h"

namespace hw {
namespace {

// A fresh directory under the test's temporary one.
std::string fresh_directory() {
  const auto files = real_env().locate("/tmp")->files;
  const std::string path =
      testing::TempDir() + "env_test_" + std::to_string(real_env().random("name").next());
  EXPECT_TRUE(files->CreateDir(path).ok());
  return path;
}

TEST(EnvTest, LocatesLocalPathsAndFileUris) {
  EXPECT_EQ(real_env().locate("a/b.json")->path, "a/b.json");
  EXPECT_EQ(real_env().locate("/a/b.json")->path, "/a/b.json");
  EXPECT_EQ(real_env().locate("file:///a/b.json")->path, "/a/b.json");
  EXPECT_EQ(real_env().locate("file://localhost/a")->path, "/a");
}

TEST(EnvTest, SaysWhatItCannotLocate) {
  EXPECT_EQ(real_env().locate("hdfs://host/a").status().message(),
            "not supported yet: files at hdfs://");
  EXPECT_TRUE(real_env().locate("file://a/b").status().IsInvalid());
}

TEST(EnvTest, AppendsToWhatIsThereAndCutsIt) {
  const std::string path = fresh_directory() + "/log";
  {
    auto file = real_env().open_append(path).ValueOrDie();
    EXPECT_TRUE(file->append("first,").ok());
    EXPECT_TRUE(file->append("second").ok());
    EXPECT_TRUE(file->sync().ok());
  }
  auto file = real_env().open_append(path).ValueOrDie();
  EXPECT_EQ(file->size(), 12);
  EXPECT_TRUE(file->truncate(6).ok());
  EXPECT_TRUE(file->append("2nd").ok());
  EXPECT_EQ(file->size(), 9);
  EXPECT_EQ(*read_text_file(real_env(), path), "first,2nd");
}

TEST(EnvTest, AppendingBelowNoDirectorySaysWhere) {
  const Status status = real_env().open_append("/no/such/file").status();
  EXPECT_TRUE(status.IsIOError());
  EXPECT_EQ(status.message(), "cannot open '/no/such/file': No such file or directory");
}

TEST(EnvTest, ALockHasOneHolder) {
  const std::string path = fresh_directory() + "/lock";
  auto held = real_env().try_lock(path).ValueOrDie();
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(real_env().try_lock(path).ValueOrDie(), nullptr);
  held.reset();
  EXPECT_NE(real_env().try_lock(path).ValueOrDie(), nullptr);
}

TEST(EnvTest, TouchingNeedsAFile) { EXPECT_TRUE(real_env().touch("/no/such/file").IsIOError()); }

TEST(EnvTest, PublishesWithoutReplacing) {
  const std::string directory = fresh_directory();
  ASSERT_TRUE(write_text_file(real_env(), directory + "/a", "first").ok());
  ASSERT_TRUE(write_text_file(real_env(), directory + "/b", "second").ok());
  EXPECT_TRUE(real_env().sync(directory + "/a").ok());
  EXPECT_TRUE(real_env().publish(directory + "/a", directory + "/c").ok());
  EXPECT_TRUE(real_env().sync(directory).ok());
  EXPECT_TRUE(real_env().publish(directory + "/b", directory + "/c").IsAlreadyExists());
  EXPECT_EQ(*read_text_file(real_env(), directory + "/c"), "first");
  EXPECT_EQ(*read_text_file(real_env(), directory + "/b"), "second");
  EXPECT_TRUE(real_env().sync(directory + "/gone").IsIOError());
}

// Waits for what the kernel does in the background; bounded.
template <typename Try>
auto until(Try attempt) {
  for (int i = 0; i < 1'000'000; ++i)
    if (auto result = attempt()) return result;
  return decltype(attempt()){};
}

TEST(EnvTest, SocketsCarryBytesWithoutBlockingAndTellTheEnd) {
  auto listening = real_env().listen("127.0.0.1", 0).ValueOrDie();
  EXPECT_EQ(*listening->accept(), nullptr);
  auto client = real_env().connect("127.0.0.1", listening->port()).ValueOrDie();
  auto server = until([&] { return listening->accept().ValueOrDie(); });
  ASSERT_NE(server, nullptr);
  char buffer[16];
  EXPECT_TRUE(client->read(buffer, sizeof buffer)->would_block);
  EXPECT_EQ(until([&] { return server->write("hello")->bytes; }), 5);
  EXPECT_EQ(until([&] { return client->read(buffer, sizeof buffer)->bytes; }), 5);
  EXPECT_EQ(std::string(buffer, 5), "hello");
  server.reset();
  EXPECT_TRUE(until([&] { return client->read(buffer, sizeof buffer)->closed; }));
}

TEST(EnvTest, ARefusedConnectionIsAnErrorOfItsFirstRead) {
  auto listening = real_env().listen("127.0.0.1", 0).ValueOrDie();
  const int port = listening->port();
  listening.reset();
  auto client = real_env().connect("127.0.0.1", port).ValueOrDie();
  char byte;
  Status status;
  for (int i = 0; i < 1'000'000 && status.ok(); ++i) status = client->read(&byte, 1).status();
  EXPECT_TRUE(status.IsIOError());
  EXPECT_NE(status.message().find("cannot connect to 127.0.0.1:"), std::string::npos);
}

TEST(EnvTest, AnUnknownHostIsAnError) {
  EXPECT_TRUE(real_env().connect("no such host", 1).status().IsIOError());
}

TEST(EnvTest, RandomStreamsOfATestEnvAreFixedAndApart) {
  const auto env = make_test_env(7, 0);
  const uint64_t first = env->random("a").next();
  EXPECT_EQ(env->random("a").next(), first);
  EXPECT_NE(env->random("b").next(), first);
  EXPECT_EQ(make_test_env(7, 0)->random("a").next(), first);
  EXPECT_NE(make_test_env(8, 0)->random("a").next(), first);
}

// Frozen: seeds in the ledger of failed runs must keep their meaning.
TEST(EnvTest, RandomNumbersAreFrozen) {
  Random random(42);
  EXPECT_EQ(random.next(), 1546998764402558742u);
  EXPECT_EQ(random.next(), 6990951692964543102u);
}

TEST(EnvTest, RandomNumbersStayBelowTheirBoundAndReachAllOfIt) {
  Random random(1);
  std::set<uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.below(7));
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(*seen.rbegin(), 6u);
  for (int i = 0; i < 200; ++i) {
    const double real = random.real();
    EXPECT_TRUE(real >= 0 && real < 1);
  }
}

TEST(EnvTest, ATestEnvHasAFixedWallClock) { EXPECT_EQ(make_test_env(1, 1234)->wall_ms(), 1234); }

TEST(EnvTest, ClocksOfTheRealEnvGoForward) {
  const int64_t before = real_env().monotonic_ns();
  EXPECT_GE(real_env().monotonic_ns(), before);
  EXPECT_GT(real_env().wall_ms(), 1'500'000'000'000);
  EXPECT_GE(real_env().num_cores(), 1);
}

TEST(EnvTest, AThreadIsJoinedByItsDestructor) {
  int value = 0;
  real_env().start_thread("test", [&value] { value = 1; }).reset();
  EXPECT_EQ(value, 1);
}

TEST(EnvTest, ReadsVariables) {
  EXPECT_TRUE(real_env().variable("PATH").has_value());
  EXPECT_FALSE(real_env().variable("HW_NO_SUCH_VARIABLE").has_value());
}

}  // namespace
}  // namespace hw
