// SPDX-License-Identifier: Apache-2.0
//
// The datagen connector: rows of any schema, random or counted, at a given rate. A row is made
// from its number alone, so that the position is that number.

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "connectors/datagen/datagen_table.h"
#include "connectors/datagen/value_generator.h"
#include "connectors/packing/packed_bytes.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;
// Half of what a batch may have, since the size of a value is an estimate.
constexpr int64_t kBatchBytes = kBatchBytesMax / 2;

/// A column's random stream, which does not depend on the other columns that are read.
uint64_t stream_key(uint64_t seed, std::string_view column) {
  uint64_t key = derived_key(seed, column.size());
  for (const char byte : column) key = derived_key(key, static_cast<uint8_t>(byte));
  return key;
}

struct DatagenScan {
  DatagenTable table;
  std::vector<int> columns;  // of the table, in the scan's order
  SchemaPtr schema;
  std::optional<int64_t> limit;

  /// Where reading ends.
  int64_t end() const {
    const int64_t never = std::numeric_limits<int64_t>::max();
    return std::min(table.rows.value_or(never), limit.value_or(never));
  }
};

class DatagenReader final : public SplitReader {
 public:
  static Result<std::unique_ptr<SplitReader>> make(std::shared_ptr<const DatagenScan> scan,
                                                   uint64_t seed, Env& env) {
    auto made = std::make_unique<DatagenReader>(std::move(scan), env);
    int64_t row_bytes = 1;
    for (const int column : made->scan_->columns) {
      const FieldPlan& plan = made->scan_->table.plans[static_cast<size_t>(column)];
      HW_ASSIGN_OR_RETURN(auto generator, ValueGenerator::make(plan));
      made->generators_.push_back({stream_key(seed, plan.path), std::move(generator)});
      row_bytes += value_bytes(plan);
    }
    made->batch_rows_ = std::clamp<int64_t>(kBatchBytes / row_bytes, 1, kBatchRowsMax);
    return made;
  }
  /// Use make().
  DatagenReader(std::shared_ptr<const DatagenScan> scan, Env& env)
      : scan_(std::move(scan)), env_(env), end_(scan_->end()) {}

  Result<Flow> poll(Output& output) override {
    if (row_ >= end_) return Flow::kFinished;
    const int64_t rows = std::min({rows_due(), end_ - row_, batch_rows_});
    if (rows <= 0) return Flow::kWaiting;
    const int64_t now_ms = env_.wall_ms();
    std::vector<ColumnPtr> columns;
    keys_.resize(static_cast<size_t>(rows));
    for (const auto& [stream, generator] : generators_) {
      for (int64_t i = 0; i < rows; ++i) {
        keys_[static_cast<size_t>(i)] = derived_key(stream, static_cast<uint64_t>(row_ + i));
      }
      HW_ASSIGN_OR_RETURN(ColumnPtr column,
                          generator->draw({.keys = keys_, .first_row = row_, .now_ms = now_ms}));
      columns.push_back(std::move(column));
    }
    output.emit(Batch(scan_->schema, std::move(columns), rows));
    row_ += rows;
    return Flow::kNeedInput;
  }

  Result<std::string> position() const override {
    PackedWriter writer(kVersion);
    writer.number(row_);
    return writer.finish();
  }

  Status seek(const std::string& position) override {
    PackedReader reader(position, kVersion);
    const int64_t row = reader.number();
    HW_TRY(reader.finish("the position of a datagen split"));
    if (row < 0) return Status::SerializationError("the position of a datagen split is negative");
    row_ = row;
    started_ = false;
    return Status::OK();
  }

 private:
  /// Rows that the rate allows now. The first one is due at once; whoever was held up catches up
  /// on one second at most.
  int64_t rows_due() {
    const int64_t rate = scan_->table.rows_per_second;
    const int64_t now_ns = env_.monotonic_ns();
    if (!started_) {
      started_ = true;
      paced_ns_ = now_ns;
      paced_row_ = row_;
    }
    const double seconds = static_cast<double>(now_ns - paced_ns_) * 1e-9;
    const int64_t due =
        paced_row_ + static_cast<int64_t>(seconds * static_cast<double>(rate)) + 1 - row_;
    if (due <= rate) return due;
    paced_ns_ = now_ns;
    paced_row_ = row_ + rate - 1;
    return rate;
  }

