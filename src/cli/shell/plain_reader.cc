// SPDX-License-Identifier: Apache-2.0

#include <iostream>

#include "cli/shell/line_reader.h"

namespace hw {
namespace {

class PlainReader final : public LineReader {
 public:
  Line read_line(const std::string&) override {
    Line line;
    if (std::getline(std::cin, line.text)) line.how = How::kLine;
    return line;
  }
};

}  // namespace

std::unique_ptr<LineReader> make_plain_reader() { return std::make_unique<PlainReader>(); }

}  // namespace hw
