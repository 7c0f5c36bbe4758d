// SPDX-License-Identifier: Apache-2.0
//
// Runs golden SQL files in all modes and in some of the rotating ones:
// golden [--update] [--seed N] [--rotation N] [--every] [--mode NAME] [--supported] [PATH…].
// Without a path: tests/sql and tests/plan below the working directory. --every: all rotating
// modes. Without --rotation: HW_ROTATION of the environment says which modes' turn it is.
// Files that end with .test are in the public sqllogictest format; --supported counts what is "not
// supported yet" in them instead of failing.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "sqltest/golden_runner.h"
#include "sqltest/logic_runner.h"

namespace hw {
namespace {

// Of each file, beside the modes that it is always run in.
constexpr size_t kRotatingModes = 2;
constexpr std::string_view kLogicSuffix = ".test";

struct GoldenArguments {
  bool update = false;
  uint64_t seed = 1;
  uint64_t rotation = 0;
  bool every = false;
  std::string only_mode;
  bool supported = false;
  std::vector<std::string> paths;
};

GoldenArguments parse_arguments(int argc, char** argv) {
  GoldenArguments arguments;
  const std::optional<std::string> rotation = real_env().variable("HW_ROTATION");
  if (rotation) arguments.rotation = std::strtoull(rotation->c_str(), nullptr, 10);
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--update") {
      arguments.update = true;
    } else if (argument == "--seed" && i + 1 < argc) {
      arguments.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--rotation" && i + 1 < argc) {
      arguments.rotation = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--every") {
      arguments.every = true;
    } else if (argument == "--supported") {
      arguments.supported = true;
    } else if (argument == "--mode" && i + 1 < argc) {
      arguments.only_mode = argv[++i];
    } else {
      arguments.paths.push_back(argument);
    }
  }
  if (arguments.paths.empty()) arguments.paths = {"tests/sql", "tests/plan"};
  return arguments;
}

Status update_file(Env& env, const std::string& file) {
  HW_ASSIGN_OR_RETURN(const std::string text, read_text_file(env, file));
  HW_ASSIGN_OR_RETURN(const std::string updated, update_golden(text, env));
  if (updated == text) return Status::OK();
  std::printf("updated %s\n", file.c_str());
  return write_text_file(env, file, updated);
}

std::vector<GoldenMode> modes_of(const std::string& file, const GoldenArguments& arguments) {
  std::vector<GoldenMode> modes = golden_modes(arguments.seed);
  const bool all = arguments.every || !arguments.only_mode.empty();
  for (GoldenMode& mode :
       all ? rotating_modes() : rotating_modes_of(file, arguments.rotation, kRotatingModes)) {
    modes.push_back(std::move(mode));
  }
  if (!arguments.only_mode.empty()) {
    std::erase_if(modes, [&](const auto& mode) { return mode.name != arguments.only_mode; });
  }
  return modes;
}

Status run_file(Env& env, const std::string& file, const GoldenArguments& arguments,
                GoldenReport& report, int64_t& unsupported) {
  HW_ASSIGN_OR_RETURN(const std::string text, read_text_file(env, file));
  if (file.ends_with(kLogicSuffix)) {
    HW_ASSIGN_OR_RETURN(const std::vector<LogicRecord> records, parse_logic_file(text));
    report.records += static_cast<int64_t>(records.size());
    for (const GoldenMode& mode : modes_of(file, arguments)) {
      run_logic_file(file, records, mode, env, arguments.supported ? &unsupported : nullptr,
                     report);
    }
    return Status::OK();
  }
  HW_ASSIGN_OR_RETURN(const std::vector<SltRecord> records, parse_slt(text));
  report.records += static_cast<int64_t>(records.size());
  for (const GoldenMode& mode : modes_of(file, arguments)) {
    run_golden(file, records, mode, env, report);
  }
  return Status::OK();
}

/// Golden files and, unless they are to be updated, those of the public format.
Result<std::vector<std::string>> files_at(Env& env, const std::string& path, bool update) {
  HW_ASSIGN_OR_RETURN(std::vector<std::string> files, list_files(env, path, ".slt"));
  if (update || (files.size() == 1 && files[0] == path)) return files;
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> more, list_files(env, path, kLogicSuffix));
  files.insert(files.end(), more.begin(), more.end());
  return files;
}

int run(const GoldenArguments& arguments) {
  Env& env = real_env();
  GoldenReport report;
  size_t num_files = 0;
  int64_t unsupported = 0;
  for (const std::string& path : arguments.paths) {
    const auto files = files_at(env, path, arguments.update);
    if (!files.ok()) {
      std::fprintf(stderr, "golden: %s\n", files.status().message().c_str());
      return 2;
    }
    num_files += files->size();
    for (const std::string& file : *files) {
      const Status status = arguments.update ? update_file(env, file)
                                             : run_file(env, file, arguments, report, unsupported);
      if (!status.ok()) {
        report.failures.push_back(
            {.file = file, .line = 0, .mode = "file", .message = status.message()});
      }
    }
  }
  for (const GoldenFailure& failure : report.failures) {
    std::printf("FAILED %s:%d in mode %s\n  %s\n", failure.file.c_str(), failure.line,
                failure.mode.c_str(), failure.message.c_str());
  }
  if (unsupported > 0) {
    std::printf("not supported yet: %lld checks\n", static_cast<long long>(unsupported));
  }
  std::printf(
      "golden: %zu files, %lld records, %lld checks in all modes (slicing seed %llu, rotation "
      "%llu), "
      "%zu failures\n",
      num_files, static_cast<long long>(report.records), static_cast<long long>(report.checks),
      static_cast<unsigned long long>(arguments.seed),
      static_cast<unsigned long long>(arguments.rotation), report.failures.size());
  return report.failures.empty() && num_files > 0 ? 0 : 1;
}

}  // namespace
}  // namespace hw

int main(int argc, char** argv) { return hw::run(hw::parse_arguments(argc, argv)); }
