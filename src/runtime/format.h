// SPDX-License-Identifier: Apache-2.0
//
// Bytes to columns and back. Row formats (json, csv, raw, …) decode records from a stream of
// bytes or from single messages; bulk formats (parquet) read and write whole files.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "runtime/options.h"
#include "runtime/source.h"

namespace arrow::io {
class RandomAccessFile;
class OutputStream;
}  // namespace arrow::io

namespace hw {

/// Names the place of a record in errors: `orders.json, line 17` or a topic-partition-offset.
struct RecordPlace {
  std::string_view origin;
  int64_t line = 0;  // 1-based line (or offset) of the block's first record
};

/// Decodes a row format into the columns of a ScanRequest (projected: only these are parsed).
/// Everything skipped is counted.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Decodes one record (a message). Appends zero or more rows.
  virtual Status decode_record(std::string_view record, const RecordPlace& place) = 0;
  /// Decodes whole records from the front of `block` until kBatchRowsMax rows are there; returns
  /// the bytes consumed (0 = the block holds no whole record: give more). `last`: nothing
  /// follows, so a record without a terminator counts. 64 readable bytes lie behind the block.
  virtual Result<int64_t> decode_block(std::string_view block, bool last,
                                       const RecordPlace& place) = 0;
  /// Lines (records) consumed by the last decode_block, for the next place.
  virtual int64_t lines_consumed() const = 0;
  virtual int64_t num_rows() const = 0;
  /// Takes the rows decoded so far; may be empty. Columns of the request without metadata.
  virtual Result<Batch> take() = 0;
  /// What it remembers of the beginning of the file it is in (a csv header by name): part of the
  /// position. A file begins with line 1.
  virtual std::string file_state() const { return {}; }
  virtual Status restore_file_state(const std::string& state) { return Status::OK(); }
};

/// Encodes rows; appends terminated records to `out`.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// What a file begins with (a csv header); usually nothing.
  virtual void begin_file(std::string& out) {}
  virtual Status encode(const Batch& batch, std::string& out) = 0;
};

/// Reads one file of a bulk format.
class BulkReader {
 public:
  virtual ~BulkReader() = default;
  /// At most kBatchRowsMax rows; an empty batch at the end.
  virtual Result<Batch> next() = 0;
  /// Rows returned so far; skip_to(rows) goes on from there.
  virtual int64_t rows_read() const = 0;
  virtual Status skip_to(int64_t rows) = 0;
  virtual ReadProgress progress() const = 0;
};

class BulkWriter {
 public:
  virtual ~BulkWriter() = default;
  virtual Status write(const Batch& batch) = 0;
  virtual int64_t bytes_written() const = 0;
  virtual Status close() = 0;
};

/// What a format is made for: the request's columns without metadata, in order.
struct DecoderRequest {
  SchemaPtr schema;                 // columns to produce
  SchemaPtr physical;               // all declared physical columns, in order
  std::vector<int> primary_key;     // of `physical`
  std::vector<PushedPredicate> predicates;
  std::string time_zone = "UTC";
  arrow::MemoryPool* memory_pool = nullptr;
  std::function<Counter&(std::string_view)> counter;
};

struct FormatRecord {
  std::string name;
  std::string sentence;
  std::vector<OptionSpec> options;  // without the format's prefix
  /// Kinds a source of this format emits, given its options; insert-only if empty.
  std::function<RowKindSet(const Options&)> changelog;
  /// Kinds a sink of this format takes.
  std::function<RowKindSet(const Options&)> accepts;
  /// Checks the schema at planning (raw: one column; json: map keys). Optional.
  std::function<Status(const Schema&, const Options&)> check;
  /// A reader may be asked for a ROW with fewer fields than declared, and reads no others.
  bool reads_fields = false;
  /// Row formats fill the first two, bulk formats the last two.
  std::function<Result<std::unique_ptr<Decoder>>(const DecoderRequest&, const Options&)> decoder;
  std::function<Result<std::unique_ptr<Encoder>>(const SchemaPtr&, const Options&)> encoder;
  std::function<Result<std::unique_ptr<BulkReader>>(std::shared_ptr<arrow::io::RandomAccessFile>,
                                                    std::string origin, const DecoderRequest&,
                                                    const Options&)>
      bulk_reader;
  std::function<Result<std::unique_ptr<BulkWriter>>(std::shared_ptr<arrow::io::OutputStream>,
                                                    const SchemaPtr&, const Options&)>
      bulk_writer;
  std::string example;  // a CREATE TABLE
};

}  // namespace hw
