// SPDX-License-Identifier: Apache-2.0

#include <deque>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "base/memory.h"
#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

using testing::CollectedOutput;
using testing::MemoryFiles;
using testing::TableProbe;
using Values = TableProbe::Values;

/// What peers do, one step a read: "bytes", then nothing just now (`.`), close or break.
struct Step {
  enum class Kind : uint8_t { kBytes, kNothing, kClose, kBreak, kRefuse };
  Step(Kind what) : kind(what) {}  // NOLINT(google-explicit-constructor): scripts read well
  explicit Step(std::string said) : kind(Kind::kBytes), bytes(std::move(said)) {}
  Kind kind;
  std::string bytes;
};
using Script = std::deque<Step>;

Step says(std::string bytes) { return Step(std::move(bytes)); }
constexpr Step::Kind kPause = Step::Kind::kNothing;
constexpr Step::Kind kClose = Step::Kind::kClose;
constexpr Step::Kind kBreak = Step::Kind::kBreak;
constexpr Step::Kind kRefuse = Step::Kind::kRefuse;

class ScriptedSocket final : public Socket {
 public:
  explicit ScriptedSocket(Script& script) : script_(script) {}
  Result<Transfer> read(char* buffer, int64_t capacity) override {
    if (script_.empty()) return Transfer{.would_block = true};
    Step& step = script_.front();
    if (step.kind == Step::Kind::kBytes) {
      const int64_t n = std::min(capacity, static_cast<int64_t>(step.bytes.size()));
      step.bytes.copy(buffer, static_cast<size_t>(n));
      step.bytes.erase(0, static_cast<size_t>(n));
      if (step.bytes.empty()) script_.pop_front();
      return Transfer{.bytes = n};
    }
    const Step::Kind kind = step.kind;
    script_.pop_front();
    if (kind == Step::Kind::kClose) return Transfer{.closed = true};
    if (kind == Step::Kind::kNothing) return Transfer{.would_block = true};
    return Status::IOError("the cable is cut");
  }
  Result<Transfer> write(std::string_view bytes) override {
    return Transfer{.bytes = static_cast<int64_t>(bytes.size())};
  }

 private:
  Script& script_;
};

/// Peers of a script: as a server that is connected to, or as clients of a listening socket.
class ScriptedNet final : public Env {
 public:
  Script script;
  int connections = 0;
  std::string address;

  void advance_ms(int64_t ms) { rest_.advance_ms(ms); }
  const std::string& messages() const { return rest_.stderr_text(); }

  Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) override {
    ++connections;
    address = host + ":" + std::to_string(port);
    if (!script.empty() && script.front().kind == Step::Kind::kRefuse) {
      script.pop_front();
      return Status::IOError("cannot connect to ", address, ": refused");
    }
    return std::make_unique<ScriptedSocket>(script);
  }
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) override {
    address = host + ":" + std::to_string(port);
    if (!script.empty() && script.front().kind == Step::Kind::kRefuse) {
      return Status::IOError("cannot listen on ", address, ": in use");
    }
    return std::make_unique<Listening>(*this);
  }

  int64_t wall_ms() override { return rest_.wall_ms(); }
  int64_t monotonic_ns() override { return rest_.monotonic_ns(); }
  int64_t thread_cpu_ns() override { return 0; }
  Result<Location> locate(std::string_view path) override { return rest_.locate(path); }
  Status sync(const std::string& path) override { return rest_.sync(path); }
  Status publish(const std::string& from, const std::string& to) override {
    return rest_.publish(from, to);
  }
  Random random(std::string_view name) override { return rest_.random(name); }
  std::optional<std::string> variable(const std::string& name) override { return {}; }
  std::unique_ptr<Thread> start_thread(std::string name, std::function<void()> body) override {
    return rest_.start_thread(std::move(name), std::move(body));
  }
  void sleep_ns(int64_t ns) override { rest_.sleep_ns(ns); }
  Status write_stdout(std::string_view text) override { return rest_.write_stdout(text); }
  Status write_stderr(std::string_view text) override { return rest_.write_stderr(text); }
  int num_cores() override { return 1; }
  arrow::MemoryPool* memory_pool() override { return recycling_pool(); }

 private:
  class Listening final : public ListeningSocket {
   public:
    explicit Listening(ScriptedNet& net) : net_(net) {}
    int port() const override { return 1; }
    Result<std::unique_ptr<Socket>> accept() override {
      if (net_.script.empty()) return nullptr;
      ++net_.connections;
      return std::make_unique<ScriptedSocket>(net_.script);
    }

   private:
    ScriptedNet& net_;
  };

  MemoryFiles rest_;
};

