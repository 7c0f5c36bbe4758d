// SPDX-License-Identifier: Apache-2.0
//
// What the benchmarks of the log write, and where.

#pragma once

#include <cstdint>
#include <string>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "columnar/batch.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"

namespace hw::bench {

constexpr int64_t kRowBytes = 100;

/// A batch of rows of two numbers and a text of 80 bytes, with its offset 100.
inline Batch make_rows() {
  std::string text;
  const std::string payload(80, 'x');
  for (int64_t n = 0; n < kBatchRowsMax; ++n) {
    if (n > 0) text += " | ";
    text += "+ " + std::to_string(n) + " " + std::to_string(n * 7) + " " + payload;
  }
  return *parse_batch(*parse_schema("id BIGINT, price BIGINT, extra STRING"), text);
}

inline void remove(const std::string& directory) {
  (void)real_env().locate(directory)->files->DeleteDir(directory);
}

}  // namespace hw::bench
