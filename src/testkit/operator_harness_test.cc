// SPDX-License-Identifier: Apache-2.0
//
// The harness must pass what is right and, above all, fail what is wrong: each broken operator
// here has one fault that one mode exists for.

#include "testkit/operator_harness.h"

#include <map>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "columnar/column_builder.h"
#include "columnar/gather.h"

namespace hw {
namespace {

// Passes everything on.
class Same : public Operator {
 public:
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    output.emit(batch);
    return Flow::kNeedInput;
  }
  Description describe() const override { return {.name = "Same", .details = {}}; }
};

// Emits each row as often as `copies` says, output_rows_max() at a time.
class Repeat final : public Same {
 public:
  explicit Repeat(int64_t copies) : copies_(copies) {}
  Status open(OperatorContext& context) override {
    rows_max_ = context.output_rows_max();
    return Status::OK();
  }
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    std::vector<int32_t> rows;
    for (; next_ < batch.num_rows() * copies_ && static_cast<int64_t>(rows.size()) < rows_max_;
         ++next_)
      rows.push_back(static_cast<int32_t>(next_ / copies_));
    HW_ASSIGN_OR_RETURN(Batch part, gather(batch, rows));
    output.emit(std::move(part));
    if (next_ < batch.num_rows() * copies_) return Flow::kMoreOutput;
    next_ = 0;
    return Flow::kNeedInput;
  }

 private:
  const int64_t copies_;
  int64_t rows_max_ = 0;
  int64_t next_ = 0;
};

// Keeps the greatest n per word and emits updates; `Remembers` says how well.
enum class Memory { kSnapshot, kForgets, kGlobal };
class Greatest final : public Operator {
 public:
  explicit Greatest(Memory memory) : memory_(memory) {}
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      const auto n = batch.column(0)->value<int32_t>(row);
      const std::string word(memory_ == Memory::kGlobal
                                 ? std::string_view("all")
                                 : batch.column(1)->value<std::string_view>(row));
      const auto found = greatest_.find(word);
      if (found != greatest_.end() && found->second >= n) continue;
      if (found != greatest_.end()) emit(batch, found->second, word, RowKind::kUpdateBefore);
      emit(batch, n, word, found == greatest_.end() ? RowKind::kInsert : RowKind::kUpdateAfter);
      greatest_[word] = n;
    }
    HW_ASSIGN_OR_RETURN(Batch changes, finish(batch.schema()));
    output.emit(std::move(changes));
    return Flow::kNeedInput;
  }
  Status snapshot(SnapshotWriter& writer) override {
    if (memory_ == Memory::kForgets) return Status::OK();
    std::string bytes;
    for (const auto& [word, n] : greatest_) bytes += word + "=" + std::to_string(n) + ";";
    writer.put("greatest", bytes);
    return Status::OK();
  }
  Status restore(SnapshotReader& reader) override {
    for (const std::string& bytes : reader.get("greatest")) {
      for (size_t at = 0; at < bytes.size();) {
        const size_t equals = bytes.find('=', at), end = bytes.find(';', at);
        greatest_[bytes.substr(at, equals - at)] = std::stoi(bytes.substr(equals + 1));
        at = end + 1;
      }
    }
    return Status::OK();
  }
  Description describe() const override { return {.name = "Greatest", .details = {}}; }

 private:
  void emit(const Batch& batch, int32_t n, const std::string& word, RowKind kind) {
    if (!n_) n_ = ColumnBuilder::make(batch.schema()->type(0)).ValueOrDie();
    if (!word_) word_ = ColumnBuilder::make(batch.schema()->type(1)).ValueOrDie();
    EXPECT_TRUE(n_->append_int(n).ok());
    EXPECT_TRUE(word_->append_bytes(word).ok());
    kinds_.push_back(kind);
  }
  Result<Batch> finish(const SchemaPtr& schema) {
    if (kinds_.empty())
      return Batch(schema, {Column::nulls(schema->type(0), 0), Column::nulls(schema->type(1), 0)},
                   0);
    const auto rows = static_cast<int64_t>(kinds_.size());
    HW_ASSIGN_OR_RETURN(ColumnPtr n, n_->finish());
    HW_ASSIGN_OR_RETURN(ColumnPtr word, word_->finish());
    auto kinds = std::make_shared<const std::vector<RowKind>>(std::exchange(kinds_, {}));
    return Batch(schema, {n, word}, rows, kinds);
  }
  const Memory memory_;
  std::map<std::string, int32_t> greatest_;
  std::unique_ptr<ColumnBuilder> n_, word_;
  std::vector<RowKind> kinds_;
};

