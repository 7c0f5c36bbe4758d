// SPDX-License-Identifier: Apache-2.0

#include "sim/job_process.h"

#include <optional>

#include "base/assert.h"
#include "engine/session.h"
#include "sql/parser.h"

namespace hw::sim {
namespace {

constexpr int64_t kPollMs = 50;

// What is printed cannot be taken back when a process dies.
class NoReceiver final : public RowReceiver {
 public:
  Status begin(const ResultShape&) override {
    return Status::Invalid(
        "a SELECT prints its rows, and what is printed cannot be compared: "
        "INSERT INTO a table instead");
  }
  Status receive(const Batch&) override { return Status::OK(); }
  Status end() override { return Status::OK(); }
};

// `goes on from checkpoint 2 (/state/o/checkpoint-000000000002-1)`; empty: it says something else.
std::string checkpoint_of_event(std::string_view event) {
  const size_t begin = event.rfind('(');
  if (event.find("goes on from checkpoint") == std::string_view::npos ||
      begin == std::string_view::npos || !event.ends_with(')'))
    return "";
  return std::string(event.substr(begin + 1, event.size() - begin - 2));
}

}  // namespace

JobProcess::JobProcess(World& world, const SimJob& job, ProcessOptions options)
    : world_(world),
      job_(job),
      options_(std::move(options)),
      process_(world.add_process()),
      env_(world, process_,
           {.num_cores = options_.num_cores, .working_directory = job.working_directory}),
      started_ns_(world.scheduler.now_ns()),
      last_news_ns_(started_ns_) {
  main_ = world_.scheduler.start_thread(process_, "main", [this] { run(); });
}

JobProcess::~JobProcess() { HW_CHECK(ended()); }

void JobProcess::kill() {
  world_.kill(process_);
  for (JobRun* job : running_) job->cancel();
}

void JobProcess::ask_savepoint(bool stop, const std::string& directory) {
  for (JobRun* job : running_)
    job->checkpoint({.purpose = stop ? CheckpointPurpose::kStop : CheckpointPurpose::kSavepoint,
                     .savepoint_directory = directory});
  asked_to_stop_ = asked_to_stop_ || (stop && !running_.empty());
}

void JobProcess::run() {
  status_ = run_script();
  finished_ = true;
  world_.hash.add(status_.ok() ? 1 : 2);
}

// Within an attempt what is counted only grows, and so does the watermark.
void JobProcess::watch(JobProgress now, JobProgress& before) {
  if (!process_.dead && lie_.ok()) {
    if (now.rows_read < before.rows_read)
      lie_ = Status::Invalid("the job says that it read ", now.rows_read, " rows, but has said ",
                             before.rows_read);
    if (now.watermark_ms < before.watermark_ms)
      lie_ = Status::Invalid("the job's watermark fell from ", before.watermark_ms, " to ",
                             now.watermark_ms);
    for (const auto& [name, count] : before.counters)
      if (now.counters[name] < count)
        lie_ =
            Status::Invalid("the counter ", name, " fell from ", count, " to ", now.counters[name]);
  }
  if (now.rows_read != before.rows_read || now.watermark_ms != before.watermark_ms ||
      now.counters != before.counters)
    last_news_ns_ = world_.scheduler.now_ns();
  last_progress_ = now;
  before = std::move(now);
}

Status JobProcess::wait_for(JobRun& job) {
  JobProgress before;
  while (true) {
    const bool done = job.wait_for(kPollMs);
    JobProgress now = job.progress();
    bool begins_anew = false;
    for (std::string& event : job.take_events()) {
      begins_anew = begins_anew || event.find("starts again") != std::string::npos ||
                    event.find("goes on from") != std::string::npos;
      if (event.find("goes on from checkpoint") != std::string::npos) ++world_.num_restores;
      went_on_ = went_on_ || begins_anew || event.find("already complete") != std::string::npos;
      if (begins_anew) gone_on_from_ = checkpoint_of_event(event);
      last_news_ns_ = world_.scheduler.now_ns();
      constexpr std::string_view kSavepoint = ": savepoint: ";
      const size_t place = event.find(kSavepoint);
      if (place != std::string::npos) savepoint_ = event.substr(place + kSavepoint.size());
      if (!process_.dead) world_.tell("process " + std::to_string(process_.id) + ": " + event);
      events_.push_back(std::move(event));
    }
    // What is told of an attempt that has just ended says nothing about the next one.
    if (begins_anew) before = {};
    if (done || !begins_anew) watch(std::move(now), before);
    if (done) return job.wait();
    if (process_.dead) job.cancel();
  }
}

Status JobProcess::run_script() {
  Session session(env_);
  for (const auto& [key, value] : options_.settings)
    HW_TRY(session.config().set_base(key, value).status());
  for (const auto& [key, value] : job_.settings)
    HW_TRY(session.config().set_base(key, value).status());
  if (from_savepoint())
    HW_TRY(session.config().set_base("execution.state-recovery.path", options_.savepoint).status());
  HW_TRY(session.config()
             .set_base("parallelism.default", std::to_string(options_.parallelism))
             .status());
  session.set_output_rows_max(options_.output_rows_max);
  session.set_durability(
      {.standby = options_.standby, .cancelled = [this] { return process_.dead; }, .on_wait = {}});
  HW_TRY(register_tables(session, job_, options_.pace));
  std::vector<std::unique_ptr<JobRun>> jobs;
  Status status;
  StatementReader reader(options_.reads_back ? job_.reader_script : job_.script);
  while (status.ok()) {
    Result<std::optional<ParsedStatement>> next = reader.next();
    status = next.status();
    if (!status.ok() || !next->has_value()) break;
    Result<Outcome> outcome = session.execute(*(**next).statement, std::make_shared<NoReceiver>());
    status = outcome.status();
    if (!status.ok()) break;
    if (auto* started = std::get_if<Outcome::Started>(&outcome->what)) {
      if (!started->bounded) {
        started->job->cancel();
        status = not_supported_yet("simulating a job whose input has no end: " + started->name);
      }
      running_.push_back(started->job.get());
      ++num_jobs_;
      jobs.push_back(std::move(started->job));
    }
  }
  if (!status.ok())
    for (const auto& job : jobs) job->cancel();
  for (const auto& job : jobs) {
    const Status ended = wait_for(*job);
    if (status.ok()) status = ended;
  }
  running_.clear();
  return status;
}

}  // namespace hw::sim
