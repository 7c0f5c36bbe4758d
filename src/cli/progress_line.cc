// SPDX-License-Identifier: Apache-2.0

#include "cli/progress_line.h"

#include <string>

#include <fmt/format.h>

#include "base/env/env.h"
#include "columnar/constant.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

// Short work needs no line.
constexpr int64_t kQuietNs = 500'000'000;
constexpr int64_t kRedrawNs = 200'000'000;

std::string count_text(double count) {
  constexpr const char* kUnits[] = {"", " k", " M", " G"};
  int unit = 0;
  while (count >= 10'000 && unit < 3) {
    count /= 1000;
    ++unit;
  }
  const int digits = count >= 100 || unit == 0 ? 0 : 1;
  return fmt::format("{:.{}f}{}", count, digits, kUnits[unit]);
}

std::string time_text(int64_t ms) {
  const ColumnPtr column = constant_int(SqlType::timestamp(3), ms, 1);
  return value_text(*column, 0);
}

}  // namespace

ProgressLine::ProgressLine(Env& env, bool enabled)
    : env_(env), enabled_(enabled), started_ns_(env.monotonic_ns()) {}

void ProgressLine::show(const JobProgress& progress, bool bounded) {
  if (!enabled_ || !bounded) return;
  const int64_t now = env_.monotonic_ns();
  if (now - started_ns_ < kQuietNs || now - shown_ns_ < kRedrawNs) return;
  const int64_t since = shown_ns_ == 0 ? started_ns_ : shown_ns_;
  rows_per_second_ = static_cast<double>(progress.rows_read - rows_at_shown_) * 1e9 /
                     static_cast<double>(now - since);
  shown_ns_ = now;
  rows_at_shown_ = progress.rows_read;
  std::string line = "\r\x1b[K" + count_text(static_cast<double>(progress.rows_read)) + " rows, " +
                     count_text(rows_per_second_) + " rows/s";
  if (progress.read.bytes_total > 0) {
    const int64_t percent = progress.read.bytes_done * 100 / progress.read.bytes_total;
    line += ", " + std::to_string(percent) + " %";
  }
  if (progress.watermark_ms != Watermark::kNone && progress.watermark_ms != Watermark::kMax) {
    line += ", watermark " + time_text(progress.watermark_ms);
  }
  (void)env_.write_stderr(line);
  visible_ = true;
}

void ProgressLine::clear() {
  if (!visible_) return;
  (void)env_.write_stderr("\r\x1b[K");
  visible_ = false;
}

}  // namespace hw
