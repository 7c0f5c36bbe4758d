// SPDX-License-Identifier: Apache-2.0
//
// Tests an operator by literals: rows in, rows out. Every expect() replays the whole script in
// seven modes with fresh operators, so a test gets them unasked:
//
//   whole              rows that follow each other in one batch; the output is compared exactly
//   row by row         one row a batch (an update pair stays together)
//   tiny outputs       output_rows_max() = 1, and the receiver takes one batch at a time
//   random slicing     three fixed seeds
//   snapshot, restore  after every message into a fresh operator
//   snapshot only      after every message
//   doubled            restored into two instances after every k-th message, rows by key group
//
// Modes that cut the input differently are compared by what is left when all changes are applied.
// All modes check that calls make progress, watermarks rise, nothing is retracted that is not
// there, +U stands directly behind its -U, and nothing follows the end.
//
//   OperatorHarness("n INT, word STRING", [] { return make_filter({gt(col(0), lit(3))}); })
//       .input("+ 1 a | + 5 b | - 5 b | wm 10")
//       .expect("+ 5 b | - 5 b | wm 10");
//
// Failures are gtest's. Watermarks and ends are compared only when the expectation names some.

#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/row_kind.h"
#include "columnar/schema.h"
#include "runtime/operator.h"
#include "testkit/harness_play.h"
#include "testkit/harness_script.h"

namespace hw {

class OperatorHarness {
 public:
  using Factory = std::function<Result<std::unique_ptr<Operator>>()>;
  using Where = std::source_location;

  /// One input with these columns: `n INT, word STRING`.
  OperatorHarness(std::string_view columns, Factory make);
  /// Several inputs.
  OperatorHarness(std::initializer_list<std::string_view> columns_of_inputs, Factory make);
  /// Fails the test when input was never judged.
  ~OperatorHarness();
  OperatorHarness(const OperatorHarness&) = delete;

 public:  // What the operator is; before the first input.
  /// Columns by which rows meet, for every input or for one: the doubled mode routes by them.
  /// Without them only operators that keep nothing are doubled.
  OperatorHarness& keyed_by(std::vector<int> columns);
  OperatorHarness& keyed_by(int input, std::vector<int> columns);
  /// It sees all rows in one place (ORDER BY, LIMIT): not doubled.
  OperatorHarness& single_instance();
  /// Its output replaces by key, without -U: it is folded by these columns.
  OperatorHarness& upsert_key(std::vector<int> columns);
  /// Its output may carry no other kinds.
  OperatorHarness& output_kinds(RowKindSet kinds);
  /// Its rows have exactly these columns.
  OperatorHarness& returns(std::string_view columns);
  /// It may let half an update pass, as a filter does.
  OperatorHarness& parts_updates();
  /// It runs in batch mode.
  OperatorHarness& batch_mode();
  /// Processing time at the start; 0 if not said.
  OperatorHarness& starts_at(int64_t wall_ms);

 public:  // The script.
  /// `+ 1 a | -U 1 a | +U 2 b | wm 10 | idle | end | stop`: `end` is how bounded input ends (the
  /// greatest watermark, then End), `stop` a bare End.
  OperatorHarness& input(std::string_view text);
  OperatorHarness& input(int input, std::string_view text);
  /// Moves processing time on; due timers fire.
  OperatorHarness& advance_clock(int64_t ms);

 public:  // Judgement, about what came out since the one before.
  OperatorHarness& expect(std::string_view text, Where where = Where::current());
  /// Rows between two control messages in any order.
  OperatorHarness& expect_in_any_order(std::string_view text, Where where = Where::current());
  /// Beside an expect(): the rows of another port, in any order. Names the same stretch of input
  /// as the expect() before it.
  OperatorHarness& expect_port(int port, std::string_view text, Where where = Where::current());
  /// The script makes the operator fail, whole and row by row, with a message that contains `text`.
  OperatorHarness& expect_error(std::string_view text, Where where = Where::current());
  /// After an expect(): the counter's value so far, in every mode.
  OperatorHarness& expect_counter(std::string_view name, int64_t value,
                                  Where where = Where::current());

 private:
  struct Expectation {
    std::string text;
    bool any_order = false;
  };

  OperatorRunSpec with_tiny_outputs() const;
  OperatorHarness& judge(std::string_view text, bool any_order, Where where);
  void judge_modes(Where where);
  void judge_doubled(const HarnessScript& rows, const Played& snapshotted, Where where);
  // Each fails the test and returns false when something is wrong.
  bool check_sound(const Played& played, Where where);
  bool check_exact(const Played& played, Where where);
  bool check_folded(const Played& played, Where where);
  bool fail(std::string_view mode, std::string_view what, Where where);
  Result<std::vector<Transcript>> expected_by(const Played& whole) const;

  std::vector<SchemaPtr> schemas_;  // of the inputs; empty when the declaration was wrong
  OperatorRunSpec spec_;
  std::vector<std::vector<int>> keys_;  // per input; empty = none said
  SchemaPtr returns_;
  bool single_instance_ = false;
  bool inputs_legal_ = true;
  int64_t start_ms_ = 0;
  HarnessScript script_;
  std::vector<Expectation> expectations_;  // one per judgement in the script
  std::vector<Transcript> expected_;       // the same, parsed by the last judgement
  std::vector<Played> played_;             // by the last judgement, one a mode
  bool unjudged_ = false;
  bool failed_ = false;
};

}  // namespace hw
