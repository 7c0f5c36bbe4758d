// SPDX-License-Identifier: Apache-2.0
//
// What a test feeds to an operator: rows, watermarks and ends per input, ticks of the clock, and
// marks where the output so far is judged. Can be cut anew into other batches.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "runtime/message.h"
#include "testkit/transcript.h"

namespace hw {

struct ScriptStep {
  enum class Kind : uint8_t { kMessage, kClock, kJudge };
  Kind kind = Kind::kMessage;
  int input = 0;
  Message message;
  int64_t clock_ms = 0;
};

class HarnessScript {
 public:
  /// Parses `+ 1 a | -U 1 a | +U 2 b | wm 10 | idle | end | stop`. Rows are columnar/literal.h's;
  /// `wm max` is the greatest watermark, `end` is how bounded input ends (that watermark, then
  /// End), `stop` is a bare End. Fails naming the item that does not parse.
  Status add_input(int input, const SchemaPtr& schema, std::string_view text);
  void add_clock(int64_t ms);
  void add_judgement();

  const std::vector<ScriptStep>& steps() const { return steps_; }
  /// The same with rows that follow each other on one input cut into batches of the sizes that
  /// `next_size` gives. A -U stays with the +U behind it.
  HarnessScript recut(const std::function<int64_t()>& next_size) const;
  /// The rows of one input, to see whether the test itself retracts what is not there.
  Transcript rows_of(int input) const;

 private:
  std::vector<ScriptStep> steps_;
};

/// Parses what a test expects of one port, by the schema of what came out there.
Result<Transcript> parse_expectation(const SchemaPtr& schema, int port, std::string_view text,
                                     const std::vector<int>& upsert_key);

}  // namespace hw