Values socket_at(Values more) {
  more.emplace("connector", "socket");
  more.emplace("hostname", "peer");
  more.emplace("port", "9999");
  return more;
}

/// The one reader of a table.
class Reading {
 public:
  Reading(ScriptedNet& net, std::string_view columns, Values more)
      : probe_(net, columns, socket_at(std::move(more))),
        source_(probe_.source().ValueOrDie()),
        reader_(source_->make_reader({"peer:9999", ""}, probe_.source_context()).ValueOrDie()) {}

  /// Rows until there is nothing just now (`.`), the end (`end`) or an error.
  std::string next() {
    CollectedOutput output;
    std::string end;
    while (end.empty()) {
      const Result<Flow> flow = reader_->poll(output);
      if (!flow.ok()) {
        end = "error: " + flow.status().message();
      } else if (*flow != Flow::kNeedInput) {
        end = *flow == Flow::kWaiting ? "." : "end";
      }
    }
    std::string text;
    for (const Batch& batch : output.batches) text += batch.to_text() + " ";
    return text + end;
  }
  SplitReader& reader() { return *reader_; }
  Source& source() { return *source_; }

 private:
  TableProbe probe_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<SplitReader> reader_;
};

TEST(Socket, RecordsComeAsSoonAsTheirDelimiterDoes) {
  ScriptedNet net;
  net.script = {says("ab"), kPause, says("c\n\nd"), kPause, kPause, says("\n")};
  Reading reading(net, "line STRING", {});
  EXPECT_EQ(reading.next(), ".");
  EXPECT_EQ(reading.next(), "+I[abc] | +I[] .");
  EXPECT_EQ(reading.next(), "+I[d] .");
  EXPECT_EQ(reading.next(), ".");
  EXPECT_EQ(net.address, "peer:9999");
  EXPECT_EQ(net.connections, 1);
  EXPECT_FALSE(reading.source().replayable());
  EXPECT_FALSE(reading.source().bounded());
}

TEST(Socket, WithoutReconnectingTheInputEndsWithThePeer) {
  ScriptedNet net;
  net.script = {says("a\nb"), kClose};
  Reading reading(net, "line STRING", {{"reconnect.interval", "0"}});
  EXPECT_EQ(reading.next(), "+I[a] | +I[b] end");
  EXPECT_EQ(reading.next(), "end");
}

TEST(Socket, ReconnectsInTimeWhenThePeerCloses) {
  ScriptedNet net;
  net.script = {says("a\n"), kClose, says("b\n"), kBreak, says("c\nlost"), kBreak, says("d\n")};
  Reading reading(net, "line STRING", {{"reconnect.interval", "2 s"}});
  EXPECT_EQ(reading.next(), "+I[a] .");
  net.advance_ms(1999);
  EXPECT_EQ(reading.next(), ".");
  net.advance_ms(1);
  EXPECT_EQ(reading.next(), "+I[b] .");
  net.advance_ms(2000);
  EXPECT_EQ(reading.next(), "+I[c] .");
  net.advance_ms(2000);
  EXPECT_EQ(reading.next(), "+I[d] .");
  EXPECT_EQ(net.connections, 4);
}

TEST(Socket, APeerThatCannotBeReachedIsTriedAgainOrIsAnError) {
  ScriptedNet net;
  net.script = {kRefuse, kBreak, says("a\n")};
  Reading patient(net, "line STRING", {});
  EXPECT_EQ(patient.next(), ".");
  net.advance_ms(1000);
  EXPECT_EQ(patient.next(), ".");
  net.advance_ms(1000);
  EXPECT_EQ(patient.next(), "+I[a] .");
  EXPECT_EQ(net.messages(),
            "headwater: warning: no input from peer:9999: cannot connect to peer:9999: refused; "
            "trying again every 1000 ms\n");
  net.script = {kRefuse};
  Reading impatient(net, "line STRING", {{"reconnect.interval", "0"}});
  EXPECT_EQ(impatient.next(),
            "error: no input from peer:9999: cannot connect to peer:9999: refused");
}

TEST(Socket, ListensToOneClientAfterTheOther) {
  ScriptedNet net;
  Reading reading(net, "line STRING", {{"mode", "listen"}});
  EXPECT_EQ(reading.next(), ".");
  net.script = {says("a\n"), kClose, says("b\n")};
  EXPECT_EQ(reading.next(), "+I[a] | +I[b] .");
  EXPECT_EQ(net.connections, 2);
  net.script = {kRefuse};
  Reading taken(net, "line STRING", {{"mode", "listen"}});
  EXPECT_EQ(taken.next(), "error: no input from peer:9999: cannot listen on peer:9999: in use");
}

