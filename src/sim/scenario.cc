// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace hw::sim {
namespace {

constexpr std::string_view kHeading = "headwater scenario 1";
constexpr std::array<std::string_view, 5> kRules = {"nothing", "everything", "in-order", "any",
                                                    "listed"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Strategy strategy_of(std::string_view text) {
  for (int i = 0; i < kNumStrategies; ++i)
    if (to_text(static_cast<Strategy>(i)) == text) return static_cast<Strategy>(i);
  return Strategy::kUniform;
}

/// `key value key value …`, numbers and words.
class Facts {
 public:
  explicit Facts(std::string_view line) : words_(split(line, ' ')) {}
  std::string word(std::string_view key) const {
    for (size_t i = 0; i + 1 < words_.size(); ++i)
      if (words_[i] == key) return words_[i + 1];
    return "";
  }
  template <typename Number>
  Number number(std::string_view key, Number otherwise) const {
    const std::string text = word(key);
    Number value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

 private:
  const std::vector<std::string> words_;
};

class Parser {
 public:
  Status take(std::string_view line) {
    const size_t blank = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, blank);
    const std::string_view rest = blank < line.size() ? line.substr(blank + 1) : std::string_view();
    if (key == "seed") return seed(Facts(line));
    if (key == "job") return job(Facts(line));
    if (key == "script") return void(plan_.job.script = unescaped(rest)), Status::OK();
    if (key == "reader") return void(plan_.job.reader_script = unescaped(rest)), Status::OK();
    if (key == "file") return file(rest);
    if (key == "place") return place(rest);
    if (key == "configure") return configure(rest);
    if (key == "table") {
      plan_.job.tables.push_back({.declaration = unescaped(rest), .splits = {}});
      return Status::OK();
    }
    if (key == "split" || key == "row") return row(key, rest);
    if (key == "schedule") return schedule(Facts(line));
    if (key == "preempt") return preempt(Facts(line));
    if (key == "counts") return counts(Facts(line));
    if (key == "process") return process(Facts(line));
    if (key == "set") return setting(rest);
    if (key == "fault") return fault(Facts(line));
    if (key == "incident") return incident(Facts(line));
    if (key == "expect") return expect(rest);
    return Status::Invalid("no such fact: '", key, "'");
  }
  SimPlan take_plan() { return std::move(plan_); }
  void begin() { plan_.processes.clear(); }

 private:
  Status seed(const Facts& facts) {
    plan_.seed = facts.number<uint64_t>("seed", 1);
    plan_.quiet_step = facts.number<int64_t>("quiet-step", plan_.quiet_step);
    plan_.doomed = facts.word("doomed") == "yes";
    return Status::OK();
  }
  Status file(std::string_view rest) {
    const size_t tab = rest.find('\t');
    if (tab == std::string_view::npos) return Status::Invalid("a file is a path, a tab and text");
    plan_.job.files[unescaped(rest.substr(0, tab))] = unescaped(rest.substr(tab + 1));
    return Status::OK();
  }
  Status place(std::string_view rest) {
    plan_.job.working_directory = unescaped(rest);
    plan_.job.output_directory = "/";
    plan_.job.any_lines = true;
    return Status::OK();
  }
  Status configure(std::string_view rest) {
    const size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return Status::Invalid("a setting is a key and a value");
    plan_.job.settings.emplace_back(rest.substr(0, blank), unescaped(rest.substr(blank + 1)));
    return Status::OK();
  }
  Status job(const Facts& facts) {
    plan_.job.name = facts.word("job");
    plan_.job.append_only = facts.word("output") == "append";
    plan_.job.num_jobs = facts.number("jobs", 1);
    return Status::OK();
  }
  Status row(std::string_view key, std::string_view rest) {
    if (plan_.job.tables.empty()) return Status::Invalid("a row belongs to a table");
    auto& splits = plan_.job.tables.back().splits;
    if (key == "split") return void(splits.emplace_back()), Status::OK();
    if (splits.empty()) return Status::Invalid("a row belongs to a split");
    std::vector<std::string> cells;
    for (const std::string& cell : split(rest, '\t')) cells.push_back(unescaped(cell));
    splits.back().push_back(std::move(cells));
    return Status::OK();
  }
  Status schedule(const Facts& facts) {
    plan_.schedule = {.seed = facts.number<uint64_t>("seed", 1),
                      .strategy = strategy_of(facts.word("strategy")),
                      .quantum_max = facts.number<int64_t>("quantum", 8),
                      .step_ns = facts.number<int64_t>("step-ns", 20'000)};
    return Status::OK();
  }
  Status preempt(const Facts& facts) {
    plan_.schedule.preemptions.push_back(
        {.step = facts.number<int64_t>("step", 0), .thread = facts.number("thread", 0)});
    return Status::OK();
  }
  Status counts(const Facts& facts) {
    plan_.job.expected_read = facts.number<int64_t>("read", -1);
    plan_.job.expected_late = facts.number<int64_t>("late", -1);
    return Status::OK();
  }
  Status process(const Facts& facts) {
    plan_.processes.push_back({.num_cores = facts.number("cores", 1),
                               .parallelism = facts.number("parallelism", 1),
                               .output_rows_max = facts.number<int64_t>("batch-rows", 64),
                               .standby = facts.word("standby") == "yes",
                               .pace = {.quantum_max = facts.number<int64_t>("poll-rows", 16),
                                        .row_gap_ns = facts.number<int64_t>("row-gap-ns", 0),
                                        .seed = facts.number<uint64_t>("source-seed", 1)},
                               .settings = {}});
    return Status::OK();
  }
  Status setting(std::string_view rest) {
    const size_t blank = rest.find(' ');
    if (plan_.processes.empty() || blank == std::string_view::npos)
      return Status::Invalid("a setting is a key and a value of a process");
    plan_.processes.back().settings.emplace_back(rest.substr(0, blank),
                                                 unescaped(rest.substr(blank + 1)));
    return Status::OK();
  }
  Status fault(const Facts& facts) {
    const auto kind = fault_kind(facts.word("fault"));
    if (!kind) return Status::Invalid("no such fault: '", facts.word("fault"), "'");
    plan_.faults.push_back({.op = facts.number<int64_t>("op", 0),
                            .only = file_op(facts.word("only")),
                            .phase = phase_named(facts.word("phase")),
                            .kind = *kind,
                            .skip = facts.number<int64_t>("skip", 0),
                            .amount = facts.number<uint64_t>("amount", 0)});
    return Status::OK();
  }
  Status incident(const Facts& facts) {
    const auto kind = incident_kind(facts.word("incident"));
    if (!kind) return Status::Invalid("no such incident: '", facts.word("incident"), "'");
    Incident incident = {.kind = *kind,
                         .step = facts.number<int64_t>("step", -1),
                         .op = facts.number<int64_t>("op", -1),
                         .ms = facts.number<int64_t>("ms", -1),
                         .phase = phase_named(facts.word("phase")),
                         .sector = facts.number<int64_t>("sector", 512),
                         .seed = facts.number<uint64_t>("seed", 0),
                         .pause_ms = facts.number<int64_t>("pause-ms", 0),
                         .clock_ms = facts.number<int64_t>("clock-ms", 0)};
    for (size_t i = 0; i < kRules.size(); ++i)
      if (facts.word("leaves") == kRules[i]) incident.rule = static_cast<CrashRule>(i);
    plan_.incidents.push_back(incident);
    return Status::OK();
  }
  Status expect(std::string_view rest) {
    int64_t count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc() || end == rest.data() + rest.size())
      return Status::Invalid("what is expected is a number and a row");
    plan_.job.expected[unescaped(rest.substr(static_cast<size_t>(end + 1 - rest.data())))] = count;
    return Status::OK();
  }

  SimPlan plan_;
};

std::string text_of(const Incident& incident) {
  std::string line = fmt::format("incident {}", to_text(incident.kind));
  if (incident.step >= 0) line += fmt::format(" step {}", incident.step);
  if (incident.op >= 0) line += fmt::format(" op {}", incident.op);
  if (incident.ms >= 0) line += fmt::format(" ms {}", incident.ms);
  if (incident.phase) line += fmt::format(" phase {}", to_text(*incident.phase));
  if (incident.kind == Incident::Kind::kPowerLoss)
    line += fmt::format(" leaves {} sector {} seed {}", kRules[static_cast<size_t>(incident.rule)],
                        incident.sector, incident.seed);
  if (incident.kind == Incident::Kind::kStop) line += fmt::format(" seed {}", incident.seed);
  if (incident.kind == Incident::Kind::kPause)
    line += fmt::format(" pause-ms {}", incident.pause_ms);
  if (incident.kind == Incident::Kind::kClock)
    line += fmt::format(" clock-ms {}", incident.clock_ms);
  return line + "\n";
}

std::string text_of(const Fault& fault) {
  std::string line =
      fmt::format("fault {} op {} amount {}", to_text(fault.kind), fault.op, fault.amount);
  if (fault.only) line += fmt::format(" only {}", to_text(*fault.only));
  if (fault.phase) line += fmt::format(" phase {}", to_text(*fault.phase));
  if (fault.skip > 0) line += fmt::format(" skip {}", fault.skip);
  return line + "\n";
}

std::string text_of(const ProcessOptions& process) {
  std::string text = fmt::format(
      "process cores {} parallelism {} batch-rows {} poll-rows {} row-gap-ns {} source-seed {} "
      "standby {}\n",
      process.num_cores, process.parallelism, process.output_rows_max, process.pace.quantum_max,
      process.pace.row_gap_ns, process.pace.seed, process.standby ? "yes" : "no");
  for (const auto& [key, value] : process.settings)
    text += fmt::format("set {} {}\n", key, escaped(value));
  return text;
}

}  // namespace

std::string scenario_text(const SimPlan& plan) {
  std::string text =
      fmt::format("{}\nseed {} quiet-step {} doomed {}\njob {} output {}{}\nscript {}\n", kHeading,
                  plan.seed, plan.quiet_step, plan.doomed ? "yes" : "no", plan.job.name,
                  plan.job.append_only ? "append" : "changes",
                  plan.job.num_jobs == 1 ? "" : fmt::format(" jobs {}", plan.job.num_jobs),
                  escaped(plan.job.script));
  if (!plan.job.reader_script.empty())
    text += fmt::format("reader {}\n", escaped(plan.job.reader_script));
  if (plan.job.any_lines) text += fmt::format("place {}\n", escaped(plan.job.working_directory));
  for (const auto& [key, value] : plan.job.settings)
    text += fmt::format("configure {} {}\n", key, escaped(value));
  for (const auto& [path, bytes] : plan.job.files)
    text += fmt::format("file {}\t{}\n", escaped(path), escaped(bytes));
  for (const SimTable& table : plan.job.tables) {
    text += fmt::format("table {}\n", escaped(table.declaration));
    for (const auto& rows : table.splits) {
      text += "split\n";
      for (const auto& cells : rows) {
        std::string line;
        for (const std::string& cell : cells) line += (line.empty() ? "" : "\t") + escaped(cell);
        text += "row " + line + "\n";
      }
    }
  }
  text += fmt::format("schedule seed {} strategy {} quantum {} step-ns {}\n", plan.schedule.seed,
                      to_text(plan.schedule.strategy), plan.schedule.quantum_max,
                      plan.schedule.step_ns);
  for (const Preemption& preemption : plan.schedule.preemptions)
    text += fmt::format("preempt step {} thread {}\n", preemption.step, preemption.thread);
  for (const ProcessOptions& process : plan.processes) text += text_of(process);
  for (const Fault& fault : plan.faults) text += text_of(fault);
  for (const Incident& incident : plan.incidents) text += text_of(incident);
  if (plan.job.expected_read >= 0)
    text += fmt::format("counts read {} late {}\n", plan.job.expected_read, plan.job.expected_late);
  for (const auto& [row, count] : plan.job.expected)
    text += fmt::format("expect {} {}\n", count, escaped(row));
  return text;
}

Result<SimPlan> parse_scenario(std::string_view text) {
  Parser parser;
  parser.begin();
  int number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    if (number == 1) {
      if (line == kHeading) continue;
      return Status::Invalid("a scenario begins with '", kHeading, "', but this with '", line, "'");
    }
    if (line.empty() || line.starts_with('#')) continue;
    const Status status = parser.take(line);
    if (!status.ok()) return Status::Invalid("line ", number, ": ", status.message());
  }
  SimPlan plan = parser.take_plan();
  if (plan.processes.empty()) return Status::Invalid("a scenario has at least one process");
  return plan;
}

}  // namespace hw::sim
