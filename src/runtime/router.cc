// SPDX-License-Identifier: Apache-2.0

#include "runtime/router.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/assert.h"
#include "base/planted.h"
#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "state/key_group.h"

namespace hw {
namespace {

class ToOne final : public Router {
 public:
  explicit ToOne(int receiver) : receiver_(receiver) {}
  Status route(const Batch& batch, std::vector<RoutedBatch>& out) override {
    HW_ASSIGN_OR_RETURN(Batch dense, batch.compacted());
    out.push_back({receiver_, std::move(dense)});
    return Status::OK();
  }

 private:
  const int receiver_;
};

class Broadcast final : public Router {
 public:
  explicit Broadcast(int num_receivers) : num_receivers_(num_receivers) {}
  Status route(const Batch& batch, std::vector<RoutedBatch>& out) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    for (int i = 0; i < num_receivers_; ++i) out.push_back({i, dense});
    return Status::OK();
  }

 private:
  const int num_receivers_;
};

class Rebalance final : public Router {
 public:
  Rebalance(int subtask, int num_receivers)
      : num_receivers_(num_receivers), next_(subtask % num_receivers) {}
  Status route(const Batch& batch, std::vector<RoutedBatch>& out) override {
    HW_ASSIGN_OR_RETURN(Batch dense, batch.compacted());
    out.push_back({next_, std::move(dense)});
    next_ = (next_ + 1) % num_receivers_;
    return Status::OK();
  }

 private:
  const int num_receivers_;
  int next_;
};

class ByKeyGroup final : public Router {
 public:
  explicit ByKeyGroup(const RouterSpec& spec)
      : planted_seed_(static_cast<uint64_t>(spec.subtask) << 60),
        key_columns_(spec.key_columns),
        text_(spec.num_receivers <= kReceiversThatShareText ? TextRows::kReferred
                                                            : TextRows::kCopied),
        ends_(static_cast<size_t>(spec.num_receivers)) {
    receiver_of_group_.reserve(static_cast<size_t>(spec.max_parallelism));
    for (int group = 0; group < spec.max_parallelism; ++group)
      receiver_of_group_.push_back(static_cast<uint32_t>(
          instance_of_key_group(group, spec.max_parallelism, spec.num_receivers)));
    for (int receiver = 0; receiver < spec.num_receivers; ++receiver) {
      const KeyGroupRange groups =
          key_groups_of_instance(receiver, spec.max_parallelism, spec.num_receivers);
      upper_halves_.push_back(upper_half_of_key_group(groups.begin, spec.max_parallelism));
    }
    upper_halves_.push_back(uint64_t{1} << 32);
  }

  Status route(const Batch& given, std::vector<RoutedBatch>& out) override {
    // Hashing covers stored rows: not worth it where most of them are not meant.
    Batch batch = given;
    if (batch.num_rows() * 2 < batch.num_stored_rows() || ends_.size() == 1) {
      HW_ASSIGN_OR_RETURN(batch, given.compacted());
    }
    std::vector<ColumnPtr> keys;
    for (const int i : key_columns_) keys.push_back(batch.column(i));
    const auto hashes = std::make_shared<const KeyHashes>(
        KeyHashes{.columns = key_columns_, .hashes = hash_keys(keys, batch.num_stored_rows())});
    batch = batch.with_key_hashes(hashes);
    if (ends_.size() == 1) {
      out.push_back({0, std::move(batch)});
      return Status::OK();
    }
    deal(batch, hashes->hashes);
    size_t begin = 0;
    for (size_t i = 0; i < ends_.size(); begin = ends_[i++]) {
      if (begin == ends_[i]) continue;
      if (begin == 0 && ends_[i] == static_cast<size_t>(batch.num_rows())) {
        HW_ASSIGN_OR_RETURN(Batch whole, batch.compacted());
        out.push_back({static_cast<int>(i), std::move(whole)});
        break;
      }
      const std::span<const int32_t> rows(rows_.data() + begin, ends_[i] - begin);
      HW_ASSIGN_OR_RETURN(Batch part, gather(batch, rows, text_));
      out.push_back({static_cast<int>(i), std::move(part)});
    }
    return Status::OK();
  }

