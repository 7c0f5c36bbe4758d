// SPDX-License-Identifier: Apache-2.0
//
// The socket connector: records from a TCP peer, split at a delimiter. What has been read cannot be
// read again.

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "base/log.h"
#include "connectors/packing/packed_bytes.h"
#include "connectors/socket/peer.h"
#include "connectors/socket/socket_options.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;
// What a socket's buffer in the kernel usually gives at once.
constexpr int64_t kReadBytes = 64 << 10;
// A busy peer does not keep the reader for longer than this before its rows go on.
constexpr int kReadsPerPoll = 16;
// Half of what a batch may have.
constexpr int64_t kBatchRecordBytes = kBatchBytesMax / 2;

struct SocketScan {
  SocketSettings settings;
  ScanRequest request;
  SchemaPtr schema;
  const FormatRecord* format = nullptr;
  Options format_options;
};

/// Bytes as they come in, records as they go out. Small while nothing comes.
class RecordBuffer {
 public:
  RecordBuffer(char delimiter, int64_t record_bytes_max)
      : delimiter_(delimiter), record_bytes_max_(record_bytes_max) {}

  /// Room for kReadBytes; commit() says how many were written.
  char* room() {
    if (begin_ > 0) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, static_cast<size_t>(end_ - begin_));
      end_ -= begin_;
      scanned_ -= begin_;
      begin_ = 0;
    }
    const auto wanted = static_cast<size_t>(end_ + kReadBytes);
    if (bytes_.size() < wanted) {
      bytes_.resize(std::max(wanted, end_ == 0 ? 0 : 2 * bytes_.size()));
    } else if (bytes_.size() > 4 * wanted) {
      bytes_.resize(wanted);
      bytes_.shrink_to_fit();
    }
    return bytes_.data() + end_;
  }
  void commit(int64_t bytes) { end_ += bytes; }

  /// The next whole record, or nothing. Valid until room().
  std::optional<std::string_view> next() {
    const char* const from = bytes_.data() + scanned_;
    const void* found = end_ > scanned_
                            ? std::memchr(from, delimiter_, static_cast<size_t>(end_ - scanned_))
                            : nullptr;
    if (found == nullptr) {
      scanned_ = end_;
      return std::nullopt;
    }
    const int64_t at = static_cast<const char*>(found) - bytes_.data();
    const std::string_view record = view(begin_, at);
    begin_ = scanned_ = at + 1;
    return record;
  }
  /// What is left without a delimiter.
  std::string_view rest() const { return view(begin_, end_); }
  void drop_rest() { begin_ = scanned_ = end_ = 0; }
  bool too_long(std::string_view record) const {
    return static_cast<int64_t>(record.size()) > record_bytes_max_;
  }

 private:
  std::string_view view(int64_t from, int64_t to) const {
    return {bytes_.data() + from, static_cast<size_t>(to - from)};
  }

  const char delimiter_;
  const int64_t record_bytes_max_;
  std::string bytes_;  // [begin_, end_) is not taken yet, [begin_, scanned_) has no delimiter
  int64_t begin_ = 0;
  int64_t scanned_ = 0;
  int64_t end_ = 0;
};

class SocketReader final : public SplitReader {
 public:
  SocketReader(std::shared_ptr<const SocketScan> scan, std::unique_ptr<Decoder> decoder,
               const SourceContext& context)
      : scan_(std::move(scan)),
        address_(scan_->settings.address()),
        cut_records_(context.counter ? &context.counter("cut_records") : nullptr),
        peer_(scan_->settings, *context.env),
        buffer_(scan_->settings.delimiter, scan_->settings.record_bytes_max),
        decoder_(std::move(decoder)),
        limit_(scan_->request.limit) {}

