// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_timeout.h"

#include <utility>

namespace hw {
namespace {

class TimedLookup final : public LookupReader {
 public:
  TimedLookup(std::unique_ptr<LookupReader> reader, LookupTimeout rule, OperatorContext& context)
      : reader_(std::move(reader)), rule_(std::move(rule)), context_(context) {}

  Status ask(const LookupKeys& keys) override {
    begin_ms_ = context_.now_ms();
    return reader_->ask(keys);
  }

  Result<Flow> poll(LookupMatches& matches) override {
    HW_ASSIGN_OR_RETURN(const Flow flow, reader_->poll(matches));
    // An answer that has come is taken, however late it is.
    if (flow != Flow::kWaiting || context_.now_ms() - begin_ms_ < rule_.timeout_ms) return flow;
    return Status::IOError("no answer to a lookup in ", rule_.table, " within ", rule_.timeout_ms,
                           " ms ('timeout' of the LOOKUP hint, "
                           "'table.exec.async-lookup.timeout')");
  }

 private:
  const std::unique_ptr<LookupReader> reader_;
  const LookupTimeout rule_;
  OperatorContext& context_;
  int64_t begin_ms_ = 0;
};

}  // namespace

std::unique_ptr<LookupReader> make_lookup_timeout(std::unique_ptr<LookupReader> reader,
                                                  LookupTimeout rule, OperatorContext& context) {
  return std::make_unique<TimedLookup>(std::move(reader), std::move(rule), context);
}

}  // namespace hw
