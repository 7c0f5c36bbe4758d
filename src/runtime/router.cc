// SPDX-License-Identifier: Apache-2.0

#include "runtime/router.h"

#include <utility>

#include "base/assert.h"
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
      : key_columns_(spec.key_columns), rows_(static_cast<size_t>(spec.num_receivers)) {
    receiver_of_group_.reserve(static_cast<size_t>(spec.max_parallelism));
    for (int group = 0; group < spec.max_parallelism; ++group)
      receiver_of_group_.push_back(
          instance_of_key_group(group, spec.max_parallelism, spec.num_receivers));
  }

  Status route(const Batch& given, std::vector<RoutedBatch>& out) override {
    // Hashing covers stored rows: not worth it where most of them are not meant.
    Batch batch = given;
    if (batch.num_rows() * 2 < batch.num_stored_rows() || rows_.size() == 1) {
      HW_ASSIGN_OR_RETURN(batch, given.compacted());
    }
    std::vector<ColumnPtr> keys;
    for (const int i : key_columns_) keys.push_back(batch.column(i));
    auto hashes =
        std::make_shared<const std::vector<uint64_t>>(hash_keys(keys, batch.num_stored_rows()));
    batch = batch.with_key_hashes(hashes);
    if (rows_.size() == 1) {
      out.push_back({0, std::move(batch)});
      return Status::OK();
    }
    deal(batch, *hashes);
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].empty()) continue;
      HW_ASSIGN_OR_RETURN(Batch part, gather(batch, rows_[i]));
      out.push_back({static_cast<int>(i), std::move(part)});
    }
    return Status::OK();
  }

 private:
  // Numbers the meant rows by receiver.
  void deal(const Batch& batch, const std::vector<uint64_t>& hashes) {
    for (auto& rows : rows_) rows.clear();
    const auto num_groups = static_cast<int>(receiver_of_group_.size());
    const auto receiver = [&](int64_t stored_row) {
      const int group = key_group_of(hashes[static_cast<size_t>(stored_row)], num_groups);
      return static_cast<size_t>(receiver_of_group_[static_cast<size_t>(group)]);
    };
    if (const SelectionPtr& selection = batch.selection()) {
      for (size_t i = 0; i < selection->size(); ++i)
        rows_[receiver((*selection)[i])].push_back(static_cast<int32_t>(i));
    } else {
      for (int64_t i = 0; i < batch.num_stored_rows(); ++i)
        rows_[receiver(i)].push_back(static_cast<int32_t>(i));
    }
  }

  const std::vector<int> key_columns_;
  std::vector<int> receiver_of_group_;
  std::vector<std::vector<int32_t>> rows_;  // scratch, one list per receiver
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
