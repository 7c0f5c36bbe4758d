// SPDX-License-Identifier: Apache-2.0
//
// For tests of the log: a directory that goes away, topics of `n BIGINT, s STRING`, and rows as
// text.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "columnar/batch.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "columnar/type_parser.h"
#include "log/topic.h"
#include "log/topic_reader.h"
#include "log/topic_writer.h"

namespace hw {

/// Named for the test that runs; empty at first, removed at its end.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  void clear();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline SchemaPtr scratch_schema() { return *parse_schema("n BIGINT, s STRING"); }

inline Batch scratch_rows(int64_t first, int64_t count) {
  std::string text;
  for (int64_t n = first; n < first + count; ++n) {
    if (n > first) text += " | ";
    text += "+ " + std::to_string(n) + " s" + std::to_string(n);
  }
  return *parse_batch(scratch_schema(), text);
}

inline TopicWriterOptions scratch_writer(const std::string& directory, std::vector<int> partitions,
                                         int64_t attempt = 1, std::string job = "job") {
  TopicWriterOptions options;
  options.directory = directory;
  options.topic = "t";
  options.identity = {.job = std::move(job), .generation = 1, .sink = "sink", .slot = 0};
  options.attempt = attempt;
  options.partitions = std::move(partitions);
  return options;
}

/// `0:7 1:8 @`: offset and first column of every row that can be read from `first` on.
inline Result<std::string> scratch_read(Topic& topic, int partition, int64_t first = 0,
                                        int64_t end = std::numeric_limits<int64_t>::max()) {
  HW_ASSIGN_OR_RETURN(
      const std::unique_ptr<TopicReader> reader,
      TopicReader::open(topic, {.partition = partition, .first_offset = first, .end_offset = end}));
  std::string text;
  while (true) {
    HW_ASSIGN_OR_RETURN(const std::optional<TopicBatch> rows, reader->next());
    if (!rows) return text;
    for (int64_t row = 0; row < rows->batch.num_rows(); ++row) {
      const int64_t offset =
          rows->offsets ? rows->offsets->value<int64_t>(row) : rows->first_offset + row;
      if (!text.empty()) text += ' ';
      text += std::to_string(offset) + ":" + value_text(*rows->batch.column(0), row);
    }
  }
}

inline Result<std::string> scratch_read(Env& env, const std::string& directory, int partition) {
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<Topic> topic, Topic::open(env, directory, "t"));
  return scratch_read(*topic, partition);
}

}  // namespace hw