TEST(Socket, RecordsGoThroughTheFormat) {
  ScriptedNet net;
  net.script = {says("{\"a\": 1, \"b\": \"x\"};{\"b\": \"y\"};"), kClose};
  Reading json(net, "a INT, b STRING",
               {{"format", "json"}, {"byte-delimiter", "59"}, {"reconnect.interval", "0"}});
  EXPECT_EQ(json.next(), "+I[1, x] | +I[NULL, y] end");
  net.script = {says("1,x\n2,y\n"), kClose};
  Reading csv(net, "a INT, b STRING", {{"format", "csv"}, {"reconnect.interval", "0"}});
  EXPECT_EQ(csv.next(), "+I[1, x] | +I[2, y] end");
  net.script = {says("{\"a\": 1}\n{\"a\": one}\n"), kClose};
  Reading broken(net, "a INT", {{"format", "json"}});
  const std::string error = broken.next();
  EXPECT_NE(error.find("(peer:9999), while decoding record 2"), std::string::npos) << error;
}

TEST(Socket, ARecordThatIsTooLongIsAnErrorThatNamesTheLimit) {
  const std::string error =
      "error: a record has at most 10 bytes ('max-record-bytes'), but record 2 from peer:9999 is "
      "longer";
  for (const char* more : {"0123456789a", "0123456789a\n"}) {
    ScriptedNet net;
    net.script = {says("0123456789\n"), says(more)};
    Reading reading(net, "line STRING", {{"max-record-bytes", "10"}});
    EXPECT_EQ(reading.next(), error);
  }
}

TEST(Socket, ManyAndLargeRecordsComeWhole) {
  ScriptedNet net;
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += std::to_string(i) + "\n";
  bytes += std::string(900'000, 'x') + "\nlast\n";
  net.script = {says(bytes), kClose};
  TableProbe probe(net, "line STRING", socket_at({{"reconnect.interval", "0"}}));
  int64_t rows = 0;
  std::string last;
  for (const Batch& batch : probe.read_batches().ValueOrDie()) {
    EXPECT_LE(batch.num_rows(), kBatchRowsMax);
    for (int64_t row = 0; row < batch.num_rows(); ++row, ++rows) {
      last = batch.column(0)->value<std::string_view>(row);
      if (rows < 20'000) EXPECT_EQ(last, std::to_string(rows));
      if (rows == 20'000) EXPECT_EQ(last.size(), 900'000u);
    }
  }
  EXPECT_EQ(rows, 20'002);
  EXPECT_EQ(last, "last");
  EXPECT_NE(net.messages().find("come at most once"), std::string::npos);
}

TEST(Socket, ALimitEndsTheInput) {
  ScriptedNet net;
  net.script = {says("a\nb\nc\n")};
  TableProbe probe(net, "line STRING", socket_at({}));
  probe.scan.limit = 2;
  EXPECT_EQ(probe.read(), "+I[a] | +I[b]");
}

TEST(Socket, AnEndedInputStaysEndedAfterARestart) {
  ScriptedNet net;
  net.script = {says("a\n"), kClose};
  const Values options = {{"reconnect.interval", "0"}};
  Reading reading(net, "line STRING", options);
  EXPECT_EQ(reading.next(), "+I[a] end");
  Reading again(net, "line STRING", options);
  ASSERT_TRUE(again.reader().seek(reading.reader().position().ValueOrDie()).ok());
  EXPECT_EQ(again.next(), "end");
}

TEST(Socket, RefusesValuesOutOfRange) {
  ScriptedNet net;
  const auto failure = [&](Values more) {
    return TableProbe(net, "line STRING", socket_at(std::move(more))).check().message();
  };
  EXPECT_EQ(failure({}), "");
  EXPECT_NE(failure({{"port", "70000"}}).find("at most 65535, but is 70000"), std::string::npos);
  EXPECT_NE(failure({{"byte-delimiter", "256"}}).find("at most 255"), std::string::npos);
  EXPECT_NE(failure({{"max-record-bytes", "0"}}).find("at least 1"), std::string::npos);
  EXPECT_NE(failure({{"mode", "wait"}}).find("one of connect, listen"), std::string::npos);
}

}  // namespace
}  // namespace hw
