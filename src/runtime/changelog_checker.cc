// SPDX-License-Identifier: Apache-2.0

#include "runtime/changelog_checker.h"

#include <utility>
#include <vector>

#include "columnar/key_bytes.h"

namespace hw {
namespace {

// Calls visit(stored row) for each meant row until it returns false.
template <typename Visit>
void for_each_row(const Batch& batch, Visit visit) {
  if (const SelectionPtr& selection = batch.selection()) {
    for (const int32_t row : *selection)
      if (!visit(row)) return;
  } else {
    for (int64_t row = 0; row < batch.num_stored_rows(); ++row)
      if (!visit(row)) return;
  }
}

std::string row_text(const Batch& batch, int64_t stored_row) {
  const auto only = std::make_shared<const Selection>(Selection{static_cast<int32_t>(stored_row)});
  return batch.narrowed_to(only).to_text();
}

}  // namespace

void LiveRows::ignore() {
  ignored_ = true;
  counts_ = {};
}

int64_t LiveRows::apply(const Batch& batch) {
  if (ignored_) return -1;
  const std::vector<uint64_t> hashes = hash_keys(batch.columns(), batch.num_stored_rows());
  int64_t illegal = -1;
  for_each_row(batch, [&](int64_t row) {
    int64_t& count = counts_[hashes[static_cast<size_t>(row)]];
    if (is_retraction(batch.row_kind(row))) {
      if (count == 0) {
        illegal = row;
        return false;
      }
      if (--count == 0) counts_.erase(hashes[static_cast<size_t>(row)]);
    } else {
      ++count;
    }
    return true;
  });
  if (illegal >= 0 || counts_.size() > kDistinctRowsMax) ignore();
  return illegal;
}

ChangelogChecker::ChangelogChecker(std::string place, RowKindSet declared)
    : place_(std::move(place)), declared_(declared) {
  if (!retracts_whole_rows(declared)) rows_.ignore();
}

bool ChangelogChecker::retracts_whole_rows(RowKindSet kinds) {
  if (kinds.contains(RowKind::kUpdateBefore)) return true;
  return kinds.contains(RowKind::kDelete) && !kinds.contains(RowKind::kUpdateAfter);
}

Status ChangelogChecker::broken(std::string_view rule, std::string_view values) const {
  return Status::UnknownError("internal check: ", rule, ", but after ", place_, " came ", values,
                              "; please report this");
}

Status ChangelogChecker::on_batch(const Batch& batch) {
  if (ended_) return broken("nothing follows an end", batch.to_text());
  if (batch.insert_only()) {
    if (!declared_.contains(RowKind::kInsert) && !batch.empty())
      return broken("an edge carries its declared kinds " + declared_.to_text(), batch.to_text());
  } else {
    int64_t undeclared = -1;
    for_each_row(batch, [&](int64_t row) {
      if (!declared_.contains(batch.row_kind(row))) undeclared = row;
      return undeclared < 0;
    });
    if (undeclared >= 0)
      return broken("an edge carries its declared kinds " + declared_.to_text(),
                    row_text(batch, undeclared));
  }
  const int64_t illegal = rows_.apply(batch);
  if (illegal >= 0)
    return broken("a retraction takes back a row that is there", row_text(batch, illegal));
  return Status::OK();
}

Status ChangelogChecker::on_control(const Message& message) {
  if (ended_) return broken("nothing follows an end", "a control message");
  if (const auto* watermark = std::get_if<Watermark>(&message)) {
    if (watermark->ms < watermark_ms_)
      return broken("a watermark never falls below " + std::to_string(watermark_ms_),
                    std::to_string(watermark->ms));
    watermark_ms_ = watermark->ms;
  }
  if (std::holds_alternative<End>(message)) ended_ = true;
  return Status::OK();
}

void ChangelogChecker::resume_at(int64_t watermark_ms) {
  rows_.ignore();
  watermark_ms_ = watermark_ms;
}

}  // namespace hw
