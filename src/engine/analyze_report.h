// SPDX-License-Identifier: Apache-2.0
//
// What EXPLAIN ANALYZE prints when its job has ended: each operator with its figures.

#pragma once

#include <string>
#include <vector>

#include "runtime/job_graph.h"
#include "runtime/worker_metrics.h"

namespace hw {

/// The operators of a job, kept beside it, since the run takes the graph.
class AnalyzeReport {
 public:
  explicit AnalyzeReport(const JobGraph& graph);

  /// A table: one line an operator, instances added up. `skew`: rows of the busiest instance
  /// against the mean of all; selectivity: rows out for each row in.
  std::string text(const std::vector<MetricsReading>& readings, int64_t elapsed_ns) const;

 private:
  struct Line {
    std::string uid;
    std::string vertex;  // `[2]`; empty behind the first of its chain
    std::string name;
    bool source = false;
  };
  std::vector<Line> lines_;
};

}  // namespace hw