// Holds rows back until a watermark or the clock passes; kept in memory only.
class Delay final : public Same {
 public:
  explicit Delay(TimeDomain domain) : domain_(domain) {}
  Status open(OperatorContext& context) override {
    context_ = &context;
    return Status::OK();
  }
  Result<Flow> on_batch(int, const Batch& batch, Output&) override {
    held_.push_back(batch);
    const int64_t now = domain_ == TimeDomain::kEvent ? 0 : context_->now_ms();
    context_->set_timer({now + 10, domain_});
    context_->counter("held").add(batch.num_rows());
    return Flow::kNeedInput;
  }
  Result<Flow> on_timer(Timer, Output& output) override {
    for (const Batch& batch : held_) output.emit(batch);
    held_.clear();
    return Flow::kNeedInput;
  }
  Status snapshot(SnapshotWriter& writer) override {
    // Rows of these tests are ints below ten.
    std::string bytes;
    for (const Batch& batch : held_)
      for (int64_t row = 0; row < batch.num_rows(); ++row)
        bytes += static_cast<char>('0' + batch.column(0)->value<int32_t>(row));
    writer.put("held", bytes);
    return Status::OK();
  }
  Status restore(SnapshotReader& reader) override {
    for (const std::string& bytes : reader.get("held")) {
      for (const char c : bytes) {
        HW_ASSIGN_OR_RETURN(SchemaPtr schema, parse_schema("n INT"));
        HW_ASSIGN_OR_RETURN(Batch row, parse_row(schema, c));
        held_.push_back(std::move(row));
      }
    }
    return Status::OK();
  }

 private:
  static Result<SchemaPtr> parse_schema(std::string_view) {
    return make_schema({{"n", SqlType::integer()}});
  }
  static Result<Batch> parse_row(const SchemaPtr& schema, char digit) {
    HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(schema->type(0)));
    HW_TRY(builder->append_int(digit - '0'));
    HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
    return Batch(schema, {column}, 1);
  }
  const TimeDomain domain_;
  OperatorContext* context_ = nullptr;
  std::vector<Batch> held_;
};

class Broken final : public Same {
 public:
  enum class Fault { kSpins, kRetractsNothing, kPartsPairs, kFails, kFinishesAndTalks };
  explicit Broken(Fault fault) : fault_(fault) {}
  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    switch (fault_) {
      case Fault::kSpins:
        return Flow::kMoreOutput;
      case Fault::kFails:
        return Status::Invalid("n is never negative");
      case Fault::kRetractsNothing:
      case Fault::kPartsPairs: {
        std::vector<RowKind> kinds(static_cast<size_t>(batch.num_rows()), RowKind::kDelete);
        if (fault_ == Fault::kPartsPairs)
          kinds = {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kInsert,
                   RowKind::kUpdateAfter};
        output.emit(
            batch.with_row_kinds(std::make_shared<const std::vector<RowKind>>(std::move(kinds))));
        return Flow::kNeedInput;
      }
      case Fault::kFinishesAndTalks:
        output.emit(batch.slice(0, 1));
        return Flow::kFinished;
    }
    return Flow::kNeedInput;
  }

 private:
  const Fault fault_;
};

template <typename Op, typename... Args>
OperatorHarness::Factory make(Args... args) {
  return [args...]() -> Result<std::unique_ptr<Operator>> { return std::make_unique<Op>(args...); };
}

constexpr auto kColumns = "n INT, word STRING";

TEST(OperatorHarnessTest, PassesWhatIsRight) {
  OperatorHarness(kColumns, make<Same>())
      .returns("n INT, word STRING")
      .input("+ 1 a | -U 1 a | +U 2 'b | c' | wm 10")
      .expect("+ 1 a | -U 1 a | +U 2 'b | c' | wm 10")
      .input("+ 3 c | end")
      .expect("+ 3 c | end");
}

TEST(OperatorHarnessTest, ComparesControlMessagesOnlyWhenTheyAreNamed) {
  OperatorHarness(kColumns, make<Same>()).input("wm 5 | + 1 a | idle | stop").expect("+ 1 a");
  OperatorHarness(kColumns, make<Same>())
      .input("wm 5 | + 1 a | idle | stop")
      .expect("wm 5 | + 1 a | idle | stop");
}

TEST(OperatorHarnessTest, CutsOutputsWhenTheOperatorAsksForThat) {
  OperatorHarness(kColumns, make<Repeat>(int64_t{3}))
      .input("+ 1 a | + 2 b | wm 4")
      .expect("+ 1 a | + 1 a | + 1 a | + 2 b | + 2 b | + 2 b | wm 4");
}

TEST(OperatorHarnessTest, RestoresAndDoublesWhatIsKept) {
  OperatorHarness(kColumns, make<Greatest>(Memory::kSnapshot))
      .keyed_by({1})
      .input("+ 1 a | + 2 b | + 3 a | + 1 b | + 9 c | + 4 a")
      .expect("+ 1 a | + 2 b | -U 1 a | +U 3 a | + 9 c | -U 3 a | +U 4 a");
}

