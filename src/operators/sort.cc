// SPDX-License-Identifier: Apache-2.0

#include "operators/sort.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "runtime/operator.h"
#include "state/row_log.h"
#include "state/sorted_set.h"
#include "state/state_store.h"

namespace hw {
namespace {

class Sort final : public Operator {
 public:
  explicit Sort(SortSpec spec) : spec_(std::move(spec)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    rows_ = &context.state().row_log(
        "rows",
        {.columns = spec_.schema->fields(), .key_columns = {}, .erasable = spec_.input_retracts});
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch));
    std::vector<uint32_t> ids;
    const RowLog::Rows added{.columns = rows.all_columns(),
                             .num_rows = rows.num_rows(),
                             .key_hashes = nullptr,
                             .counts = {}};
    if (rows.insert_only()) {
      HW_TRY(rows_->append(added, ids));
      return Flow::kNeedInput;
    }
    if (!spec_.input_retracts) {
      return Status::UnknownError("a sort planned for inserts got changes");
    }
    HW_TRY(rows_->apply(added, rows.signs(), ids));
    return Flow::kNeedInput;
  }

  Result<Flow> on_end(int input, Output& output) override {
    if (!sorted_) HW_TRY(sort_all());
    for (int batches = 0; batches < OutputQueue::kBatchesPerCall; ++batches) {
      if (next_ == order_.size()) return Flow::kNeedInput;
      const auto rows_max = static_cast<size_t>(context_->output_rows_max());
      const size_t length = std::min(rows_max, order_.size() - next_);
      const std::span ids = std::span(order_).subspan(next_, length);
      std::vector<ColumnPtr> columns;
      for (int c = 0; c < spec_.schema->num_fields(); ++c) {
        HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, ids));
        columns.push_back(std::move(column));
      }
      output.emit(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(length)));
      next_ += length;
    }
    return next_ == order_.size() ? Flow::kNeedInput : Flow::kMoreOutput;
  }

  Description describe() const override {
    return {.name = "Sort", .details = {{"orderBy", to_text(spec_.order, *spec_.schema)}}};
  }

 private:
  struct Item {
    uint64_t prefix;  // of the order bytes
    uint32_t id;
    uint32_t begin;  // of the order bytes, in units of four
    uint32_t length;
  };

  // Fills order_ with the ids of all rows, sorted.
  Status sort_all() {
    sorted_ = true;
    order_ = rows_->live_rows();
    std::vector<Item> items;
    items.reserve(order_.size());
    std::string bytes;
    constexpr size_t kBlockRows = 4096;
    for (size_t begin = 0; begin < order_.size(); begin += kBlockRows) {
      const std::span ids =
          std::span(order_).subspan(begin, std::min(kBlockRows, order_.size() - begin));
      std::vector<ColumnPtr> columns;
      for (const SortKey& key : spec_.order) {
        HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(key.column, ids));
        columns.push_back(std::move(column));
      }
      for (size_t i = 0; i < ids.size(); ++i) {
        bytes.resize((bytes.size() + 3) / 4 * 4);
        const size_t at = bytes.size();
        for (size_t k = 0; k < columns.size(); ++k) {
          append_order_bytes(*columns[k], static_cast<int64_t>(i), spec_.order[k].descending,
                             spec_.order[k].nulls_first, bytes);
        }
        if (at / 4 > UINT32_MAX) {
          return Status::CapacityError("ORDER BY holds at most 16 GiB of sort keys");
        }
        const auto length = static_cast<uint32_t>(bytes.size() - at);
        const std::string_view order = std::string_view(bytes).substr(at, length);
        items.push_back(
            {SortedSet::prefix_of(order), ids[i], static_cast<uint32_t>(at / 4), length});
      }
    }
    const auto order_of = [&](const Item& item) {
      return std::string_view(bytes).substr(size_t{item.begin} * 4, item.length);
    };
    std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
      return a.prefix != b.prefix ? a.prefix < b.prefix : order_of(a) < order_of(b);
    });
    for (size_t i = 0; i < items.size(); ++i) order_[i] = items[i].id;
    return Status::OK();
  }

  const SortSpec spec_;
  OperatorContext* context_ = nullptr;
  RowLog* rows_ = nullptr;
  // At the end: all rows in order, and how many are out.
  bool sorted_ = false;
  std::vector<uint32_t> order_;
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_sort(SortSpec spec) {
  return std::make_unique<Sort>(std::move(spec));
}

}  // namespace hw