  const std::shared_ptr<const DatagenScan> scan_;
  Env& env_;
  const int64_t end_;
  int64_t batch_rows_ = 1;

  struct Stream {
    uint64_t key;
    std::unique_ptr<ValueGenerator> generator;
  };
  std::vector<Stream> generators_;
  std::vector<uint64_t> keys_;
  int64_t row_ = 0;
  bool started_ = false;
  int64_t paced_ns_ = 0;
  int64_t paced_row_ = 0;
};

/// One split: a rate and a sequence are kept in one place.
class DatagenEnumerator final : public SplitEnumerator {
 public:
  DatagenEnumerator(std::optional<int64_t> seed, Env& env) : seed_(seed), env_(env) {}

  Result<std::vector<Split>> discover() override {
    if (done_) return std::vector<Split>();
    done_ = true;
    // A random seed stays what it was when the job began.
    PackedWriter writer(kVersion);
    writer.number(seed_ ? *seed_ : static_cast<int64_t>(env_.random("datagen").next()));
    return std::vector<Split>{{"generator", writer.finish()}};
  }
  bool finished() const override { return done_; }
  Result<std::string> position() const override { return std::string(done_ ? "done" : ""); }
  Status seek(const std::string& position) override {
    done_ = position == "done";
    return Status::OK();
  }

 private:
  const std::optional<int64_t> seed_;
  Env& env_;
  bool done_ = false;
};

class DatagenSource final : public Source {
 public:
  explicit DatagenSource(DatagenScan scan)
      : scan_(std::make_shared<const DatagenScan>(std::move(scan))) {}

  bool bounded() const override { return scan_->table.rows.has_value(); }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    return std::make_unique<DatagenEnumerator>(scan_->table.seed, *context.env);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    PackedReader reader(split.descriptor, kVersion);
    const auto seed = static_cast<uint64_t>(reader.number());
    HW_TRY(reader.finish("a datagen split"));
    return DatagenReader::make(scan_, seed, *context.env);
  }
  Description describe() const override {
    const DatagenTable& table = scan_->table;
    return {.name = "datagen",
            .details = {{"rows-per-second", std::to_string(table.rows_per_second)},
                        {"rows", table.rows ? std::to_string(*table.rows) : "unbounded"}}};
  }

 private:
  const std::shared_ptr<const DatagenScan> scan_;
};

Result<std::unique_ptr<Source>> make_source(const ScanRequest& request,
                                            const ConnectorContext& context) {
  DatagenScan scan;
  HW_ASSIGN_OR_RETURN(scan.table, DatagenTable::from(*request.physical, context.options));
  std::vector<SqlField> fields;
  for (const ScanRequest::Column& column : request.columns) {
    fields.push_back({column.name, column.type});
    scan.columns.push_back(request.physical->index_of(column.name));
    if (scan.columns.back() < 0) {
      return Status::UnknownError("datagen is asked for '", column.name,
                                  "', which is no column of the table");
    }
  }
  scan.schema = make_schema(std::move(fields));
  scan.limit = request.limit;
  return std::make_unique<DatagenSource>(std::move(scan));
}

}  // namespace

void register_datagen(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "datagen";
  record.sentence = "Makes rows of any schema, random or counted, at a given rate.";
  record.options = datagen_options();
  record.changelog_mode = "Append.";
  record.guarantee = "Exactly once: any row can be made again from its number, but for its times.";
  record.example = R"(CREATE TABLE orders (
  order_id BIGINT,
  customer INT,
  price DECIMAL(10, 2),
  note STRING,
  order_time TIMESTAMP(3)
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000',
  'fields.order_id.kind' = 'sequence',
  'fields.order_id.start' = '1',
  'fields.order_id.end' = '100000',
  'fields.customer.min' = '1',
  'fields.customer.max' = '500',
  'fields.price.min' = '0.99',
  'fields.price.max' = '99.99',
  'fields.note.length' = '20',
  'fields.note.null-rate' = '0.5',
  'fields.order_time.max-past' = '10 s'
))";
  record.check = [](const Schema& physical, const Options& options) -> Status {
    return DatagenTable::from(physical, options).status();
  };
  record.source = make_source;
  catalogue.add(std::move(record));
}

}  // namespace hw