TEST(OperatorHarnessTest, MergesTheWatermarksOfInputs) {
  OperatorHarness({"n INT", "n INT"}, make<Same>())
      .input(0, "wm 10 | + 1")
      .input(1, "+ 2 | wm 7")
      .input(1, "wm 20")
      .input(0, "end")
      .expect("+ 1 | + 2 | wm 7 | wm 10 | wm 20");
}

TEST(OperatorHarnessTest, FiresEventTimersBeforeTheWatermarkGoesOn) {
  OperatorHarness("n INT", make<Delay>(TimeDomain::kEvent))
      .single_instance()
      .input("+ 1 | + 2 | wm 9 | wm 10 | + 3 | wm 11")
      .expect("wm 9 | + 1 | + 2 | wm 10 | + 3 | wm 11")
      .expect_counter("held", 3);
}

TEST(OperatorHarnessTest, FiresProcessingTimersWhenTheClockMoves) {
  OperatorHarness("n INT", make<Delay>(TimeDomain::kProcessing))
      .single_instance()
      .starts_at(1000)
      .input("+ 1")
      .advance_clock(9)
      .expect("")
      .advance_clock(1)
      .expect("+ 1");
}

TEST(OperatorHarnessTest, EndsWhenTheOperatorFinishes) {
  OperatorHarness(kColumns, make<Broken>(Broken::Fault::kFinishesAndTalks))
      .input("+ 1 a | + 2 b | wm 3")
      .expect("+ 1 a | end");
}

TEST(OperatorHarnessTest, FindsAnExpectedError) {
  OperatorHarness(kColumns, make<Broken>(Broken::Fault::kFails))
      .input("+ 1 a")
      .expect_error("never negative");
}

// ------------------------------------------------------------------------- what must fail

TEST(OperatorHarnessTest, FailsOnAnotherResult) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Same>()).input("+ 1 a").expect("+ 2 a"),
                          "whole");
}

TEST(OperatorHarnessTest, FailsOnAnotherOrder) {
  EXPECT_NONFATAL_FAILURE(
      OperatorHarness(kColumns, make<Same>()).input("+ 1 a | + 2 b").expect("+ 2 b | + 1 a"),
      "whole");
  OperatorHarness(kColumns, make<Same>())
      .input("+ 1 a | + 2 b")
      .expect_in_any_order("+ 2 b | + 1 a");
}

TEST(OperatorHarnessTest, FailsWhenARestoredOperatorHasForgotten) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Greatest>(Memory::kForgets))
                              .input("+ 1 a | + 3 a")
                              .expect("+ 1 a | -U 1 a | +U 3 a"),
                          "snapshot and restore");
}

TEST(OperatorHarnessTest, FailsWhenKeysAreNotKeptApart) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness("n INT, word STRING", make<Greatest>(Memory::kGlobal))
                              .keyed_by({1})
                              .input("+ 1 a | + 2 b | + 3 c | + 4 d | + 5 e | + 6 f")
                              .expect("+ 1 all | -U 1 all | +U 2 all | -U 2 all | +U 3 all | "
                                      "-U 3 all | +U 4 all | -U 4 all | +U 5 all | "
                                      "-U 5 all | +U 6 all"),
                          "two instances");
}

TEST(OperatorHarnessTest, FailsWithoutProgress) {
  EXPECT_NONFATAL_FAILURE(
      OperatorHarness(kColumns, make<Broken>(Broken::Fault::kSpins)).input("+ 1 a").expect(""),
      "makes progress");
}

TEST(OperatorHarnessTest, FailsWhenNothingIsTakenBack) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Broken>(Broken::Fault::kRetractsNothing))
                              .input("+ 1 a")
                              .expect("- 1 a"),
                          "takes back a row that is");
}

TEST(OperatorHarnessTest, FailsWhenAPairIsParted) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Broken>(Broken::Fault::kPartsPairs))
                              .input("+ 1 a | + 1 a | + 2 b | + 3 a")
                              .expect(""),
                          "directly behind its -U");
}

TEST(OperatorHarnessTest, FailsOnUndeclaredKinds) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Same>())
                              .output_kinds(RowKindSet::insert_only())
                              .input("+ 1 a | - 1 a")
                              .expect(""),
                          "declared kinds");
}

TEST(OperatorHarnessTest, FailsOnOtherColumns) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Same>())
                              .returns("n BIGINT, word STRING")
                              .input("+ 1 a")
                              .expect("+ 1 a"),
                          "but it returns");
}

TEST(OperatorHarnessTest, FailsWhenInputIsNotJudged) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Same>()).input("+ 1 a"),
                          "without an expect");
}

TEST(OperatorHarnessTest, FailsOnTextThatDoesNotParse) {
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Same>()).input("+ x a").expect(""),
                          "script");
  EXPECT_NONFATAL_FAILURE(OperatorHarness(kColumns, make<Same>()).input("wm x").expect(""),
                          "a watermark is");
}

}  // namespace
}  // namespace hw
