// SPDX-License-Identifier: Apache-2.0
//
// Makes Nexmark events as columns: one loop per field over all events of its entity.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "columnar/batch.h"
#include "connectors/nexmark/event_model.h"
#include "connectors/nexmark/text_pool.h"

namespace hw {

/// A field of the model.
struct NexmarkField {
  std::string_view name;
  enum class Kind : uint8_t { kBigint, kText, kTimestamp } kind;
};
/// In the suite's order.
const std::vector<NexmarkField>& nexmark_fields(NexmarkEntity entity);
SqlType nexmark_type(NexmarkField::Kind kind);
/// `ROW<id BIGINT, …>`.
SqlType nexmark_row(NexmarkEntity entity);
std::string_view nexmark_name(NexmarkEntity entity);

/// Events of one entity among the rows of a batch.
struct NexmarkRows {
  std::vector<int64_t> events;
  std::vector<int64_t> times;
  std::vector<int64_t> last_persons;
  std::vector<int64_t> last_auctions;
  /// Which row each is; empty when they are all rows.
  std::vector<int32_t> slots;
  /// Of bids; drawn when channel or url is asked for.
  std::vector<int32_t> channels;
  int64_t num_rows = 0;  // of the batch

  int64_t size() const { return static_cast<int64_t>(events.size()); }
  void clear();
};

/// One thread.
class NexmarkColumns {
 public:
  NexmarkColumns(const NexmarkSettings& settings, std::shared_ptr<const NexmarkTexts> texts)
      : settings_(settings), clock_(settings), texts_(std::move(texts)) {}

  /// The storage of field `field` of `entity`. `validity` (may be null) is shared by all fields.
  std::shared_ptr<arrow::ArrayData> make(NexmarkEntity entity, int field, NexmarkRows& rows,
                                         const std::shared_ptr<arrow::Buffer>& validity);
  const NexmarkClock& clock() const { return clock_; }

 private:
  void person_texts(int field, const NexmarkRows& rows);
  void auction_texts(int field, const NexmarkRows& rows);
  void bid_texts(int field, NexmarkRows& rows);
  void auction_numbers(int field, const NexmarkRows& rows);
  void bid_numbers(int field, const NexmarkRows& rows);
  void extra(const NexmarkRows& rows, uint64_t field, int64_t used, int64_t average);
  std::shared_ptr<arrow::ArrayData> number_column(NexmarkField::Kind kind, const NexmarkRows& rows,
                                                  const std::shared_ptr<arrow::Buffer>& validity);
  std::shared_ptr<arrow::ArrayData> text_column(const NexmarkRows& rows,
                                                const std::shared_ptr<arrow::Buffer>& validity);

  const NexmarkSettings settings_;
  const NexmarkClock clock_;
  const std::shared_ptr<const NexmarkTexts> texts_;
  // The field in the making, one entry an event.
  std::vector<int64_t> numbers_;
  std::vector<std::string_view> pieces_;
  std::string composed_;
};

/// A price: 100 to 100,000,000, equally likely in each decade.
int64_t nexmark_price(uint64_t bits);

}  // namespace hw
