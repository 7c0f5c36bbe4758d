// SPDX-License-Identifier: Apache-2.0
//
// The nexmark connector: the event generator of the Nexmark suite, columnar and seeded.

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "connectors/nexmark/event_batches.h"
#include "connectors/nexmark/nexmark_options.h"
#include "connectors/packing/packed_bytes.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;

/// What all readers of a table share.
struct NexmarkScan {
  NexmarkTable table;
  SchemaPtr schema;  // columns asked for
  std::optional<int64_t> limit;
  int splits = 1;
  std::shared_ptr<const NexmarkTexts> texts;
};

/// Makes every `splits`-th block of the stream, beginning with block `first`.
class NexmarkReader final : public SplitReader {
 public:
  NexmarkReader(const NexmarkScan& scan, const NexmarkSettings& settings, int64_t first,
                int64_t splits, Env& env)
      : table_(scan.table),
        splits_(splits),
        env_(env),
        batches_(settings, scan.table.only, scan.schema, scan.texts),
        end_(settings.events == 0 ? std::numeric_limits<int64_t>::max() : settings.events),
        limit_(scan.limit),
        position_(first * batches_.block_positions()) {}

  Result<Flow> poll(Output& output) override {
    if (limit_ && *limit_ <= 0) return Flow::kFinished;
    if (table_.stop_at_ms >= 0 && env_.wall_ms() >= table_.stop_at_ms) return Flow::kFinished;
    if (position_ >= end_) return table_.keep_alive ? Flow::kWaiting : Flow::kFinished;
    const int64_t block = position_ / batches_.block_positions();
    const int64_t block_end = (block + 1) * batches_.block_positions();
    const int64_t to = std::min({block_end, end_, events_due()});
    if (to <= position_) return Flow::kWaiting;
    Batch batch = batches_.make(position_, to);
    position_ = to == block_end ? (block + splits_) * batches_.block_positions() : to;
    if (limit_ && batch.num_rows() > *limit_) batch = batch.slice(0, *limit_);
    if (limit_) *limit_ -= batch.num_rows();
    if (!batch.empty()) output.emit(std::move(batch));
    return Flow::kNeedInput;
  }

  Result<std::string> position() const override {
    PackedWriter writer(kVersion);
    writer.number(position_);
    writer.number(limit_.value_or(-1));
    return writer.finish();
  }

  Status seek(const std::string& position) override {
    PackedReader reader(position, kVersion);
    const int64_t at = reader.number();
    const int64_t limit = reader.number();
    HW_TRY(reader.finish("the position of a nexmark split"));
    if (at < 0) return Status::SerializationError("the position of a nexmark split is negative");
    position_ = at;
    if (limit >= 0) limit_ = limit;
    started_ = false;
    return Status::OK();
  }

 private:
  /// With a limited rate, how many events are due by now.
  int64_t events_due() {
    if (!table_.limited) return end_;
    const int64_t now_ms = env_.monotonic_ns() / 1'000'000;
    if (!started_) {
      started_ = true;
      started_ms_ = now_ms;
      started_event_ms_ = batches_.clock().time_ms(position_);
    }
    return batches_.clock().events_until(started_event_ms_ + now_ms - started_ms_);
  }

  // Constant after construction.
  const NexmarkTable table_;
  const int64_t splits_;
  Env& env_;

  NexmarkBatches batches_;
  const int64_t end_;
  std::optional<int64_t> limit_;
  int64_t position_;
  bool started_ = false;
  int64_t started_ms_ = 0;
  int64_t started_event_ms_ = 0;
};

/// Splits share the stream block by block. Within one, event time never goes back, so that a table
/// with a WATERMARK needs no single split for its order.
class NexmarkEnumerator final : public SplitEnumerator {
 public:
  explicit NexmarkEnumerator(const NexmarkScan& scan)
      : splits_(scan.splits), base_time_ms_(scan.table.settings.base_time_ms) {}

