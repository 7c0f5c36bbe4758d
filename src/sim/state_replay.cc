// SPDX-License-Identifier: Apache-2.0

#include "sim/state_replay.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "columnar/text/type_text.h"
#include "job/checkpoint_contents.h"
#include "job/checkpoint_files.h"
#include "job/checkpoint_reader.h"
#include "job/job_checkpoint.h"
#include "runtime/split_feed.h"
#include "sim/job_process.h"
#include "sim/sim_env.h"
#include "sim/visible_output.h"
#include "sim/world.h"
#include "state/snapshot_index.h"
#include "state/table_file.h"
#include "state/table_merge.h"

namespace hw::sim {
namespace {

constexpr int64_t kReplayNsMax = 60'000'000'000;
// Splits that have ended are seen to when they are asked once more.
constexpr int64_t kSettleNs = 100'000'000;

/// Rows of a state table as text.
class Printing final : public TableFileVisitor {
 public:
  Printing(std::string prefix, RowBag& rows) : prefix_(std::move(prefix)), rows_(rows) {}

  Status on_schema(const arrow::Schema& schema) override {
    columns_.clear();
    for (int i = 0; i < schema.num_fields(); ++i) {
      // Who came first depends on who ran first.
      if (schema.field(i)->name() == "arrival") continue;
      HW_ASSIGN_OR_RETURN(const SqlType type, sql_type_of(*schema.field(i)));
      HW_ASSIGN_OR_RETURN(auto printer, ValuePrinter::make(type, TextStyle::kSql, "UTC"));
      columns_.push_back({.place = i, .type = type, .printer = std::move(printer)});
    }
    return Status::OK();
  }
  Status on_rows(const arrow::RecordBatch& batch) override {
    std::vector<std::string> lines(static_cast<size_t>(batch.num_rows()), prefix_);
    for (const PrintedColumn& printed : columns_) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr column,
                          Column::from_arrow(printed.type, *batch.column(printed.place)));
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        std::string& line = lines[static_cast<size_t>(row)];
        line += printed.place == 0 ? " " : ", ";
        if (column->is_null(row)) {
          line += "NULL";
        } else {
          const size_t before = line.size();
          printed.printer->print(*column, row, line);
          // Which of the two zeros is the least depends on which came first.
          if (std::string_view(line).substr(before) == "-0.0") line.erase(before, 1);
        }
      }
    }
    for (std::string& line : lines) ++rows_[std::move(line)];
    return Status::OK();
  }

 private:
  const std::string prefix_;
  RowBag& rows_;
  struct PrintedColumn {
    int place = 0;
    SqlType type;
    std::unique_ptr<ValuePrinter> printer;
  };
  std::vector<PrintedColumn> columns_;
};

/// An OVER drops rows that are out of reach when it looks at their partition again: how many are
/// still there depends on the steps in which time went on.
bool drops_when_it_looks(const SnapshotIndex& index) {
  return std::any_of(index.tables.begin(), index.tables.end(),
                     [](const SnapshotTable& table) { return table.name == "partitions"; });
}

Status print_tables(const OperatorSnapshot& snapshot, arrow::MemoryPool* pool, RowBag& rows) {
  if (snapshot.state == nullptr) return Status::OK();
  HW_ASSIGN_OR_RETURN(const auto stream, snapshot.state->open(kSnapshotIndexStream));
  HW_ASSIGN_OR_RETURN(const int64_t size, stream->GetSize());
  HW_ASSIGN_OR_RETURN(const auto bytes, stream->ReadAt(0, size));
  HW_ASSIGN_OR_RETURN(const SnapshotIndex index, decode_snapshot_index(bytes->ToString()));
  if (drops_when_it_looks(index)) return Status::OK();
  for (const SnapshotTable& table : index.tables) {
    // When a key is looked at next: who sees rows one by one may look more often than necessary.
    if (table.kind == "timers") continue;
    Printing printing(snapshot.uid + "/" + table.name + ":", rows);
    HW_TRY(read_snapshot_table(table, index.key_groups, *snapshot.state, pool, printing));
  }
  return Status::OK();
}

