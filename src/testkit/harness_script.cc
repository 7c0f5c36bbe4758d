// SPDX-License-Identifier: Apache-2.0

#include "testkit/harness_script.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "columnar/gather.h"
#include "columnar/literal.h"

namespace hw {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Items between `|` that stand outside of quotes.
std::vector<std::string_view> split_items(std::string_view text) {
  std::vector<std::string_view> items;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\'') quoted = !quoted;
    if (i < text.size() && (quoted || text[i] != '|')) continue;
    const std::string_view item = trimmed(text.substr(begin, i - begin));
    if (!item.empty()) items.push_back(item);
    begin = i + 1;
  }
  return items;
}

// The control messages an item stands for; nothing if it is a row.
Result<std::vector<Message>> parse_control(std::string_view item) {
  using Messages = std::vector<Message>;
  if (item == "idle") return Messages{Watermark{Watermark::kNone, true}};
  if (item == "end") return Messages{Watermark{Watermark::kMax}, End{}};
  if (item == "stop") return Messages{End{}};
  if (!item.starts_with("wm ")) return Messages{};
  const std::string_view text = trimmed(item.substr(3));
  if (text == "max") return Messages{Watermark{Watermark::kMax}};
  int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (error != std::errc() || end != text.data() + text.size())
    return Status::Invalid("a watermark is `wm` and milliseconds or `wm max`, but not `", item,
                           "`");
  return Messages{Watermark{ms}};
}

// Calls on_rows(text of one or more rows) and on_control(message) in order.
template <typename OnRows, typename OnControl>
Status for_each_item(std::string_view text, OnRows on_rows, OnControl on_control) {
  std::string rows;
  for (const std::string_view item : split_items(text)) {
    HW_ASSIGN_OR_RETURN(const std::vector<Message> controls, parse_control(item));
    if (controls.empty()) {
      if (!rows.empty()) rows += " | ";
      rows += item;
      continue;
    }
    if (!rows.empty()) HW_TRY(on_rows(std::exchange(rows, {})));
    for (const Message& control : controls) on_control(control);
  }
  return rows.empty() ? Status::OK() : on_rows(rows);
}

bool parts_a_pair(const Batch& batch, int64_t row) {
  return row > 0 && row < batch.num_rows() && batch.row_kind(row - 1) == RowKind::kUpdateBefore &&
         batch.row_kind(row) == RowKind::kUpdateAfter;
}

}  // namespace

Status HarnessScript::add_input(int input, const SchemaPtr& schema, std::string_view text) {
  return for_each_item(
      text,
      [&](const std::string& rows) -> Status {
        HW_ASSIGN_OR_RETURN(Batch batch, parse_batch(schema, rows));
        steps_.push_back({.input = input, .message = std::move(batch)});
        return Status::OK();
      },
      [&](const Message& control) { steps_.push_back({.input = input, .message = control}); });
}

void HarnessScript::add_clock(int64_t ms) {
  steps_.push_back({.kind = ScriptStep::Kind::kClock, .clock_ms = ms});
}

void HarnessScript::add_judgement() { steps_.push_back({.kind = ScriptStep::Kind::kJudge}); }

HarnessScript HarnessScript::recut(const std::function<int64_t()>& next_size) const {
  HarnessScript result;
  std::vector<Batch> run;  // of one input
  int run_input = 0;
  const auto flush = [&] {
    if (run.empty()) return;
    const Batch rows = run.size() == 1 ? run.front() : concatenate(run).ValueOrDie();
    for (int64_t begin = 0; begin < rows.num_rows();) {
      // Two steps, since a size may be as large as any number.
      int64_t end = begin + std::min(next_size(), rows.num_rows() - begin);
      if (parts_a_pair(rows, end)) ++end;
      result.steps_.push_back({.input = run_input, .message = rows.slice(begin, end - begin)});
      begin = end;
    }
    run.clear();
  };
  for (const ScriptStep& step : steps_) {
    const auto* batch = std::get_if<Batch>(&step.message);
    const bool rows = step.kind == ScriptStep::Kind::kMessage && batch != nullptr;
    if (!rows || step.input != run_input) flush();
    if (rows) {
      run_input = step.input;
      run.push_back(*batch);
    } else {
      result.steps_.push_back(step);
    }
  }
  flush();
  return result;
}

Transcript HarnessScript::rows_of(int input) const {
  Transcript rows;
  for (const ScriptStep& step : steps_) {
    const auto* batch = std::get_if<Batch>(&step.message);
    if (step.kind == ScriptStep::Kind::kMessage && step.input == input && batch != nullptr)
      rows.add(0, *batch);
  }
  return rows;
}

Result<Transcript> parse_expectation(const SchemaPtr& schema, int port, std::string_view text,
                                     const std::vector<int>& upsert_key) {
  Transcript expected(upsert_key);
  HW_TRY(for_each_item(
      text,
      [&](const std::string& rows) -> Status {
        if (schema == nullptr) return Status::Invalid("no row came out");
        HW_ASSIGN_OR_RETURN(const Batch batch, parse_batch(schema, rows));
        expected.add(port, batch);
        return Status::OK();
      },
      [&](const Message& control) { expected.add(port, control); }));
  return expected;
}

}  // namespace hw
