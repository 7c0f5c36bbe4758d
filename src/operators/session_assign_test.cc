// SPDX-License-Identifier: Apache-2.0

#include "operators/session_assign.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/type_parser.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

/// Sessions of key k with a gap of 10 s.
OperatorHarness sessions(bool retracts = false, bool event_time = true, bool holds = false) {
  constexpr std::string_view kColumns = "ts TIMESTAMP(3), k STRING, n INT";
  SessionAssignSpec spec;
  spec.input = *parse_schema(kColumns);
  spec.window = {.kind = WindowKind::kSession,
                 .size_ms = 10'000,
                 .event_time = event_time,
                 .time_column = event_time ? 0 : -1,
                 .time_type = SqlType::timestamp(3)};
  spec.keys = {1};
  spec.input_retracts = retracts;
  spec.holds_watermark = holds;
  std::vector<SqlField> output = spec.input->fields();
  const SqlType wall = SqlType::timestamp(3).not_null();
  for (const char* const name : {"s", "e", "t"}) output.push_back({name, wall});
  spec.output = make_schema(std::move(output));
  return OperatorHarness(kColumns, [spec] { return make_session_assign(spec); });
}

// Times are short: seconds and milliseconds after 1970-01-01 00:00.
std::string at(std::string_view script) {
  std::string text;
  for (const char c : script) {
    if (c == '@') {
      text += "'1970-01-01 00:00:";
    } else {
      text += c;
    }
  }
  return text;
}

TEST(SessionAssignTest, RowsGoOutTogetherByTimeWhenTheirSessionCloses) {
  sessions()
      .keyed_by({1})
      .input(at("+ @11.000' a 1 | + @01.000' a 2 | + @02.000' b 3 | + @01.000' a 4 | wm 11999"))
      .expect(at("+ @02.000' b 3 @02.000' @12.000' @11.999' | wm 11999"))
      .input("end")
      .expect(at("+ @01.000' a 2 @01.000' @21.000' @20.999' | + @01.000' a 4 @01.000' @21.000' "
                 "@20.999' | + @11.000' a 1 @01.000' @21.000' @20.999' | end"));
}

TEST(SessionAssignTest, ARowThatIsTakenBackPartsItsSession) {
  sessions(/*retracts=*/true)
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @20.000' a 2 | + @10.500' a 4 | - @10.500' a 4 | wm 10999"))
      .expect(at("+ @01.000' a 1 @01.000' @11.000' @10.999' | wm 10999"))
      .input(at("-U @20.000' a 2 | +U @22.000' a 3 | end"))
      .expect(at("+ @22.000' a 3 @22.000' @32.000' @31.999' | end"));
}

// Each instance passes on what is true of its own sessions: these tests have one.
TEST(SessionAssignTest, APartIsInTimeForTheWatermarkThatIsPassedOn) {
  sessions(/*retracts=*/true, /*event_time=*/true, /*holds=*/true)
      .single_instance()
      .input(at("+ @00.000' a 1 | + @08.000' a 2 | + @16.000' a 4 | + @23.000' b 8 | wm 5000 | "
                "wm 22999 | - @08.000' a 2 | wm 31000"))
      .expect(at("wm 5000 | wm 9998 | + @00.000' a 1 @00.000' @10.000' @09.999' | + @16.000' a 4 "
                 "@16.000' @26.000' @25.999' | wm 31000"))
      .input(at("+ @31.000' b 1 | - @23.000' b 8 | wm 32000 | end"))
      .expect(at("wm 32000 | + @31.000' b 1 @31.000' @41.000' @40.999' | end"));
}

TEST(SessionAssignTest, WhatJoinsASessionFromBeforeDoesNotLowerTheWatermark) {
  sessions(/*retracts=*/true, /*event_time=*/true, /*holds=*/true)
      .single_instance()
      .input(at("+ @20.000' a 1 | wm 29000 | + @10.000' a 2 | wm 29500 | wm 30000"))
      .expect(at("wm 29000 | wm 29000 | + @10.000' a 2 @10.000' @30.000' @29.999' | + @20.000' a 1 "
                 "@10.000' "
                 "@30.000' @29.999' | wm 30000"));
}

/// Rows of one key that wait, and what their sessions put out, by sorting all of them each time.
struct Model {
  std::vector<int64_t> times;

