// SPDX-License-Identifier: Apache-2.0
//
// Random jobs on the engine against the reference:
//
//   random_queries --seed 17              one seed, everything about its failure
//   random_queries --seed 1 --count 1000  seeds 1 to 1000
//   random_queries --seed 1 --seconds 60  seeds from 1 on, until the time is over
//   … --rows 3000                         larger tables (60 rows at most otherwise)
//   … --show                              prints the jobs
//
// Prints each failure, made small, and a last line `jobs=… queries=… runs=… failures=… refused=…
// last_seed=…`. Exit code 1 when there is a failure or a job that the reference cannot answer.

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/env/env.h"
#include "reference/examination.h"

namespace hw::reference {
namespace {

/// What is being examined: said when a check of the engine, or who waits for it, ends the process.
volatile std::sig_atomic_t crash_reports_left = 1;
uint64_t current_seed = 0;

extern "C" void report_crash(int signal) {
  if (crash_reports_left > 0) {
    crash_reports_left = 0;
    // As good as it gets: the process is ending.
    std::printf("CRASHED seed %llu: signal %d\n", static_cast<unsigned long long>(current_seed),
                signal);
    std::fflush(stdout);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

struct Arguments {
  uint64_t seed = 1;
  int64_t count = 1;
  double seconds = 0;
  JobWishes wishes = {.query = {.whole_grammar = true}};
  bool show = false;
};

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--show") arguments.show = true;
    if (i + 1 >= argc) break;
    if (name == "--seed") arguments.seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--count") arguments.count = std::strtoll(argv[i + 1], nullptr, 10);
    if (name == "--seconds") arguments.seconds = std::strtod(argv[i + 1], nullptr);
    if (name == "--rows") arguments.wishes.rows_max = std::strtoll(argv[i + 1], nullptr, 10);
  }
  return arguments;
}

int run(const Arguments& arguments) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGTERM}) std::signal(signal, report_crash);
  Env& env = real_env();
  const int64_t began = env.monotonic_ns();
  int64_t jobs = 0;
  int64_t queries = 0;
  int64_t runs = 0;
  int64_t failures = 0;
  int64_t refused = 0;
  uint64_t seed = arguments.seed;
  for (;; ++seed, ++jobs) {
    const double spent = static_cast<double>(env.monotonic_ns() - began) / 1e9;
    if (arguments.seconds > 0 ? spent >= arguments.seconds : jobs >= arguments.count) break;
    current_seed = seed;
    if (arguments.show) {
      const Result<GeneratedJob> job = generate_job(seed, arguments.wishes);
      std::printf("%s\n", job.ok() ? job->to_text().c_str() : job.status().message().c_str());
    }
    const Verdict verdict = examine(seed, arguments.wishes);
    queries += verdict.queries;
    runs += verdict.runs;
    if (!verdict.refused.empty()) {
      ++refused;
      std::printf("REFUSED seed %llu: %s\n\n", static_cast<unsigned long long>(seed),
                  verdict.refused.c_str());
    }
    for (const Failure& failure : verdict.failures) {
      ++failures;
      // Values may hold bytes that are no text, zeros too.
      const std::string text = "FAILED " + failure.to_text() + "\n";
      std::fwrite(text.data(), 1, text.size(), stdout);
    }
    std::fflush(stdout);
  }
  std::printf("jobs=%lld queries=%lld runs=%lld failures=%lld refused=%lld last_seed=%llu\n",
              static_cast<long long>(jobs), static_cast<long long>(queries),
              static_cast<long long>(runs), static_cast<long long>(failures),
              static_cast<long long>(refused), static_cast<unsigned long long>(seed - 1));
  return failures + refused == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hw::reference

int main(int argc, char** argv) {
  return hw::reference::run(hw::reference::parse_arguments(argc, argv));
}