  Result<Flow> poll(Output& output) override {
    if (limit_ && *limit_ <= 0) ended_ = true;
    bool waiting = false;
    batch_bytes_ = 0;
    for (int reads = 0; reads < kReadsPerPoll && !waiting && !ended_; ++reads) {
      HW_ASSIGN_OR_RETURN(const bool full, decode_records());
      if (full) break;
      HW_ASSIGN_OR_RETURN(waiting, read_more());
    }
    if (decoder_->num_rows() > 0) {
      HW_ASSIGN_OR_RETURN(const Batch batch, decoder_->take());
      emit(batch, output);
      return Flow::kNeedInput;
    }
    if (ended_) return Flow::kFinished;
    return waiting ? Flow::kWaiting : Flow::kNeedInput;
  }

  Result<std::string> position() const override {
    PackedWriter writer(kVersion);
    writer.number(records_);
    writer.number(limit_.value_or(-1));
    writer.number(ended_ ? 1 : 0);
    return writer.finish();
  }

  Status seek(const std::string& position) override {
    PackedReader reader(position, kVersion);
    records_ = reader.number();
    const int64_t limit = reader.number();
    ended_ = reader.number() != 0;
    if (limit >= 0) limit_ = limit;
    return reader.finish("the position of a socket split");
  }

 private:
  /// True when there are rows for a batch.
  Result<bool> decode_records() {
    while (decoder_->num_rows() < kBatchRowsMax && batch_bytes_ < kBatchRecordBytes) {
      const std::optional<std::string_view> record = buffer_.next();
      if (!record) return false;
      HW_TRY(decode(*record));
    }
    return true;
  }

  Status decode(std::string_view record) {
    if (buffer_.too_long(record)) return too_long();
    batch_bytes_ += static_cast<int64_t>(record.size());
    ++records_;
    const Status decoded = decoder_->decode_record(record, {.origin = address_, .line = records_});
    if (decoded.ok()) return decoded;
    return while_doing(decoded, "decoding record " + std::to_string(records_));
  }

  /// True when there is nothing just now. Requires: all whole records are decoded.
  Result<bool> read_more() {
    using Kind = Peer::Arrival::Kind;
    if (buffer_.too_long(buffer_.rest())) return too_long();
    char* const room = buffer_.room();
    HW_ASSIGN_OR_RETURN(const Peer::Arrival arrival, peer_.read(room, kReadBytes));
    if (arrival.kind == Kind::kNothing) return true;
    if (arrival.kind == Kind::kBytes) {
      buffer_.commit(arrival.bytes);
      return false;
    }
    const std::string_view rest = buffer_.rest();
    if (arrival.kind == Kind::kClosed) {
      // The last record needs no delimiter.
      if (!rest.empty()) HW_TRY(decode(rest));
      ended_ = scan_->settings.reconnect_ms == 0;
    } else if (!rest.empty() && cut_records_ != nullptr) {
      cut_records_->add(1);
    }
    buffer_.drop_rest();
    return false;
  }

  Status too_long() const {
    return Status::CapacityError("a record has at most ", scan_->settings.record_bytes_max,
                                 " bytes ('max-record-bytes'), but record ", records_ + 1, " from ",
                                 address_, " is longer");
  }

  void emit(const Batch& batch, Output& output) {
    int64_t rows = batch.num_rows();
    if (limit_) {
      rows = std::min(rows, *limit_);
      *limit_ -= rows;
    }
    // One record may give many rows.
    for (int64_t offset = 0; offset < rows; offset += kBatchRowsMax) {
      output.emit(batch.slice(offset, std::min(kBatchRowsMax, rows - offset)));
    }
  }

  // Constant after construction.
  const std::shared_ptr<const SocketScan> scan_;
  const std::string address_;
  Counter* const cut_records_;

  Peer peer_;
  RecordBuffer buffer_;
  const std::unique_ptr<Decoder> decoder_;
  std::optional<int64_t> limit_;
  int64_t records_ = 0;
  int64_t batch_bytes_ = 0;
  bool ended_ = false;
};

