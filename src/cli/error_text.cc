// SPDX-License-Identifier: Apache-2.0

#include "cli/error_text.h"

#include "engine/table_layout.h"

namespace hw {
namespace {

constexpr size_t kLineShownMax = 160;

std::string_view line_of(std::string_view script, int line) {
  for (int i = 1; i < line; ++i) {
    const size_t end = script.find('\n');
    if (end == std::string_view::npos) return {};
    script.remove_prefix(end + 1);
  }
  return script.substr(0, script.find('\n'));
}

// Bytes before code point `column` (from 1).
size_t byte_of_column(std::string_view line, int column) {
  size_t i = 0;
  for (int seen = 1; i < line.size() && seen < column; ++seen) {
    do {
      ++i;
    } while (i < line.size() && (static_cast<unsigned char>(line[i]) & 0xC0) == 0x80);
  }
  return i;
}

// A message may quote data: its lines stay, all else a terminal would obey is spelled out.
std::string shown_message(std::string_view message) {
  std::string out;
  while (true) {
    const size_t end = message.find('\n');
    out += terminal_text(message.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    message.remove_prefix(end + 1);
  }
}

}  // namespace

std::string error_text(const Status& status, std::string_view script, std::string_view file,
                       bool color) {
  const char* red = color ? "\x1b[1;31m" : "";
  const char* blue = color ? "\x1b[34m" : "";
  const char* plain = color ? "\x1b[0m" : "";
  std::string out = std::string(red) + "error: " + plain + shown_message(status.message()) + "\n";
  if (status.IsUnknownError()) {
    out += "  this is a defect of headwater: please report it with the script that shows it\n";
  }
  const SqlPosition position = position_of(status);
  if (!position.known()) return out;
  const std::string number = std::to_string(position.line);
  const std::string margin(number.size(), ' ');
  out += margin + blue + "--> " + plain + std::string(file) + ":" + number + ":" +
         std::to_string(position.column) + "\n";
  std::string_view line = line_of(script, position.line);
  size_t before = byte_of_column(line, position.column);
  std::string lead;
  if (line.size() > kLineShownMax) {
    const size_t begin = before > kLineShownMax / 2 ? before - kLineShownMax / 2 : 0;
    if (begin > 0) lead = "... ";
    line = line.substr(begin, kLineShownMax);
    before -= begin;
  }
  std::string shown = lead + std::string(line);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  out += margin + blue + " |" + plain + "\n";
  out += std::string(blue) + number + " | " + plain + shown + "\n";
  out += margin + blue + " | " + plain +
         std::string(lead.size() + display_width(line.substr(0, before)), ' ') + red + "^" + plain +
         "\n";
  return out;
}

}  // namespace hw
