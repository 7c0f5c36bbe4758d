// SPDX-License-Identifier: Apache-2.0

#include "sim/user_job.h"

#include <map>
#include <optional>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/env.h"

namespace hw::sim {
namespace {

constexpr int64_t kFileBytesMax = 4 << 20;
constexpr size_t kFilesMax = 1000;

/// What of the real disk a run looks for, cut to a sample.
class Sampler {
 public:
  Sampler(Env& real, int64_t lines_max) : real_(real), lines_max_(lines_max) {}

  void bring(const std::string& path, bool contents, Disk& disk) {
    if (path.starts_with(kStateDirectory)) return;
    const Status status = copy(path, contents, disk);
    if (problem_.ok() && !status.ok()) problem_ = status;
  }
  const std::map<std::string, std::string>& files() const { return files_; }
  const Status& problem() const { return problem_; }

 private:
  // Whoever only looks whether a directory is there does not read what is in it.
  Status copy(const std::string& path, bool contents, Disk& disk) {
    HW_ASSIGN_OR_RETURN(const Env::Location at, real_.locate(path));
    HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, at.files->GetFileInfo(at.path));
    if (found.type() == arrow::fs::FileType::File) return copy_file(at, path, disk);
    if (found.type() != arrow::fs::FileType::Directory) return Status::OK();
    HW_TRY(disk.make_directories(normal_path(path)));
    if (!contents) return Status::OK();
    arrow::fs::FileSelector all;
    all.base_dir = at.path;
    all.recursive = true;
    HW_ASSIGN_OR_RETURN(const std::vector<arrow::fs::FileInfo> inside, at.files->GetFileInfo(all));
    for (const arrow::fs::FileInfo& file : inside) {
      if (file.type() != arrow::fs::FileType::File) continue;
      HW_TRY(copy_file({at.files, file.path()}, normal_path(file.path()), disk));
    }
    return Status::OK();
  }

  Status copy_file(const Env::Location& at, const std::string& path, Disk& disk) {
    if (disk.find(path) != nullptr) return Status::OK();
    if (files_.size() >= kFilesMax)
      return not_supported_yet("simulating a job with more than " + std::to_string(kFilesMax) +
                               " input files");
    HW_ASSIGN_OR_RETURN(const auto file, at.files->OpenInputFile(at.path));
    HW_ASSIGN_OR_RETURN(const int64_t size, file->GetSize());
    HW_ASSIGN_OR_RETURN(const auto bytes, file->ReadAt(0, std::min(size, kFileBytesMax)));
    std::string text = bytes->ToString();
    const bool lines = !path.ends_with(".parquet") && !path.ends_with(".gz");
    if (!lines && size > kFileBytesMax)
      return not_supported_yet("sampling '" + path + "', which is not made of lines");
    if (lines) text.resize(end_of_sample(text, size));
    HW_TRY(disk.put(path, text));
    files_[path] = std::move(text);
    return Status::OK();
  }

  size_t end_of_sample(const std::string& text, int64_t size) const {
    size_t end = 0;
    for (int64_t line = 0; line < lines_max_; ++line) {
      const size_t next = text.find('\n', end);
      if (next == std::string::npos)
        return static_cast<int64_t>(text.size()) == size ? text.size() : end;
      end = next + 1;
    }
    return end;
  }

  Env& real_;
  const int64_t lines_max_;
  std::map<std::string, std::string> files_;
  Status problem_;
};

}  // namespace

Result<SearchResult> simulate(const UserSimulation& simulation, Env& real,
                              const std::function<void(const std::string&)>& say) {
  SimPlan plan;
  plan.job = {.name = "script",
              .script = simulation.script,
              .append_only = false,
              .output_directory = "/",
              .any_lines = true,
              .working_directory = simulation.working_directory,
              .settings = simulation.settings};
  plan.schedule.strategy = Strategy::kRunToBlock;
  plan.processes = {{.num_cores = 1, .parallelism = 1, .output_rows_max = 4096}};
  Sampler sampler(real, simulation.lines_max);
  plan.import = [&sampler](const std::string& path, bool contents, Disk& disk) {
    sampler.bring(path, contents, disk);
  };
  SimResult undisturbed = carry_out(plan);
  HW_TRY(sampler.problem());
  if (undisturbed.num_ended_well == 0) return undisturbed.verdict;
  // The sample itself is no output.
  plan.job.files = sampler.files();
  plan.import = nullptr;
  undisturbed = carry_out(plan);
  if (undisturbed.num_ended_well == 0) return undisturbed.verdict;
  if (undisturbed.output.empty())
    return Status::Invalid(
        "the script writes no rows of text into files: there is nothing to "
        "compare");
  plan.job.expected = undisturbed.output;
  plan.job.num_jobs = undisturbed.num_jobs;
  SearchOptions search = simulation.search;
  search.make_job = [job = plan.job](Random&) -> Result<SimJob> { return job; };
  return hw::sim::search(search, real, say);
}

}  // namespace hw::sim
