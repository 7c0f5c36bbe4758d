// SPDX-License-Identifier: Apache-2.0

#include "testkit/operator_harness.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"

namespace hw {
namespace {

constexpr uint64_t kSlicingSeeds[] = {3, 14, 159};
constexpr int64_t kSliceRowsMax = 4;
// The doubled mode splits at each step of a short script, else at so many of a long one.
constexpr size_t kSplitsMax = 8;

std::vector<size_t> split_points(size_t num_steps) {
  std::set<size_t> points;
  for (size_t i = 0; i < kSplitsMax; ++i) points.insert(num_steps * i / kSplitsMax);
  return {points.begin(), points.end()};
}

}  // namespace

OperatorHarness::OperatorHarness(std::string_view columns, Factory make)
    : OperatorHarness({columns}, std::move(make)) {}

OperatorHarness::OperatorHarness(std::initializer_list<std::string_view> columns_of_inputs,
                                 Factory make)
    : keys_(columns_of_inputs.size()) {
  spec_.make = std::move(make);
  spec_.num_inputs = static_cast<int>(columns_of_inputs.size());
  for (const std::string_view columns : columns_of_inputs) {
    Result<SchemaPtr> schema = parse_schema(columns);
    if (!schema.ok()) {
      fail("script", schema.status().message(), Where::current());
      return;
    }
    schemas_.push_back(*std::move(schema));
  }
}

OperatorHarness::~OperatorHarness() {
  if (unjudged_ && !failed_) fail("script", "input without an expect() behind it", Where());
}

// ---------------------------------------------------------------------------- what it is

OperatorHarness& OperatorHarness::keyed_by(std::vector<int> columns) {
  std::fill(keys_.begin(), keys_.end(), columns);
  return *this;
}
OperatorHarness& OperatorHarness::keyed_by(int input, std::vector<int> columns) {
  keys_[static_cast<size_t>(input)] = std::move(columns);
  return *this;
}
OperatorHarness& OperatorHarness::single_instance() {
  single_instance_ = true;
  return *this;
}
OperatorHarness& OperatorHarness::upsert_key(std::vector<int> columns) {
  spec_.upsert_key = std::move(columns);
  spec_.output_kinds = RowKindSet::upsert();
  return *this;
}
OperatorHarness& OperatorHarness::output_kinds(RowKindSet kinds) {
  spec_.output_kinds = kinds;
  return *this;
}
OperatorHarness& OperatorHarness::returns(std::string_view columns) {
  Result<SchemaPtr> schema = parse_schema(columns);
  if (schema.ok()) {
    returns_ = *std::move(schema);
  } else {
    fail("script", schema.status().message(), Where::current());
  }
  return *this;
}
OperatorHarness& OperatorHarness::parts_updates() {
  spec_.parts_updates = true;
  return *this;
}
OperatorHarness& OperatorHarness::batch_mode() {
  spec_.batch_mode = true;
  return *this;
}
OperatorHarness& OperatorHarness::starts_at(int64_t wall_ms) {
  start_ms_ = wall_ms;
  return *this;
}

// ---------------------------------------------------------------------------- the script

OperatorHarness& OperatorHarness::input(std::string_view text) { return input(0, text); }

OperatorHarness& OperatorHarness::input(int input, std::string_view text) {
  unjudged_ = true;
  if (failed_) return *this;
  const Status status = script_.add_input(input, schemas_[static_cast<size_t>(input)], text);
  if (!status.ok()) fail("script", status.message(), Where::current());
  return *this;
}

OperatorHarness& OperatorHarness::advance_clock(int64_t ms) {
  unjudged_ = true;
  script_.add_clock(ms);
  return *this;
}

// ---------------------------------------------------------------------------- judgement

bool OperatorHarness::fail(std::string_view mode, std::string_view what, Where where) {
  failed_ = true;
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << mode << ": " << what;
  return false;
}

OperatorHarness& OperatorHarness::expect(std::string_view text, Where where) {
  return judge(text, /*any_order=*/false, where);
}
OperatorHarness& OperatorHarness::expect_in_any_order(std::string_view text, Where where) {
  return judge(text, /*any_order=*/true, where);
}

OperatorRunSpec OperatorHarness::with_tiny_outputs() const {
  OperatorRunSpec tiny = spec_;
  tiny.output_rows_max = 1;
  return tiny;
}

OperatorHarness& OperatorHarness::judge(std::string_view text, bool any_order, Where where) {
  unjudged_ = false;
  if (failed_) return *this;
  script_.add_judgement();
  expectations_.push_back({std::string(text), any_order});
  for (int i = 0; i < spec_.num_inputs; ++i)
    inputs_legal_ = inputs_legal_ && script_.rows_of(i).check_legal().ok();
  played_.clear();
  const int64_t whole = std::numeric_limits<int64_t>::max();
  const HarnessScript script = script_.recut([&] { return whole; });
  played_.push_back(play(script, spec_, {.name = "whole", .start_ms = start_ms_}));
  const Played& first = played_.back();
  if (!check_sound(first, where)) return *this;
  Result<std::vector<Transcript>> expected = expected_by(first);
  if (!expected.ok()) {
    fail(first.mode,
         expected.status().message() + "\n  expected: " + std::string(text) +
             "\n  got:      " + first.segments.back().to_text(),
         where);
    return *this;
  }
  expected_ = *std::move(expected);
  if (check_exact(first, where)) judge_modes(where);
  return *this;
}

// What was expected so far, by judgement.
Result<std::vector<Transcript>> OperatorHarness::expected_by(const Played& whole) const {
  std::vector<Transcript> all;
  const auto schema = whole.schemas.find(0);
  for (const Expectation& expectation : expectations_) {
    HW_ASSIGN_OR_RETURN(Transcript expected,
                        parse_expectation(schema == whole.schemas.end() ? nullptr : schema->second,
                                          0, expectation.text, spec_.upsert_key));
    all.push_back(std::move(expected));
  }
  return all;
}

void OperatorHarness::judge_modes(Where where) {
  using Snapshots = PlayMode::Snapshots;
  const HarnessScript whole = script_.recut([] { return std::numeric_limits<int64_t>::max(); });
  const HarnessScript rows = script_.recut([] { return int64_t{1}; });
  // Copies: played_ grows.
  const auto keep = [&](Played played) {
    played_.push_back(std::move(played));
    return check_sound(played_.back(), where);
  };
  if (!keep(play(whole, with_tiny_outputs(), {.name = "tiny outputs", .start_ms = start_ms_})) ||
      !check_exact(played_.back(), where))
    return;
  for (const uint64_t seed : kSlicingSeeds) {
    Random random(seed);
    const HarnessScript sliced =
        script_.recut([&] { return 1 + static_cast<int64_t>(random.below(kSliceRowsMax)); });
    const std::string name = "random slicing, seed " + std::to_string(seed);
    if (!keep(play(sliced, spec_, {.name = name, .start_ms = start_ms_})) ||
        !check_folded(played_.back(), where))
      return;
  }
  if (!keep(play(rows, spec_, {.name = "row by row", .start_ms = start_ms_})) ||
      !check_folded(played_.back(), where))
    return;
  const std::vector<Transcript> undisturbed = played_.back().segments;
  for (const Snapshots snapshots : {Snapshots::kTaken, Snapshots::kRestored}) {
    const bool restored = snapshots == Snapshots::kRestored;
    if (!keep(play(rows, spec_,
                   {.name = restored ? "snapshot and restore after every message"
                                     : "snapshot after every message",
                    .snapshots = snapshots,
                    .start_ms = start_ms_})))
      return;
    for (size_t i = 0; i < undisturbed.size(); ++i) {
      const Transcript got = played_.back().segments[i].in_any_order();
      const Transcript want = undisturbed[i].in_any_order();
      if (got == want) continue;
      fail(played_.back().mode,
           "differs from the undisturbed run row by row\n  undisturbed: " + want.to_text() +
               "\n  got:         " + got.to_text(),
           where);
      return;
    }
  }
  judge_doubled(rows, played_[played_.size() - 2], where);
}

void OperatorHarness::judge_doubled(const HarnessScript& rows, const Played& snapshotted,
                                    Where where) {
  const bool keyed =
      std::none_of(keys_.begin(), keys_.end(), [](const auto& key) { return key.empty(); });
  if (single_instance_ || snapshotted.finished_early) return;
  if (!keyed && !snapshotted.keeps_nothing) return;
  for (const size_t split : split_points(rows.steps().size())) {
    const Played doubled = play_doubled(
        rows, spec_,
        {.name = "two instances from step " + std::to_string(split), .start_ms = start_ms_}, keys_,
        split);
    if (!check_sound(doubled, where) || !check_folded(doubled, where)) return;
  }
}

bool OperatorHarness::check_sound(const Played& played, Where where) {
  if (!played.status.ok()) return fail(played.mode, played.status.ToString(), where);
  if (inputs_legal_) {
    const Status legal = played.whole(spec_.upsert_key).check_legal();
    if (!legal.ok()) return fail(played.mode, legal.message(), where);
  }
  const auto schema = played.schemas.find(0);
  if (returns_ != nullptr && schema != played.schemas.end() && !(*schema->second == *returns_))
    return fail(
        played.mode,
        "returns " + returns_->to_sql() + " was said, but it returns " + schema->second->to_sql(),
        where);
  return true;
}

bool OperatorHarness::check_exact(const Played& played, Where where) {
  for (size_t i = 0; i < expected_.size(); ++i) {
    Transcript want = expected_[i];
    Transcript got = played.segments[i].of_port(0);
    if (!want.has_controls()) got = got.without_controls();
    if (expectations_[i].any_order) {
      want = want.in_any_order();
      got = got.in_any_order();
    }
    if (got == want) continue;
    return fail(played.mode,
                "judgement " + std::to_string(i + 1) + "\n  expected: " + want.to_text() +
                    "\n  got:      " + got.to_text(),
                where);
  }
  return true;
}

bool OperatorHarness::check_folded(const Played& played, Where where) {
  Transcript want(spec_.upsert_key), got(spec_.upsert_key);
  for (size_t i = 0; i < expected_.size(); ++i) {
    const Transcript segment = played.segments[i].of_port(0);
    want.add(expected_[i]);
    got.add(expected_[i].has_controls() ? segment : segment.without_controls());
  }
  if (got.folded() == want.folded()) return true;
  return fail(played.mode,
              "what is left after all changes\n  expected: " + want.folded().to_text() +
                  "\n  got:      " + got.folded().to_text(),
              where);
}

OperatorHarness& OperatorHarness::expect_port(int port, std::string_view text, Where where) {
  for (const Played& played : played_) {
    if (failed_) return *this;
    const auto schema = played.schemas.find(port);
    const Result<Transcript> expected = parse_expectation(
        schema == played.schemas.end() ? nullptr : schema->second, port, text, {});
    const Transcript got = played.segments.back().of_port(port).without_controls().folded();
    if (!expected.ok()) {
      fail(played.mode, expected.status().message(), where);
    } else if (!(expected->folded() == got)) {
      fail(played.mode,
           "port " + std::to_string(port) + "\n  expected: " + expected->folded().to_text() +
               "\n  got:      " + got.to_text(),
           where);
    }
  }
  return *this;
}

OperatorHarness& OperatorHarness::expect_counter(std::string_view name, int64_t value,
                                                 Where where) {
  for (const Played& played : played_) {
    const auto found = played.counters.find(std::string(name));
    const int64_t got = found == played.counters.end() ? 0 : found->second;
    if (got == value || failed_) continue;
    fail(played.mode,
         "counter " + std::string(name) + " is " + std::to_string(value) + ", but got " +
             std::to_string(got),
         where);
  }
  return *this;
}

OperatorHarness& OperatorHarness::expect_error(std::string_view text, Where where) {
  unjudged_ = false;
  const PlayMode::Snapshots none = PlayMode::Snapshots::kNone;
  for (const int64_t size : {std::numeric_limits<int64_t>::max(), int64_t{1}}) {
    if (failed_) return *this;
    const std::string name = size == 1 ? "row by row" : "whole";
    const Played played = play(script_.recut([&] { return size; }), spec_,
                               {.name = name, .snapshots = none, .start_ms = start_ms_});
    if (played.status.ok()) {
      fail(name, "an error was expected: " + std::string(text), where);
    } else if (played.status.message().find(text) == std::string::npos) {
      fail(name,
           "error\n  expected: " + std::string(text) + "\n  got:      " + played.status.message(),
           where);
    }
  }
  return *this;
}

}  // namespace hw
