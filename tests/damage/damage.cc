// SPDX-License-Identifier: Apache-2.0
//
// Damages checkpoints and topics: damage [--cases N] [--seed N] [NAME…], where a name is a job
// (small_job.cc) or `log`. Without --cases: every damage there is. Prints what became of them;
// exit code 1 when anything went wrong.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "checkpoint_damage.h"
#include "topic_damage.h"

namespace hw {
namespace {

struct DamageArguments {
  size_t cases = 0;  // of all jobs together
  uint64_t seed = 0;
  std::vector<std::string> subjects;
};

DamageArguments parse_arguments(int argc, char** argv) {
  DamageArguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--cases" && i + 1 < argc) {
      arguments.cases = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--seed" && i + 1 < argc) {
      arguments.seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      arguments.subjects.push_back(argument);
    }
  }
  return arguments;
}

bool asked_for(const DamageArguments& arguments, const std::string& name) {
  const std::vector<std::string>& wanted = arguments.subjects;
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

// Adds what became of one subject; returns false when it does not even work undamaged.
bool take(const std::string& subject, const Result<Tally>& tally, Tally& all) {
  if (!tally.ok()) {
    std::printf("damage: %s: %s\n", subject.c_str(), tally.status().ToString().c_str());
    return false;
  }
  std::printf("damage: %s: %lld cases, %lld wrong\n", subject.c_str(),
              static_cast<long long>(tally->total()),
              static_cast<long long>(tally->of(Verdict::kWrong)));
  std::fflush(stdout);
  all.add(*tally);
  return true;
}

int run(const DamageArguments& arguments) {
  Tally all;
  const std::vector<SmallJob> jobs = small_jobs();
  DamageRule rule{.cases = arguments.cases / (jobs.size() + 1), .seed = arguments.seed};
  for (const SmallJob& job : jobs) {
    if (!asked_for(arguments, job.name)) continue;
    if (!take("checkpoints of '" + job.name + "'", damage_checkpoints(job, rule), all)) return 1;
  }
  if (asked_for(arguments, "log") && !take("topics", damage_topics(rule), all)) return 1;
  std::printf("%s", all.to_text().c_str());
  for (const std::string& text : all.wrong) std::printf("WRONG %s\n", text.c_str());
  std::printf("damage: %lld cases: %lld harmless, %lld fell back, %lld stopped, %lld wrong\n",
              static_cast<long long>(all.total()),
              static_cast<long long>(all.of(Verdict::kHarmless)),
              static_cast<long long>(all.of(Verdict::kFellBack)),
              static_cast<long long>(all.of(Verdict::kStopped)),
              static_cast<long long>(all.of(Verdict::kWrong)));
  return all.total() > 0 && all.of(Verdict::kWrong) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hw

int main(int argc, char** argv) { return hw::run(hw::parse_arguments(argc, argv)); }