 private:
  static constexpr size_t kReceiversByPasses = 6;
  /// Copying text is what an exchange would cost most by, and most of it is only passed on or
  /// written to the state. More receivers would each keep alive much that is not theirs.
  static constexpr int kReceiversThatShareText = 4;

  // Sorts the numbers of the meant rows by receiver, keeping their order.
  void deal(const Batch& batch, const std::vector<uint64_t>& hashes) {
    const auto num_rows = static_cast<size_t>(batch.num_rows());
    rows_.resize(num_rows + 1);  // a pass writes one row ahead
    const uint64_t planted = HW_PLANTED_BUG(36) ? planted_seed_ : 0;
    if (const SelectionPtr& selection = batch.selection()) {
      place(num_rows,
            [&](size_t i) { return hashes[static_cast<size_t>((*selection)[i])] ^ planted; });
    } else {
      place(num_rows, [&](size_t i) { return hashes[i] ^ planted; });
    }
  }

  template <typename HashOf>
  void place(size_t num_rows, HashOf hash_of) {
    if (ends_.size() <= kReceiversByPasses) {
      place_by_passes(num_rows, hash_of);
    } else {
      place_by_counts(num_rows, hash_of);
    }
  }

  // A pass for each receiver that writes every row and keeps it or not: no branch, and no
  // waiting for a counter that the row before has just raised. Receivers follow each other as the
  // upper halves of hashes do.
  template <typename HashOf>
  void place_by_passes(size_t num_rows, HashOf hash_of) {
    int32_t* const rows = rows_.data();
    size_t end = 0;
    for (size_t to = 0; to < ends_.size(); ++to) {
      const uint64_t first = upper_halves_[to];
      const uint64_t width = upper_halves_[to + 1] - first;
      for (size_t i = 0; i < num_rows; ++i) {
        rows[end] = static_cast<int32_t>(i);
        end += (hash_of(i) >> 32) - first < width;
      }
      ends_[to] = end;
    }
  }

  template <typename HashOf>
  void place_by_counts(size_t num_rows, HashOf hash_of) {
    const auto num_groups = static_cast<int>(receiver_of_group_.size());
    receivers_.resize(num_rows);
    for (size_t i = 0; i < num_rows; ++i)
      receivers_[i] = receiver_of_group_[static_cast<size_t>(key_group_of(hash_of(i), num_groups))];
    std::fill(ends_.begin(), ends_.end(), 0);
    for (size_t i = 0; i < num_rows; ++i) ++ends_[receivers_[i]];
    size_t begin = 0;
    for (size_t& end : ends_) begin += std::exchange(end, begin);
    for (size_t i = 0; i < num_rows; ++i) rows_[ends_[receivers_[i]]++] = static_cast<int32_t>(i);
  }

  const uint64_t planted_seed_;  // HW_PLANTED_BUG(36)
  const std::vector<int> key_columns_;
  const TextRows text_;
  std::vector<uint32_t> receiver_of_group_;
  /// Per receiver the least upper half of a hash that goes to it; at the end 2^32.
  std::vector<uint64_t> upper_halves_;
  // Scratch: the receiver of each row, the rows by receiver, where each receiver's rows end.
  std::vector<uint32_t> receivers_;
  std::vector<int32_t> rows_;
  std::vector<size_t> ends_;
};

}  // namespace

std::unique_ptr<Router> make_router(const RouterSpec& spec) {
  HW_CHECK(spec.num_receivers >= 1 && spec.num_receivers <= spec.max_parallelism);
  switch (spec.contract) {
    case EdgeContract::kForward:
      return std::make_unique<ToOne>(0);
    case EdgeContract::kGlobal:
      return std::make_unique<ToOne>(0);
    case EdgeContract::kBroadcast:
      return std::make_unique<Broadcast>(spec.num_receivers);
    case EdgeContract::kRebalance:
      return std::make_unique<Rebalance>(spec.subtask, spec.num_receivers);
    case EdgeContract::kHash:
      return std::make_unique<ByKeyGroup>(spec);
  }
  return nullptr;
}

}  // namespace hw
