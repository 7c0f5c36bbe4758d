// SPDX-License-Identifier: Apache-2.0

#include "table.h"

#include <cstdio>

#include "base/assert.h"
#include "micro/interleaved.h"

namespace hw::bench {

void Table::print_head() {
  std::printf("%-43s %8s %8s %8s %9s\n", "ns a value", "offsets", "referred", "views", "by views");
}

void Table::contest(const std::string& path, const Texts& texts, int64_t num_values,
                    const Bodies& bodies) const {
  constexpr int kRounds = 11;
  if (path.find(path_part_) == std::string::npos) return;
  std::vector<double> offsets;
  std::vector<double> referred;
  std::vector<double> views;
  for (int round = 0; round < kRounds; ++round) {
    offsets.push_back(cpu_seconds(bodies.offsets));
    if (bodies.referred) referred.push_back(cpu_seconds(bodies.referred));
    views.push_back(cpu_seconds(bodies.views));
  }
  const double scale = 1e9 / static_cast<double>(num_values);
  std::printf("%-34s %-8s %8.2f ", path.c_str(), texts.name.c_str(), median(offsets) * scale);
  if (bodies.referred) {
    std::printf("%8.2f ", median(referred) * scale);
  } else {
    std::printf("%8s ", "");
  }
  std::printf("%8.2f ", median(views) * scale);
  // Nothing to do for offsets: there is no share.
  if (median(offsets) * scale > 0.05) {
    std::printf("%7.0f %%", 100 * median(offsets) / median(views));
  }
  std::printf("\n");
  std::fflush(stdout);
}

void require_equal(const Column& ours, const ViewColumn& theirs) {
  HW_CHECK(ours.num_rows() == theirs.num_rows());
  for (int64_t row = 0; row < ours.num_rows(); ++row) {
    HW_CHECK(ours.value<std::string_view>(row) == theirs.value(row));
  }
}

}  // namespace hw::bench