void note_splits(const OperatorSnapshot& snapshot, CheckpointState& state) {
  for (const auto& [name, bytes] : snapshot.named) {
    if (!name.starts_with("split-")) continue;
    const Result<DealtSplit> split = decode_split(bytes);
    if (!split.ok()) return void(state.comparable = false);
    int64_t rows = 0;
    if (split->position) {
      const std::string& position = *split->position;
      std::from_chars(position.data(), position.data() + position.size(), rows);
    }
    state.open_splits[split->split.id] = rows;
  }
}

/// The job over the rows before the barrier, whose open splits go on without a row.
SimJob job_up_to(const SimJob& job, const CheckpointState& state, int64_t& num_rows) {
  SimJob cut = job;
  num_rows = 0;
  for (SimTable& table : cut.tables) {
    const std::string name = name_of(table);
    const bool found = state.searches.contains(position_of_search(name, true));
    // Otherwise nobody reads it.
    if (!found && !state.searches.contains(position_of_search(name, false))) continue;
    table.held_at.assign(table.splits.size(), -1);
    for (size_t i = 0; i < table.splits.size(); ++i) {
      const auto open = state.open_splits.find(id_of_split(name, i));
      if (!found) table.held_at[i] = 0;
      if (open != state.open_splits.end()) table.held_at[i] = open->second;
      const auto all = static_cast<int64_t>(table.splits[i].size());
      num_rows += table.held_at[i] < 0 ? all : table.held_at[i];
    }
  }
  return cut;
}

/// One thread, on a world of its own, that is asked for a savepoint behind the last row.
class Replay {
 public:
  Replay(const SimPlan& plan, const SimJob& job)
      : world_({.seed = plan.seed,
                .schedule = {.strategy = Strategy::kRunToBlock},
                .faults = {},
                .incidents = {},
                .damaged_below = {}}),
        observer_(world_, world_.add_observer(), {}),
        process_(world_, job, options_of(plan)) {}
  ~Replay() {
    process_.kill();
    while (!process_.ended() && world_.scheduler.run_one(INT64_MAX)) {
    }
    if (!process_.ended()) world_.scheduler.abandon(process_.process());
  }

  Result<CheckpointState> run(int64_t num_rows) {
    HW_TRY(run_until([&] { return process_.last_progress().rows_read >= num_rows; }));
    const int64_t settled_ns = world_.scheduler.now_ns() + kSettleNs;
    HW_TRY(run_until([&] { return world_.scheduler.now_ns() >= settled_ns; }));
    process_.ask_savepoint(/*stop=*/false, "/save");
    HW_TRY(run_until([&] { return !process_.savepoint().empty(); }));
    return read_state(observer_, process_.savepoint(), "manifest");
  }

 private:
  static ProcessOptions options_of(const SimPlan& plan) {
    ProcessOptions options = {.num_cores = 1,
                              .parallelism = 1,
                              .output_rows_max = 4096,
                              .pace = {.quantum_max = 4096},
                              .settings = plan.processes.front().settings};
    for (auto& [key, value] : options.settings) {
      if (key == "execution.checkpointing.interval") value = "1 h";
      if (key == "execution.checkpointing.dir") value = kStateDirectory;
    }
    return options;
  }
  template <typename Ready>
  Status run_until(Ready ready) {
    const int64_t until_ns = world_.scheduler.now_ns() + kReplayNsMax;
    while (!ready()) {
      if (process_.ended()) return process_.status();
      if (world_.scheduler.now_ns() >= until_ns || !world_.scheduler.run_one(until_ns))
        return Status::Invalid("a replay of the rows before a checkpoint does not get on: ",
                               world_.scheduler.describe());
    }
    return Status::OK();
  }

  World world_;
  SimEnv observer_;
  JobProcess process_;
};

