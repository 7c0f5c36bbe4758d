// SPDX-License-Identifier: Apache-2.0
//
// Where formats are found. Filled once at start by the generated register_all_formats.

#pragma once

#include <deque>
#include <string_view>

#include "runtime/format.h"

namespace hw {

class FormatCatalogue {
 public:
  void add(FormatRecord record) { records_.push_back(std::move(record)); }
  const FormatRecord* find(std::string_view name) const;
  const std::deque<FormatRecord>& all() const { return records_; }

 private:
  std::deque<FormatRecord> records_;
};

/// Generated: calls register_<name> of every file in src/formats.
void register_all_formats(FormatCatalogue& catalogue);

}  // namespace hw
