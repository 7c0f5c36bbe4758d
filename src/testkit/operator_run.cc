// SPDX-License-Identifier: Apache-2.0

#include "testkit/operator_run.h"

#include <algorithm>
#include <utility>

#include "runtime/chain.h"
#include "state/state_store.h"

namespace hw {
namespace {

// Fails when a batch holds both halves of updates, but one of them not directly behind the other.
Status check_pairs(const Batch& batch) {
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  int64_t num_before = 0, num_after = 0, num_pairs = 0;
  for (int64_t row = 0; row < dense.num_rows(); ++row) {
    const RowKind kind = dense.row_kind(row);
    num_before += kind == RowKind::kUpdateBefore;
    num_after += kind == RowKind::kUpdateAfter;
    num_pairs += kind == RowKind::kUpdateAfter && row > 0 &&
                 dense.row_kind(row - 1) == RowKind::kUpdateBefore;
  }
  if (num_before != num_after || num_pairs == num_after) return Status::OK();
  return Status::Invalid("+U stands directly behind its -U, but not in ", batch.to_text());
}

}  // namespace

// Keeps what arrives. With tiny outputs it is full after each batch until it is drained, so the
// driver pauses wherever a slow receiver could make it pause.
class OperatorRun::Tail final : public ChainTail {
 public:
  explicit Tail(const OperatorRunSpec& spec)
      : output(spec.upsert_key),
        pauses_(spec.output_rows_max == 1),
        parts_updates_(spec.parts_updates) {}

  Result<Room> drain() override {
    full_ = false;
    return Room::kFree;
  }
  bool has_room() const override { return !full_; }
  Status on_batch(int, int port, const Batch& batch) override {
    HW_TRY(batch.validate());
    if (!parts_updates_) HW_TRY(check_pairs(batch));
    schemas.try_emplace(port, batch.schema());
    output.add(port, batch);
    full_ = pauses_;
    ++arrivals;
    return Status::OK();
  }
  Status on_control(int, const Message& control) override {
    output.add(0, control);
    if (std::holds_alternative<End>(control)) ended = true;
    ++arrivals;
    return Status::OK();
  }
  bool finished() const override { return false; }
  bool done() const override { return ended; }

  Transcript output;
  std::map<int, SchemaPtr> schemas;
  int64_t arrivals = 0;
  bool ended = false;

 private:
  const bool pauses_;
  const bool parts_updates_;
  bool full_ = false;
};

class OperatorRun::Keeper final : public SnapshotReceiver {
 public:
  Status on_snapshot(const Barrier&, OperatorSnapshot snapshot) override {
    kept.push_back(std::move(snapshot));
    return Status::OK();
  }
  std::vector<OperatorSnapshot> kept;
};

struct OperatorRun::Parts {
  Parts(VirtualEnv& given) : env(given), clock(given) {}
  VirtualEnv& env;
  BusyClock clock;
  Keeper keeper;
  std::shared_ptr<OperatorMetrics> metrics;
  Tail* tail = nullptr;
  std::unique_ptr<Chain> chain;
  OperatorInstance* instance = nullptr;
  int num_inputs = 1;
  int inputs_ended = 0;
  int64_t next_barrier = 1;
  int64_t slowest_call_ns = 0;
};

OperatorRun::OperatorRun(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
OperatorRun::~OperatorRun() = default;

Result<std::unique_ptr<OperatorRun>> OperatorRun::start(
    const OperatorRunSpec& spec, VirtualEnv& env, int subtask, int parallelism,
    const std::vector<OperatorSnapshot>& restored) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Operator> op, spec.make());
  OperatorRecipe recipe{.uid = "tested",
                        .description = op->describe(),
                        .make = spec.make,
                        .output_schema = nullptr,
                        .output_kinds = spec.output_kinds};
  auto parts = std::make_unique<Parts>(env);
  parts->metrics = std::make_shared<OperatorMetrics>("tested", recipe.description.name, 0, subtask);
  const TaskletContext context{.env = &env,
                               .memory_pool = env.memory_pool(),
                               .subtask = subtask,
                               .parallelism = parallelism,
                               .batch_mode = spec.batch_mode,
                               .output_rows_max = spec.output_rows_max};
  const std::vector<RowKindSet> input_kinds(static_cast<size_t>(spec.num_inputs),
                                            RowKindSet::all());
  std::vector<std::unique_ptr<OperatorInstance>> operators;
  operators.push_back(std::make_unique<OperatorInstance>(recipe, std::move(op), input_kinds,
                                                         parts->metrics, context, parts->keeper));
  parts->instance = operators.front().get();
  parts->num_inputs = spec.num_inputs;
  auto tail = std::make_unique<Tail>(spec);
  parts->tail = tail.get();
  parts->chain = std::make_unique<Chain>(std::move(operators), std::move(tail), parts->clock);
  HW_TRY(parts->chain->open(restored));
  std::unique_ptr<OperatorRun> run(new OperatorRun(std::move(parts)));
  HW_TRY(run->work());
  return run;
}

Status OperatorRun::work() {
  for (int fruitless = 0; fruitless < kFruitlessCallsMax; ++fruitless) {
    const int64_t arrivals = parts_->tail->arrivals;
    const int64_t began_ns = real_env().monotonic_ns();
    HW_ASSIGN_OR_RETURN(const Chain::State state, parts_->chain->advance());
    parts_->slowest_call_ns =
        std::max(parts_->slowest_call_ns, real_env().monotonic_ns() - began_ns);
    if (state == Chain::State::kReady || state == Chain::State::kDone) return Status::OK();
    if (state == Chain::State::kWaiting) {
      parts_->env.advance_ms(1);
      parts_->chain->on_time(parts_->env.wall_ms());
    }
    if (parts_->tail->arrivals != arrivals) fruitless = 0;
  }
  return Status::Invalid("an operator makes progress with each call, but after ",
                         kFruitlessCallsMax, " calls this one has neither finished nor emitted");
}

Status OperatorRun::deliver(int input, Message message) {
  if (finished()) return Status::OK();
  if (std::holds_alternative<End>(message)) ++parts_->inputs_ended;
  HW_TRY(parts_->chain->deliver(input, std::move(message)));
  return work();
}

Status OperatorRun::on_time() {
  parts_->chain->on_time(parts_->env.wall_ms());
  return work();
}

Result<OperatorSnapshot> OperatorRun::snapshot() {
  HW_TRY(deliver(0, Barrier{.id = parts_->next_barrier++}));
  if (parts_->keeper.kept.empty())
    return Status::Invalid("a snapshot is taken before the operator has ended");
  OperatorSnapshot snapshot = std::move(parts_->keeper.kept.back());
  parts_->keeper.kept.clear();
  return snapshot;
}

Transcript OperatorRun::take_output() {
  Transcript taken = parts_->tail->output;
  parts_->tail->output.clear();
  return taken;
}

bool OperatorRun::finished() const { return parts_->tail->ended || !parts_->chain->wants_input(); }
std::map<std::string, int64_t> OperatorRun::counters() const {
  return parts_->metrics->read().counters;
}
const std::map<int, SchemaPtr>& OperatorRun::output_schemas() const {
  return parts_->tail->schemas;
}
bool OperatorRun::finished_early() const {
  return finished() && parts_->inputs_ended < parts_->num_inputs;
}
bool OperatorRun::has_tables() const { return !parts_->instance->state().table_sizes().empty(); }
int64_t OperatorRun::slowest_call_ns() const { return parts_->slowest_call_ns; }

}  // namespace hw
