// SPDX-License-Identifier: Apache-2.0

#include "operators/limit.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/operator.h"

namespace hw {
namespace {

constexpr std::string_view kSeenName = "rows_seen";

class Limit final : public Operator {
 public:
  explicit Limit(LimitSpec spec) : spec_(spec) {}

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (!batch.insert_only()) {
      return Status::UnknownError("a limit takes inserts only, but its input holds changes");
    }
    const int64_t end =
        spec_.limit > INT64_MAX - spec_.offset ? INT64_MAX : spec_.offset + spec_.limit;
    const int64_t from = std::clamp<int64_t>(spec_.offset - seen_, 0, batch.num_rows());
    const int64_t to = std::clamp<int64_t>(end - seen_, 0, batch.num_rows());
    if (from < to)
      output.emit(to - from == batch.num_rows() ? batch : batch.slice(from, to - from));
    seen_ += batch.num_rows();
    return seen_ >= end ? Flow::kFinished : Flow::kNeedInput;
  }

  Status snapshot(SnapshotWriter& writer) override {
    writer.put(kSeenName, std::string(reinterpret_cast<const char*>(&seen_), sizeof(seen_)));
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    for (const std::string& bytes : reader.get(kSeenName)) {
      int64_t seen = 0;
      if (bytes.size() != sizeof(seen)) {
        return Status::SerializationError("the number of rows a limit has seen has ", sizeof(seen),
                                          " bytes, not ", bytes.size());
      }
      std::memcpy(&seen, bytes.data(), sizeof(seen));
      seen_ += seen;
    }
    return Status::OK();
  }

  Description describe() const override {
    Description description{.name = "Limit", .details = {}};
    description.details.emplace_back("fetch", std::to_string(spec_.limit));
    if (spec_.offset > 0) description.details.emplace_back("offset", std::to_string(spec_.offset));
    return description;
  }

 private:
  const LimitSpec spec_;
  int64_t seen_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_limit(LimitSpec spec) {
  if (spec.limit < 0 || spec.offset < 0) {
    return Status::Invalid("LIMIT and OFFSET must not be negative, but are ", spec.limit, " and ",
                           spec.offset);
  }
  return std::make_unique<Limit>(spec);
}

}  // namespace hw
