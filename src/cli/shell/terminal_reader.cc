// SPDX-License-Identifier: Apache-2.0
//
// The terminal through libedit. While a line is edited, Ctrl-C is a key like others and no signal.

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <histedit.h>
#include <utility>

#include "cli/shell/line_reader.h"
#include "engine/table_layout.h"

namespace hw {
namespace {

constexpr int kHistoryMax = 1000;
/// More candidates are counted, not listed.
constexpr size_t kListedMax = 200;
constexpr size_t kListWidth = 80;

class TerminalReader final : public LineReader {
 public:
  TerminalReader(const std::vector<std::string>& earlier, CompleteLine complete)
      : complete_(std::move(complete)) {
    // Characters, not bytes, are what the cursor moves over.
    if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1)
      std::setlocale(LC_CTYPE, "C.UTF-8");
    edit_ = el_init("headwater", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, kHistoryMax);
    history(history_, &event, H_SETUNIQUE, 1);
    for (const std::string& statement : earlier) remember(statement);
    if (edit_ == nullptr) return;
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &TerminalReader::prompt_of);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
    el_set(edit_, EL_ADDFN, "headwater-complete", "complete the word",
           &TerminalReader::on_complete);
    el_set(edit_, EL_ADDFN, "headwater-interrupt", "drop the statement",
           &TerminalReader::on_interrupt);
    el_set(edit_, EL_BIND, "^I", "headwater-complete", nullptr);
    el_set(edit_, EL_BIND, "^C", "headwater-interrupt", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    // What people have set for all programs that edit lines so: ~/.editrc.
    el_source(edit_, nullptr);
  }
  ~TerminalReader() override {
    if (edit_ != nullptr) el_end(edit_);
    history_end(history_);
  }
  TerminalReader(const TerminalReader&) = delete;
  TerminalReader& operator=(const TerminalReader&) = delete;

  Line read_line(const std::string& prompt) override {
    prompt_ = prompt;
    interrupted_ = false;
    if (edit_ == nullptr) return {};
    // Before the prompt is shown: by itself libedit does it behind it, and a Ctrl-C or Ctrl-D in
    // between would still be the terminal's own.
    el_set(edit_, EL_PREP_TERM, 1);
    int count = 0;
    const char* text = el_gets(edit_, &count);
    if (interrupted_) {
      std::fputs("\n", stdout);
      std::fflush(stdout);
      return {.how = How::kInterrupted};
    }
    if (text == nullptr || count <= 0) return {};
    std::string line(text, static_cast<size_t>(count));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    return {.how = How::kLine, .text = std::move(line)};
  }

  void remember(const std::string& statement) override {
    HistEvent event;
    history(history_, &event, H_ENTER, statement.c_str());
  }

 private:
  static TerminalReader& self(EditLine* edit) {
    void* reader = nullptr;
    el_get(edit, EL_CLIENTDATA, &reader);
    return *static_cast<TerminalReader*>(reader);
  }
  static char* prompt_of(EditLine* edit) { return self(edit).prompt_.data(); }

  static unsigned char on_interrupt(EditLine* edit, int) {
    self(edit).interrupted_ = true;
    return CC_NEWLINE;
  }

  static unsigned char on_complete(EditLine* edit, int) { return self(edit).insert_completion(); }

  unsigned char insert_completion() {
    const LineInfo* line = el_line(edit_);
    const std::string_view before(line->buffer, static_cast<size_t>(line->cursor - line->buffer));
    const std::string_view after(line->cursor, static_cast<size_t>(line->lastchar - line->cursor));
    const Completion found = complete_(before, after);
    if (found.candidates.empty()) return CC_REFRESH_BEEP;
    const std::string typed(before.substr(before.size() - found.replaces));
    std::string text = shared_beginning(found.candidates);
    const bool decided = found.candidates.size() == 1;
    if (decided) text += ' ';
    if (!decided && text.size() <= typed.size()) {
      list(found.candidates);
      return CC_REDISPLAY;
    }
    // libedit counts characters where it deletes.
    const auto characters =
        std::count_if(typed.begin(), typed.end(), [](char c) { return (c & 0xC0) != 0x80; });
    if (characters > 0) el_deletestr(edit_, static_cast<int>(characters));
    return el_insertstr(edit_, text.c_str()) == -1 ? CC_ERROR : CC_REFRESH;
  }

  static void list(const std::vector<std::string>& candidates) {
    std::string out = "\n";
    if (candidates.size() > kListedMax) {
      out += std::to_string(candidates.size()) + " words are possible: type more letters\n";
    } else {
      size_t width = 0;
      for (const std::string& word : candidates) width = std::max(width, display_width(word) + 2);
      const size_t columns = std::max<size_t>(1, kListWidth / width);
      for (size_t i = 0; i < candidates.size(); ++i) {
        out += terminal_text(candidates[i]);
        const bool ends = (i + 1) % columns == 0 || i + 1 == candidates.size();
        out += ends ? "\n" : std::string(width - display_width(candidates[i]), ' ');
      }
    }
    std::fputs(out.c_str(), stdout);
    std::fflush(stdout);
  }

  const CompleteLine complete_;
  std::string prompt_;
  bool interrupted_ = false;
  EditLine* edit_ = nullptr;
  History* history_ = nullptr;
};

}  // namespace

std::unique_ptr<LineReader> make_terminal_reader(const std::vector<std::string>& history,
                                                 CompleteLine complete) {
  return std::make_unique<TerminalReader>(history, std::move(complete));
}

}  // namespace hw
