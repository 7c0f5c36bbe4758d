// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/live_table.h"

#include <algorithm>
#include <optional>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

#include "base/env/env.h"
#include "engine/result_fold.h"
#include "engine/result_printer.h"
#include "engine/table_layout.h"
#include "runtime/channel.h"
#include "runtime/worker_waker.h"

namespace hw {
namespace {

constexpr int64_t kRedrawNs = 100'000'000;
/// How long a worker waits before it offers a batch again.
constexpr int64_t kFullNs = 1'000'000;
constexpr size_t kTakenMax = 64;

struct TerminalSize {
  size_t rows = 24;
  size_t columns = 80;
};

TerminalSize terminal_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 4 || size.ws_col < 10)
    return {};
  return {size.ws_row, size.ws_col};
}

/// `line` in at most `cells` cells.
std::string cut(std::string_view line, size_t cells) {
  if (display_width(line) <= cells) return std::string(line);
  size_t end = std::min(line.size(), cells);
  while (end > 0 && ((line[end] & 0xC0) == 0x80 || display_width(line.substr(0, end)) >= cells))
    --end;
  return std::string(line.substr(0, end)) + "~";
}

/// What the worker and the shell share; each uses its side of the channel.
struct Handover {
  WorkerWaker worker;
  WorkerWaker shell;
  std::unique_ptr<Channel> channel = make_spsc_channel({}, worker, shell);
};

class HandingReceiver final : public RowReceiver {
 public:
  HandingReceiver(std::shared_ptr<Handover> handover, ResultShape& shape, Env& env)
      : handover_(std::move(handover)), shape_(shape), env_(env) {}

  Status begin(const ResultShape& shape) override {
    shape_ = shape;
    return Status::OK();
  }
  Status receive(const Batch& batch) override {
    Message message = batch;
    while (!handover_->channel->unwanted() && !handover_->channel->offer(message))
      env_.sleep_ns(kFullNs);
    return Status::OK();
  }
  Status end() override { return Status::OK(); }

 private:
  const std::shared_ptr<Handover> handover_;
  ResultShape& shape_;  // the table's, which outlives the job
  Env& env_;
};

class LiveTableOnScreen final : public LiveTable {
 public:
  LiveTableOnScreen(LiveTableOptions options, Env& env) : options_(std::move(options)), env_(env) {}
  ~LiveTableOnScreen() override { handover_->channel->stop_wanting(); }

  std::shared_ptr<RowReceiver> receiver() override {
    return std::make_shared<HandingReceiver>(handover_, shape_, env_);
  }

  Status update() override {
    HW_TRY(take());
    if (!options_.terminal || !changed_) return Status::OK();
    const int64_t now_ns = env_.monotonic_ns();
    if (now_ns - drawn_ns_ < kRedrawNs) return Status::OK();
    drawn_ns_ = now_ns;
    changed_ = false;
    HW_ASSIGN_OR_RETURN(const std::string text, table_text());
    return draw(text);
  }

  Status finish() override {
    HW_TRY(take());
    if (shape_.schema == nullptr) return Status::OK();
    HW_ASSIGN_OR_RETURN(const std::string text, table_text());
    return env_.write_stdout(wiped() + text);
  }

 private:
  Status take() {
    std::vector<Message> messages;
    while (handover_->channel->take(messages, kTakenMax) > 0) {
      for (const Message& message : messages) {
        if (!fold_) fold_.emplace(shape_.schema);
        HW_TRY(fold_->add(std::get<Batch>(message)));
        changed_ = true;
      }
      messages.clear();
      if (fold_ && fold_->num_rows() > options_.rows_max) {
        return Status::Invalid(
            "a result in mode TABLE has at most "
            "'sql-client.execution.max-table-result.rows' = ",
            options_.rows_max,
            " rows; add LIMIT, or SET 'sql-client.execution.result-mode' = "
            "'TABLEAU', which keeps none");
      }
    }
    return Status::OK();
  }

  Result<std::string> table_text() {
    std::string text;
    HW_ASSIGN_OR_RETURN(auto printer, ResultPrinter::make({.schema = shape_.schema,
                                                           .form = OutputForm::kTable,
                                                           .time_zone = options_.time_zone},
                                                          [&](std::string_view part) {
                                                            text += part;
                                                            return Status::OK();
                                                          }));
    HW_TRY(printer->begin());
    if (fold_) {
      HW_ASSIGN_OR_RETURN(const std::vector<Batch> rows, fold_->rows());
      for (const Batch& batch : rows) HW_TRY(printer->print(batch));
    }
    HW_TRY(printer->end());
    return text;
  }

  /// Takes the last picture away.
  std::string wiped() {
    std::string out;
    if (lines_drawn_ > 0) out = "\r\x1b[" + std::to_string(lines_drawn_) + "A\x1b[J";
    lines_drawn_ = 0;
    return out;
  }

  /// As much as the screen holds: the first lines, then the last one, which counts the rows.
  Status draw(std::string_view text) {
    const TerminalSize screen = terminal_size();
    std::vector<std::string> lines;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      lines.push_back(cut(text.substr(0, end), screen.columns - 1));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    const size_t room = screen.rows - 2;
    std::string out = wiped();
    const size_t first = lines.size() > room ? room - 2 : lines.size();
    for (size_t i = 0; i < first; ++i) out += lines[i] + "\n";
    if (first < lines.size()) out += "...\n" + lines.back() + "\n";
    lines_drawn_ = std::min(lines.size(), room);
    return env_.write_stdout(out);
  }

  const LiveTableOptions options_;
  Env& env_;
  const std::shared_ptr<Handover> handover_ = std::make_shared<Handover>();
  ResultShape shape_;  // written before the job starts
  std::optional<ResultFold> fold_;
  bool changed_ = false;
  int64_t drawn_ns_ = 0;
  size_t lines_drawn_ = 0;
};

}  // namespace

std::shared_ptr<LiveTable> make_live_table(LiveTableOptions options, Env& env) {
  return std::make_shared<LiveTableOnScreen>(std::move(options), env);
}

}  // namespace hw
