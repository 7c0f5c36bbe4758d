// SPDX-License-Identifier: Apache-2.0

#include "engine_side.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <sstream>
#include <utility>

#include <arrow/util/decimal.h>

#include "base/env/env.h"
#include "sql/parser.h"

namespace hw::bench {
namespace {

/// Memory that a thread had when it ended is looked through by each thread that begins or ends
/// afterwards, until one takes it over: gigabytes of events that a worker made, at each turn.
void own_what_ended_threads_made() {
  // Loaded by src/allocator, or not at all.
  void* const library = ::dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return;
  const auto collect = reinterpret_cast<void (*)(bool force)>(::dlsym(library, "mi_collect"));
  if (collect != nullptr) collect(true);
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) require(Status::IOError("there is no file ", path));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void replace(std::string& text, const std::string& old, const std::string& by) {
  for (size_t at = text.find(old); at != text.npos; at = text.find(old, at + by.size())) {
    text.replace(at, old.size(), by);
  }
}

/// What stands between the parentheses of CREATE TABLE nexmark.
std::string merged_columns(const std::string& queries) {
  const std::string text = content_of(queries + "/tables/generator.sql");
  const size_t begin = text.find("CREATE TABLE nexmark") + 20;
  return text.substr(begin, text.find(") WITH", begin) + 1 - begin);
}

void hash_value(const Column& column, int64_t row, RowHash& hash) {
  if (column.is_null(row)) return hash.null();
  switch (column.type().physical()) {
    case PhysicalType::kInt32:
      return hash.number(column.value<int32_t>(row));
    case PhysicalType::kInt64:
      return hash.number(column.value<int64_t>(row));
    case PhysicalType::kBytes:
      return hash.text(column.value<std::string_view>(row));
    default:
      break;
  }
  const auto value = column.value<arrow::Decimal128>(row);
  hash.wide(static_cast<__int128>(value.high_bits()) << 64 | value.low_bits());
}

/// Adds rows up, those that are taken back with a minus.
class Adding final : public RowReceiver {
 public:
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch& batch) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    for (int64_t row = 0; row < dense.num_rows(); ++row) {
      RowHash hash;
      for (const ColumnPtr& column : dense.columns()) hash_value(*column, row, hash);
      const bool back = is_retraction(dense.row_kind(row));
      sum_.rows += back ? -1 : 1;
      sum_.hash += back ? -hash.value() : hash.value();
    }
    return Status::OK();
  }
  Status end() override { return Status::OK(); }
  const RowSum& sum() const { return sum_; }

 private:
  RowSum sum_;
};

/// Keeps batches.
class Keeping final : public RowReceiver {
 public:
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch& batch) override {
    batches_.push_back(batch);
    return Status::OK();
  }
  Status end() override { return Status::OK(); }
  std::vector<Batch> take() { return std::move(batches_); }

 private:
  std::vector<Batch> batches_;
};

void execute(Session& session, const std::string& script, std::shared_ptr<RowReceiver> receiver) {
  const auto statements = require(parse_script(script));
  for (const ast::StatementPtr& statement : statements) {
    Outcome outcome = require(session.execute(*statement, receiver));
    if (auto* started = std::get_if<Outcome::Started>(&outcome.what)) {
      require(started->job->wait());
    }
  }
}

}  // namespace

void require(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_nexmark: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::vector<Batch> make_events(int64_t events) {
  Session session(real_env());
  require(session.config().set_base("parallelism.default", "1"));
  const auto kept = std::make_shared<Keeping>();
  execute(session,
          "CREATE TABLE generated (event_type INT, "
          "person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, "
          "state STRING, dateTime TIMESTAMP(3), extra STRING>, auction ROW<id BIGINT, itemName "
          "STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), "
          "expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>, bid ROW<auction "
          "BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), "
          "extra STRING>) WITH ('connector' = 'nexmark', 'first-event.rate' = '100000', "
          "'next-event.rate' = '100000', 'events.num' = '" +
              std::to_string(events) + "'); SELECT * FROM generated",
          kept);
  own_what_ended_threads_made();
  return kept->take();
}

EngineSide::EngineSide(std::shared_ptr<const MemoryTable> table, std::string queries,
                       std::string folder, EngineWay way)
    : table_(std::move(table)),
      queries_(std::move(queries)),
      folder_(std::move(folder)),
      way_(way) {}

std::unique_ptr<Session> EngineSide::make_session(MemoryTable::Order order) const {
  auto session = std::make_unique<Session>(real_env());
  require(session->config().set_base("parallelism.default", std::to_string(way_.parallelism)));
  if (way_.batch) require(session->config().set_base("execution.runtime-mode", "batch"));
  require(session->register_table("nexmark " + merged_columns(queries_),
                                  [table = table_, order](const ScanRequest& request) {
                                    return MemoryTable::scan(table, request, order);
                                  }));
  execute(*session, content_of(queries_ + "/tables/views.sql"), nullptr);
  return session;
}

std::string EngineSide::text_of(const std::string& query, const std::string& out) const {
  std::string text = content_of(queries_ + "/queries/" + query + ".sql");
  replace(text, "'side_input.csv'", "'" + folder_ + "/side_input.csv'");
  replace(text, "'nexmark-q10'", "'" + out + "'");
  return text;
}

void EngineSide::run(const std::string& query, const std::string& out) const {
  // Events come in order of time, as the generator's, which is read by any number, too.
  execute(*make_session(MemoryTable::Order::kOfEachReader), text_of(query, out), nullptr);
}

RowSum EngineSide::rows(const std::string& query) const {
  std::string text = text_of(query, folder_ + "/unused");
  replace(text, "INSERT INTO " + query + "\n", "");
  const auto adding = std::make_shared<Adding>();
  // One order of all events: among rows of one time the last one is the plain program's.
  execute(*make_session(MemoryTable::Order::kOfAll), text, adding);
  return adding->sum();
}

}  // namespace hw::bench