class SocketEnumerator final : public SplitEnumerator {
 public:
  SocketEnumerator(std::string address, Env& env) : address_(std::move(address)), env_(env) {}

  Result<std::vector<Split>> discover() override {
    if (done_) return std::vector<Split>();
    done_ = true;
    log_note(env_,
             "rows of socket " + address_ + " come at most once: a restart cannot read them again");
    return std::vector<Split>{{address_, ""}};
  }
  bool finished() const override { return done_; }
  Result<std::string> position() const override { return std::string(done_ ? "done" : ""); }
  Status seek(const std::string& position) override {
    done_ = position == "done";
    return Status::OK();
  }

 private:
  const std::string address_;
  Env& env_;
  bool done_ = false;
};

class SocketSource final : public Source {
 public:
  explicit SocketSource(SocketScan scan)
      : scan_(std::make_shared<const SocketScan>(std::move(scan))) {}

  // Even if the input ends with the peer, nobody knows when.
  bool bounded() const override { return false; }
  bool replayable() const override { return false; }
  RowKindSet changelog() const override {
    return scan_->format->changelog ? scan_->format->changelog(scan_->format_options)
                                    : RowKindSet::insert_only();
  }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    return std::make_unique<SocketEnumerator>(scan_->settings.address(), *context.env);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    DecoderRequest request;
    request.schema = scan_->schema;
    request.physical = scan_->request.physical;
    request.primary_key = scan_->request.primary_key;
    request.predicates = scan_->request.predicates;
    request.time_zone = scan_->request.time_zone;
    request.memory_pool =
        context.memory_pool == nullptr ? context.env->memory_pool() : context.memory_pool;
    request.counter = context.counter;
    HW_ASSIGN_OR_RETURN(std::unique_ptr<Decoder> decoder,
                        scan_->format->decoder(request, scan_->format_options));
    return std::make_unique<SocketReader>(scan_, std::move(decoder), context);
  }
  Description describe() const override {
    return {.name = "socket",
            .details = {{scan_->settings.listens ? "listen" : "connect", scan_->settings.address()},
                        {"format", scan_->format->name},
                        {"delivery", "at most once"}}};
  }

 private:
  const std::shared_ptr<const SocketScan> scan_;
};

Result<std::unique_ptr<Source>> make_source(const ScanRequest& request,
                                            const ConnectorContext& context) {
  SocketScan scan;
  HW_ASSIGN_OR_RETURN(scan.settings, SocketSettings::from(context.options));
  scan.request = request;
  const std::string format = context.options.given("format").value_or("raw");
  scan.format = context.formats->find(format);
  if (scan.format == nullptr || !scan.format->decoder) {
    return Status::Invalid(
        "connector 'socket' needs a format of single records, such as raw, "
        "json or csv, but 'format' is '",
        format, "'");
  }
  scan.format_options = format_options(context.options, format);
  std::vector<SqlField> fields;
  fields.reserve(request.columns.size());
  for (const ScanRequest::Column& column : request.columns) {
    fields.push_back({column.name, column.type});
  }
  scan.schema = make_schema(std::move(fields));
  return std::make_unique<SocketSource>(std::move(scan));
}

}  // namespace

void register_socket(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "socket";
  record.sentence = "Records from a TCP peer, split at a delimiter.";
  record.options = socket_options();
  record.takes_format = true;
  record.changelog_mode = "Append; with changelog-json the kinds that its changelog-mode allows.";
  record.guarantee = "At most once: what has been read cannot be read again after a restart.";
  record.example = R"(CREATE TABLE words (
  word STRING
) WITH (
  'connector' = 'socket',
  'hostname' = 'localhost',
  'port' = '9999'
))";
  record.check = [](const Schema& physical, const Options& options) -> Status {
    return SocketSettings::from(options).status();
  };
  record.source = make_source;
  catalogue.add(std::move(record));
}

}  // namespace hw