  Result<std::vector<Split>> discover() override {
    std::vector<Split> splits;
    for (int i = 0; i < splits_ && !done_; ++i) {
      PackedWriter writer(kVersion);
      writer.number(i);
      writer.number(splits_);
      // 'now' stays what it was when the job began.
      writer.number(base_time_ms_);
      splits.push_back({"generator " + std::to_string(i + 1) + " of " + std::to_string(splits_),
                        writer.finish()});
    }
    done_ = true;
    return splits;
  }
  bool finished() const override { return done_; }
  Result<std::string> position() const override { return std::string(done_ ? "done" : ""); }
  Status seek(const std::string& position) override {
    done_ = position == "done";
    return Status::OK();
  }

 private:
  const int splits_;
  const int64_t base_time_ms_;
  bool done_ = false;
};

class NexmarkSource final : public Source {
 public:
  explicit NexmarkSource(NexmarkScan scan) : scan_(std::move(scan)) {}

  bool bounded() const override {
    return (scan_.table.settings.events > 0 && !scan_.table.keep_alive) ||
           scan_.table.stop_at_ms >= 0;
  }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    return std::make_unique<NexmarkEnumerator>(scan_);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    PackedReader reader(split.descriptor, kVersion);
    const int64_t first = reader.number();
    const int64_t splits = reader.number();
    NexmarkSettings settings = scan_.table.settings;
    settings.base_time_ms = reader.number();
    HW_TRY(reader.finish("a nexmark split"));
    if (splits < 1 || first < 0 || first >= splits) {
      return Status::SerializationError("a nexmark split is none");
    }
    return std::make_unique<NexmarkReader>(scan_, settings, first, splits, *context.env);
  }
  Description describe() const override {
    const auto& only = scan_.table.only;
    return {.name = "nexmark",
            .details = {{"event-type", only ? std::string(nexmark_name(*only)) : "all"},
                        {"events", std::to_string(scan_.table.settings.events)}}};
  }

 private:
  const NexmarkScan scan_;
};

Result<std::unique_ptr<Source>> make_source(const ScanRequest& request,
                                            const ConnectorContext& context) {
  NexmarkScan scan;
  HW_ASSIGN_OR_RETURN(scan.table, NexmarkTable::from(context.options, *context.env));
  HW_TRY(check_nexmark_columns(*request.physical, scan.table.only));
  std::vector<SqlField> fields;
  for (const ScanRequest::Column& column : request.columns) {
    fields.push_back({column.name, column.type});
  }
  scan.schema = make_schema(std::move(fields));
  scan.limit = request.limit;
  // Shuffled events keep their one order only in one split.
  const bool in_order = scan.table.settings.group_size == 1;
  scan.splits = request.one_split && !in_order ? 1 : std::max(1, request.parallelism);
  scan.texts = std::make_shared<const NexmarkTexts>(scan.table.settings.seed);
  return std::make_unique<NexmarkSource>(std::move(scan));
}

}  // namespace

void register_nexmark(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "nexmark";
  record.sentence =
      "The event generator of the Nexmark suite: persons, auctions and bids, seeded, in event "
      "time.";
  record.options = nexmark_options();
  record.changelog_mode = "Append.";
  record.guarantee = "Exactly once: any event can be made again from its number.";
  record.example = R"(CREATE TABLE nexmark (
  event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING,
             state STRING, dateTime TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT,
              dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT,
              extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
          dateTime TIMESTAMP(3), extra STRING>,
  dateTime AS CASE event_type WHEN 0 THEN person.dateTime WHEN 1 THEN auction.dateTime
                              ELSE bid.dateTime END,
  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH (
  'connector' = 'nexmark',
  'events.num' = '1000000',
  'next-event.rate' = '100000',
  'first-event.rate' = '100000'
))";
  record.check = [](const Schema& physical, const Options& options) -> Status {
    HW_ASSIGN_OR_RETURN(const NexmarkTable table, NexmarkTable::from(options, real_env()));
    return check_nexmark_columns(physical, table.only);
  };
  record.source = make_source;
  catalogue.add(std::move(record));
}

}  // namespace hw
