// SPDX-License-Identifier: Apache-2.0
//
// q10: CSV into a file a minute, an empty success file beside it once its minute is over. A text of
// letters needs no quotes.

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

class MinuteFile {
 public:
  ~MinuteFile() { close(); }

  void open(const std::string& folder, int64_t time) {
    close();
    const DayText day(time / kDayMs);
    day_ = std::string(std::string_view(day));
    path_ = folder + "/dt=" + day_ + "/hm=" + std::string(std::string_view(MinuteText(time)));
    std::filesystem::create_directories(path_);
    file_ = std::fopen((path_ + "/part.csv").c_str(), "w");
    minute_ = time / 60'000;
    // `"2015-07-15 17:05:`
    head_ = "\"" + day_ + " " + std::string(std::string_view(MinuteText(time))) + ":";
  }

  void line(const BidColumns& bid, int64_t i) {
    char* at = line_;
    for (const int64_t number : {bid.auction[i], bid.bidder[i], bid.price[i]}) {
      at = std::to_chars(at, at + 20, number).ptr;
      *at++ = ',';
    }
    std::memcpy(at, head_.data(), head_.size());
    at += head_.size();
    const int64_t ms = bid.time[i] % 60'000;
    *at++ = static_cast<char>('0' + ms / 10'000);
    *at++ = static_cast<char>('0' + ms / 1'000 % 10);
    if (ms % 1'000 != 0) {
      *at++ = '.';
      *at++ = static_cast<char>('0' + ms / 100 % 10);
      *at++ = static_cast<char>('0' + ms / 10 % 10);
      *at++ = static_cast<char>('0' + ms % 10);
    }
    *at++ = '"';
    *at++ = ',';
    text_.append(line_, static_cast<size_t>(at - line_));
    text_.append(bid.extra[i]);
    text_.push_back('\n');
    if (text_.size() > (1 << 20)) write();
  }

 private:
  void write() {
    std::fwrite(text_.data(), 1, text_.size(), file_);
    text_.clear();
  }
  void close() {
    if (file_ == nullptr) return;
    write();
    std::fclose(file_);
    std::fclose(std::fopen((path_ + "/_SUCCESS").c_str(), "w"));
    file_ = nullptr;
  }

  std::FILE* file_ = nullptr;
  int64_t minute_ = 0;
  std::string day_, path_, head_, text_;
  char line_[128];
};

/// Rows that are in files are counted, not kept.
class Rows {
 public:
  explicit Rows(Output& output) : output_(output) {}
  void count() { output_.next(); }

 private:
  Output& output_;
};

}  // namespace

void plain_q10(const EventLog& log, const Surroundings& around, Output& output) {
  MinuteFile file;
  Rows rows(output);
  int64_t minute = -1;
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      if (bid.time[i] / 60'000 != minute) {
        minute = bid.time[i] / 60'000;
        file.open(around.folder, bid.time[i]);
      }
      file.line(bid, i);
      rows.count();
    }
  }
}

}  // namespace hw::bench
