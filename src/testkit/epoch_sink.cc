// SPDX-License-Identifier: Apache-2.0

#include "testkit/epoch_sink.h"

#include <algorithm>
#include <map>
#include <utility>

namespace hw {
namespace {

// A committable is lines: the epoch's name, then its rows.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

class EpochWriter final : public SinkWriter {
 public:
  EpochWriter(std::shared_ptr<EpochOutput> output, const SinkContext& context)
      : output_(std::move(output)), context_(context) {}

  Status write(const Batch& batch) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    for (int64_t row = 0; row < dense.num_rows(); ++row)
      rows_ += dense.slice(row, 1).to_text() + "\n";
    return Status::OK();
  }
  Result<std::vector<Committable>> prepare(int64_t checkpoint) override {
    if (rows_.empty()) return std::vector<Committable>{};
    std::string bytes = std::to_string(context_.attempt) + "/" + std::to_string(context_.subtask) +
                        "/" + std::to_string(checkpoint) + "\n" + std::exchange(rows_, {});
    return std::vector<Committable>{std::move(bytes)};
  }
  Status commit(const Committable& committable) override {
    std::vector<std::string> lines = lines_of(committable);
    const std::string epoch = lines.front();
    lines.erase(lines.begin());
    output_->show(epoch, lines);
    return Status::OK();
  }
  Status recover(std::span<const Committable> pending) override {
    for (const Committable& committable : pending) HW_TRY(commit(committable));
    return Status::OK();
  }

 private:
  const std::shared_ptr<EpochOutput> output_;
  const SinkContext context_;
  std::string rows_;
};

class EpochSink final : public Sink {
 public:
  explicit EpochSink(std::shared_ptr<EpochOutput> output) : output_(std::move(output)) {}
  RowKindSet accepts() const override { return RowKindSet::all(); }
  Guarantee guarantee() const override { return Guarantee::kExactlyOnce; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    return std::make_unique<EpochWriter>(output_, context);
  }
  Description describe() const override { return {.name = "Epochs", .details = {}}; }

 private:
  const std::shared_ptr<EpochOutput> output_;
};

}  // namespace

void EpochOutput::show(const std::string& epoch, const std::vector<std::string>& rows) {
  if (!epochs_.insert(epoch).second) {
    ++num_repeated_;
    return;
  }
  rows_.insert(rows_.end(), rows.begin(), rows.end());
}

std::vector<std::string> EpochOutput::rows() const {
  std::vector<std::string> rows = rows_;
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::string> EpochOutput::folded() const {
  std::map<std::string, int> counts;
  for (const std::string& row : rows_) {
    const size_t bracket = row.find('[');
    const std::string kind = row.substr(0, bracket);
    counts[row.substr(bracket)] += kind == "-U" || kind == "-D" ? -1 : 1;
  }
  std::vector<std::string> rows;
  // A row that was taken away once too often is shown as such, and so are two equal ones.
  for (const auto& [row, count] : counts)
    if (count != 0) rows.push_back(row + " x " + std::to_string(count));
  return rows;
}

std::shared_ptr<Sink> make_epoch_sink(std::shared_ptr<EpochOutput> output) {
  return std::make_shared<EpochSink>(std::move(output));
}

}  // namespace hw