  /// Text of the rows of sessions that have ended by then; they are gone from here.
  std::string close(char key, int64_t watermark_ms, int64_t passed_ms) {
    std::sort(times.begin(), times.end());
    std::string out;
    while (!times.empty()) {
      size_t length = 1;
      while (length < times.size() && times[length] - times[length - 1] <= 10'000) ++length;
      const int64_t start = times[0], end = times[length - 1] + 10'000;
      if (end - 1 > watermark_ms) break;
      EXPECT_GT(end - 1, passed_ms) << "late for whom the watermark is passed on to";
      for (size_t i = 0; i < length; ++i) {
        out += "+ " + quoted(times[i]) + " " + key + " 0 " + quoted(start) + " " + quoted(end) +
               " " + quoted(end - 1) + " | ";
      }
      times.erase(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(length));
    }
    return out;
  }
  static std::string quoted(int64_t ms) {
    char text[40];
    std::snprintf(text, sizeof(text), "'1970-01-01 00:%02d:%02d.%03d'",
                  static_cast<int>(ms / 60'000), static_cast<int>(ms / 1'000 % 60),
                  static_cast<int>(ms % 1'000));
    return text;
  }
};

TEST(SessionAssignTest, RandomChangesAgainstAPlainModel) {
  std::mt19937_64 random(5);
  const auto below = [&](uint64_t bound) { return static_cast<int64_t>(random() % bound); };
  int parts = 0;  // that went out when the watermark told had passed them
  for (int round = 0; round < 40; ++round) {
    Model model;
    std::string input, expected;
    int64_t told = 0, passed = 0;
    for (int step = 0; step < 60; ++step) {
      if (below(3) == 0 && !model.times.empty()) {
        const auto gone = model.times.begin() + below(model.times.size());
        input += "- " + Model::quoted(*gone) + " a 0 | ";
        model.times.erase(gone);
      } else {
        const int64_t time = told + 1 + below(12'000) - (below(4) == 0 ? 5'000 : 0);
        if (time < 0) continue;
        input += "+ " + Model::quoted(time) + " a 0 | ";
        model.times.push_back(time);
      }
      if (below(3) != 0) continue;
      std::string out = model.close('a', told, passed);
      parts += out.empty() ? 0 : 1;
      told += 1 + below(7'000);
      out += model.close('a', told, passed);
      input += "wm " + std::to_string(told) + " | ";
      const int64_t first = model.times.empty() ? INT64_MAX / 2 : model.times[0];
      passed = std::max(passed, std::min(told, first + 10'000 - 2));
      expected += out + "wm " + std::to_string(passed) + " | ";
    }
    sessions(/*retracts=*/true, /*event_time=*/true, /*holds=*/true)
        .single_instance()
        .input(input + "end")
        .expect(expected + model.close('a', INT64_MAX, passed) + "end");
  }
  EXPECT_GT(parts, 20);
}

TEST(SessionAssignTest, WhatComesOrGoesTooLateIsCounted) {
  sessions(/*retracts=*/true)
      .keyed_by({1})
      .input(at("+ @01.000' a 1 | + @30.000' a 2 | wm 20000 | - @01.000' a 1 | + @08.000' a 5 | "
                "+ @20.000' a 6 | + @10.000' a 7 | - @20.000' a 6 | + @09.999' a 8 | end"))
      .expect(at("+ @01.000' a 1 @01.000' @11.000' @10.999' | wm 20000 | + @09.999' a 8 @09.999' "
                 "@20.000' @19.999' | + @10.000' a 7 @09.999' @20.000' @19.999' | + @30.000' a 2 "
                 "@30.000' @40.000' @39.999' | end"))
      .expect_counter("late_rows_dropped", 2);
}

TEST(SessionAssignTest, RowsWithoutATimeAreCountedOnly) {
  sessions()
      .keyed_by({1})
      .input(at("+ null a 1 | + @01.000' null 2 | end"))
      .expect(at("+ @01.000' null 2 @01.000' @11.000' @10.999' | end"))
      .expect_counter("null_time_rows_dropped", 1);
}

TEST(SessionAssignTest, ABatchNeedsNoWatermark) {
  sessions()
      .keyed_by({1})
      .batch_mode()
      .input(at("+ @31.000' a 1 | + @01.000' a 2 | + @11.000' a 4 | stop"))
      .expect(at("+ @01.000' a 2 @01.000' @21.000' @20.999' | + @11.000' a 4 @01.000' @21.000' "
                 "@20.999' | + @31.000' a 1 @31.000' @41.000' @40.999'"));
}

TEST(SessionAssignTest, ProcessingTimeClosesByTheClock) {
  sessions(/*retracts=*/false, /*event_time=*/false)
      .keyed_by({1})
      .input("+ null a 1")
      .advance_clock(4'000)
      .input("+ null a 2")
      .advance_clock(9'999)
      .expect("")
      .advance_clock(1)
      .expect(at("+ null a 1 @00.000' @14.000' @13.999' | + null a 2 @00.000' @14.000' @13.999'"))
      .input("+ null a 8 | end")
      .expect(at("+ null a 8 @14.000' @24.000' @23.999' | end"));
}

}  // namespace
}  // namespace hw