// Then a replay ends before anybody asks it for anything.
bool all_have_ended(const JobCheckpoint& checkpoint, const Manifest& manifest) {
  std::set<std::string> sources;
  for (const ManifestSource& source : manifest.sources) {
    if (!source.enumerator_position.ends_with(" found")) return false;
    sources.insert(source.uid);
  }
  for (const OperatorSnapshot& snapshot : checkpoint.operators)
    if (sources.contains(snapshot.uid) && !snapshot.named.empty()) return false;
  return true;
}

}  // namespace

Result<CheckpointState> read_state(Env& env, const std::string& directory,
                                   const std::string& manifest_name) {
  HW_ASSIGN_OR_RETURN(const auto files, read_checkpoint_files(env, directory));
  HW_ASSIGN_OR_RETURN(Manifest read, read_manifest(*files, manifest_name));
  const auto manifest = std::make_shared<const Manifest>(std::move(read));
  HW_ASSIGN_OR_RETURN(const JobCheckpoint checkpoint, read_checkpoint(files, manifest));
  CheckpointState state;
  state.comparable = !checkpoint.final && !all_have_ended(checkpoint, *manifest);
  std::set<std::string> sources;
  for (const ManifestSource& source : manifest->sources) {
    sources.insert(source.uid);
    const bool once = state.searches.insert(source.enumerator_position).second;
    state.comparable = state.comparable && once;
  }
  for (const OperatorSnapshot& snapshot : checkpoint.operators) {
    if (sources.contains(snapshot.uid)) {
      note_splits(snapshot, state);
      continue;
    }
    HW_TRY(print_tables(snapshot, env.memory_pool(), state.rows));
    const auto [least, first] = state.watermarks_ms.emplace(snapshot.uid, snapshot.watermark_ms);
    least->second = std::min(least->second, snapshot.watermark_ms);
  }
  return state;
}

int64_t rows_before(const SimJob& job, const CheckpointState& state) {
  if (!state.comparable) return -1;
  int64_t num_rows = 0;
  (void)job_up_to(job, state, num_rows);
  return num_rows;
}

/// Its two readers may be one in the plan; what they meet of each other depends on who is faster.
static bool is_read_twice(const SimJob& job, const std::string& table) {
  int times = 0;
  for (const std::string before : {"FROM ", "JOIN ", "TABLE "}) {
    const std::string words = before + table;
    for (size_t at = job.script.find(words); at != std::string::npos;
         at = job.script.find(words, at + 1)) {
      const size_t end = at + words.size();
      if (end == job.script.size() || std::isalnum(job.script[end]) == 0) ++times;
    }
  }
  return times > 1;
}

bool has_certain_state(const SimJob& job) {
  if (job.any_lines || job.num_jobs != 1) return false;
  for (const SimTable& table : job.tables)
    if (is_read_twice(job, name_of(table))) return false;
  for (const auto& [key, value] : job.settings)
    if (key == "table.exec.source.idle-timeout") return false;
  return true;
}

Status check_state(const SimPlan& plan, const CheckpointState& state) {
  if (!state.comparable) return Status::OK();
  int64_t num_rows = 0;
  const SimJob job = job_up_to(plan.job, state, num_rows);
  HW_ASSIGN_OR_RETURN(const CheckpointState expected, Replay(plan, job).run(num_rows));
  bool behind = false;
  for (const auto& [uid, watermark_ms] : state.watermarks_ms) {
    const auto found = expected.watermarks_ms.find(uid);
    if (found == expected.watermarks_ms.end()) continue;
    if (watermark_ms > found->second)
      return Status::Invalid("says that it is ", watermark_ms, " for ", uid, ", but the ", num_rows,
                             " rows before it say ", found->second);
    behind = behind || watermark_ms < found->second;
  }
  // A split's first rows may come before it is known that another one has none.
  if (behind || expected.rows == state.rows) return Status::OK();
  return Status::Invalid("is not the state that the ", num_rows,
                         " rows before it make:", difference(expected.rows, state.rows));
}

}  // namespace hw::sim
