// SPDX-License-Identifier: Apache-2.0

#include "testkit/transcript.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace hw {
namespace {

// `[1, abc]` of one meant row, without its kind.
std::string text_of_columns(const Batch& plain, int64_t row) {
  std::string text = plain.slice(row, 1).to_text();
  const size_t bracket = text.find('[');
  return bracket == std::string::npos ? text : text.substr(bracket);
}

Batch only_columns(const Batch& batch, const std::vector<int>& columns) {
  std::vector<SqlField> fields;
  std::vector<ColumnPtr> picked;
  for (const int i : columns) {
    fields.push_back(batch.schema()->field(i));
    picked.push_back(batch.column(i));
  }
  return batch.with_columns(make_schema(std::move(fields)), std::move(picked));
}

}  // namespace

std::string TranscriptItem::to_text() const {
  std::string text = is_row() ? std::string(hw::to_text(kind)) + row : control;
  if (port != 0) text += "@" + std::to_string(port);
  return text;
}

void Transcript::add(int port, const Batch& given) {
  const Result<Batch> dense = given.compacted();
  HW_CHECK(dense.ok());
  const Batch plain = dense->with_row_kinds(nullptr);
  const bool keyed = port == 0 && !upsert_key_.empty();
  const Batch keys = keyed ? only_columns(plain, upsert_key_) : Batch();
  for (int64_t row = 0; row < plain.num_rows(); ++row) {
    TranscriptItem item{.port = port, .kind = dense->row_kind(row)};
    item.row = text_of_columns(plain, row);
    if (keyed) item.key = text_of_columns(keys, row);
    items_.push_back(std::move(item));
  }
}

void Transcript::add(int port, const Message& control) {
  TranscriptItem item{.port = port};
  if (const auto* watermark = std::get_if<Watermark>(&control)) {
    item.control = watermark->idle                     ? "idle"
                   : watermark->ms == Watermark::kMax  ? "wm max"
                   : watermark->ms == Watermark::kNone ? "wm none"
                                                       : "wm " + std::to_string(watermark->ms);
  } else if (std::holds_alternative<End>(control)) {
    item.control = "stop";
  } else {
    return;  // barriers are the driver's business
  }
  append(std::move(item));
}

void Transcript::add(const Transcript& other) {
  for (const TranscriptItem& item : other.items_) append(item);
}

void Transcript::append(TranscriptItem item) {
  // An End behind the greatest watermark is how bounded input ends.
  if (item.control == "stop" && !items_.empty() && items_.back().control == "wm max") {
    items_.back().control = "end";
  } else {
    items_.push_back(std::move(item));
  }
}

bool Transcript::has_controls() const {
  return std::any_of(items_.begin(), items_.end(), [](const auto& item) { return !item.is_row(); });
}

std::string Transcript::to_text() const {
  if (items_.empty()) return "nothing";
  std::string text;
  for (const TranscriptItem& item : items_) {
    if (!text.empty()) text += " | ";
    text += item.to_text();
  }
  return text;
}

Transcript Transcript::of_port(int port) const {
  Transcript result(upsert_key_);
  for (const TranscriptItem& item : items_)
    if (item.port == port) result.items_.push_back(item);
  return result;
}

Transcript Transcript::without_controls() const {
  Transcript result(upsert_key_);
  for (const TranscriptItem& item : items_)
    if (item.is_row()) result.items_.push_back(item);
  return result;
}

Transcript Transcript::only_controls() const {
  Transcript result(upsert_key_);
  for (const TranscriptItem& item : items_)
    if (!item.is_row()) result.items_.push_back(item);
  return result;
}

Transcript Transcript::in_any_order() const {
  Transcript result = *this;
  auto begin = result.items_.begin();
  for (auto at = begin; at != result.items_.end(); ++at) {
    if (at->is_row()) continue;
    std::sort(begin, at);
    begin = at + 1;
  }
  std::sort(begin, result.items_.end());
  return result;
}

Transcript Transcript::folded() const {
  std::map<std::pair<int, std::string>, int64_t> counts;  // by (port, row)
  std::map<std::string, std::string> last;                // upsert: row by key
  Transcript controls(upsert_key_);
  for (const TranscriptItem& item : items_) {
    if (!item.is_row()) {
      controls.items_.push_back(item);
    } else if (item.port == 0 && !upsert_key_.empty()) {
      if (is_retraction(item.kind)) {
        last.erase(item.key);
      } else {
        last[item.key] = item.row;
      }
    } else {
      counts[{item.port, item.row}] += is_retraction(item.kind) ? -1 : 1;
    }
  }
  Transcript result(upsert_key_);
  for (const auto& [key, row] : last) result.items_.push_back({.port = 0, .row = row});
  for (const auto& [port_and_row, count] : counts) {
    TranscriptItem item{.port = port_and_row.first, .row = port_and_row.second};
    if (count < 0) item.kind = RowKind::kDelete;
    for (int64_t i = 0; i < std::abs(count); ++i) result.items_.push_back(item);
  }
  std::sort(result.items_.begin(), result.items_.end());
  result.add(controls);
  return result;
}

Status Transcript::check_legal() const {
  // Rows of an upsert stream are replaced by key: there is nothing to take back.
  if (!upsert_key_.empty()) return Status::OK();
  std::map<std::string, int64_t> counts;
  for (const TranscriptItem& item : items_) {
    if (item.port != 0 || !item.is_row()) continue;
    int64_t& count = counts[item.row];
    count += is_retraction(item.kind) ? -1 : 1;
    if (count < 0) return Status::Invalid(item.to_text(), " takes back a row that is not there");
  }
  return Status::OK();
}

}  // namespace hw
