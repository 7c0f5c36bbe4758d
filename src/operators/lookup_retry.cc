// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_retry.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "columnar/gather.h"

namespace hw {
namespace {

class LookupRetrying final : public LookupReader {
 public:
  LookupRetrying(std::unique_ptr<LookupReader> reader, const LookupRetry& rule,
                 OperatorContext& context)
      : reader_(std::move(reader)), rule_(rule), context_(context) {}

  Status ask(const LookupKeys& keys) override {
    keys_.assign(keys.columns.begin(), keys.columns.end());
    numbers_.resize(static_cast<size_t>(keys.num_rows));
    std::iota(numbers_.begin(), numbers_.end(), 0);
    left_ = rule_.attempts;
    again_ms_.reset();
    parts_.clear();
    from_.clear();
    shown_ = 0;
    complete_ = false;
    return ask_now();
  }

  Result<Flow> poll(LookupMatches& matches) override {
    matches.rows.clear();
    matches.columns.clear();
    if (complete_) return show(matches);
    if (again_ms_) {
      if (context_.now_ms() < *again_ms_) return Flow::kWaiting;
      again_ms_.reset();
      HW_TRY(ask_now());
    }
    LookupMatches found;
    HW_ASSIGN_OR_RETURN(const Flow flow, reader_->poll(found));
    for (const int32_t row : found.rows) has_match_[static_cast<size_t>(row)] = 1;
    if (!found.rows.empty()) take(std::move(found));
    if (flow != Flow::kNeedInput) return flow;
    const std::vector<int32_t> missing = missing_keys();
    if (missing.empty() || left_ == 0) {
      HW_TRY(complete());
      return show(matches);
    }
    --left_;
    numbers_ = missing;
    again_ms_ = context_.now_ms() + rule_.delay_ms;
    return Flow::kWaiting;
  }

 private:
  /// Asks for the keys numbered by numbers_.
  Status ask_now() {
    asked_.clear();
    for (const ColumnPtr& key : keys_) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, gather(*key, numbers_));
      asked_.push_back(std::move(column));
    }
    has_match_.assign(numbers_.size(), 0);
    return reader_->ask({.columns = asked_, .num_rows = std::ssize(numbers_)});
  }

  void take(LookupMatches found) {
    for (int32_t& row : found.rows) row = numbers_[static_cast<size_t>(row)];
    parts_.push_back(std::move(found));
  }

  /// Of those asked for last; a key with a NULL never finds anything.
  std::vector<int32_t> missing_keys() const {
    std::vector<int32_t> missing;
    for (size_t i = 0; i < numbers_.size(); ++i) {
      const bool whole = std::none_of(keys_.begin(), keys_.end(), [&](const ColumnPtr& key) {
        return key->is_null(numbers_[i]);
      });
      if (has_match_[i] == 0 && whole) missing.push_back(numbers_[i]);
    }
    return missing;
  }

  /// Sorts the matches of all attempts by their keys.
  Status complete() {
    complete_ = true;
    for (size_t part = 0; part < parts_.size(); ++part) {
      for (size_t row = 0; row < parts_[part].rows.size(); ++row) {
        from_.push_back({.source = static_cast<int32_t>(part), .row = static_cast<int32_t>(row)});
      }
    }
    const auto key_of = [this](const RowSource& at) {
      return parts_[static_cast<size_t>(at.source)].rows[static_cast<size_t>(at.row)];
    };
    std::stable_sort(from_.begin(), from_.end(),
                     [&](const RowSource& a, const RowSource& b) { return key_of(a) < key_of(b); });
    return Status::OK();
  }

  Result<Flow> show(LookupMatches& matches) {
    const size_t end = std::min(from_.size(), shown_ + static_cast<size_t>(kBatchRowsMax));
    const std::span<const RowSource> now(from_.data() + shown_, end - shown_);
    shown_ = end;
    for (const RowSource& at : now) {
      matches.rows.push_back(
          parts_[static_cast<size_t>(at.source)].rows[static_cast<size_t>(at.row)]);
    }
    const size_t num_columns = parts_.empty() ? 0 : parts_[0].columns.size();
    for (size_t c = 0; c < num_columns; ++c) {
      std::vector<ColumnPtr> columns;
      for (const LookupMatches& part : parts_) columns.push_back(part.columns[c]);
      HW_ASSIGN_OR_RETURN(ColumnPtr column, gather_from(columns, now));
      matches.columns.push_back(std::move(column));
    }
    return end < from_.size() ? Flow::kMoreOutput : Flow::kNeedInput;
  }

  const std::unique_ptr<LookupReader> reader_;
  const LookupRetry rule_;
  OperatorContext& context_;
  std::vector<ColumnPtr> keys_;
  // Of the attempt at hand.
  std::vector<int32_t> numbers_;  // of the keys that are asked for
  std::vector<ColumnPtr> asked_;
  std::vector<uint8_t> has_match_;
  int64_t left_ = 0;  // further attempts
  std::optional<int64_t> again_ms_;
  // Of all attempts; rows are numbers of keys_.
  std::vector<LookupMatches> parts_;
  std::vector<RowSource> from_;
  size_t shown_ = 0;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<LookupReader> make_lookup_retry(std::unique_ptr<LookupReader> reader,
                                                const LookupRetry& rule, OperatorContext& context) {
  return std::make_unique<LookupRetrying>(std::move(reader), rule, context);
}

}  // namespace hw
