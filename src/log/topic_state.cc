// SPDX-License-Identifier: Apache-2.0

#include "log/topic_state.h"

#include <algorithm>
#include <tuple>

#include "log/file_names.h"
#include "log/record_bytes.h"
#include "log/record_fields.h"

namespace hw {
namespace {

constexpr std::string_view kStateMagic{"HWLTOP\0\1", 8};
constexpr size_t kPartitionBytes = 3 * 8 + 4;

bool same_schema(const SchemaPtr& a, const SchemaPtr& b) { return *a == *b; }

}  // namespace

std::string SegmentId::stem() const { return numbered(writer, 16) + "-" + numbered(sequence, 6); }

std::string SegmentId::file_name() const { return stem() + ".seg"; }

std::optional<SegmentId> SegmentId::of_file(std::string_view name, std::string_view suffix) {
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto writer = number_of(name.substr(0, dash), "");
  const auto sequence = number_of(name.substr(dash + 1), suffix);
  if (!writer || !sequence) return std::nullopt;
  return SegmentId{.writer = *writer, .sequence = *sequence};
}

void TimeRange::add(const TimeRange& other) {
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

std::string Piece::index_name() const {
  const std::string first = numbered(first_offset, 20) + "-";
  // A compacted piece may begin and end as one before it did.
  if (compacted) return first + segment.stem() + ".index";
  return first + numbered(last_commit, 16) + ".index";
}

std::string WriterIdentity::to_text() const {
  return "slot " + std::to_string(slot) + " of sink '" + sink + "' of job '" + job +
         "' (generation " + std::to_string(generation) + ")";
}

int64_t TopicState::settled_epoch(const WriterIdentity& identity) const {
  const auto found = settled.find(identity);
  return found == settled.end() ? 0 : found->second;
}

int64_t TopicState::attempt_of(const WriterIdentity& identity) const {
  const auto found = attempts.find(identity.of_job());
  return found == attempts.end() ? 0 : found->second;
}

bool operator==(const TopicState& a, const TopicState& b) {
  const auto values = [](const TopicState& state) {
    return std::tie(state.record, state.wall_ms, state.created_ms, state.options, state.partitions,
                    state.writers, state.settled, state.attempts, state.last_commit);
  };
  return values(a) == values(b) && std::equal(a.schemas.begin(), a.schemas.end(), b.schemas.begin(),
                                              b.schemas.end(), same_schema);
}

std::string encode_state(const TopicState& state) {
  RecordBytes out(kStateMagic);
  out.put(state.record);
  out.put(state.wall_ms);
  out.put(state.last_commit);
  put(out, state.options);
  out.put_count(state.schemas.size());
  for (const SchemaPtr& schema : state.schemas) put_schema(out, *schema);
  out.put_count(state.partitions.size());
  for (const PartitionState& partition : state.partitions) {
    out.put(partition.start_offset);
    out.put(partition.end_offset);
    out.put(partition.writer);
    out.put_count(partition.pieces.size());
    for (const Piece& piece : partition.pieces) put(out, piece);
  }
  out.put_count(state.writers.size());
  for (const auto& [number, writer] : state.writers) {
    out.put(number);
    put(out, writer);
  }
  for (const auto* epochs : {&state.settled, &state.attempts}) {
    out.put_count(epochs->size());
    for (const auto& [identity, number] : *epochs) {
      put(out, identity);
      out.put(number);
    }
  }
  out.put(state.created_ms);
  return std::move(out).sealed();
}

Result<TopicState> decode_state(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const std::string_view body, unsealed(bytes, kStateMagic, "a topic's state"));
  RecordFields in(body);
  TopicState state;
  state.record = in.get_count64();
  state.wall_ms = in.get<int64_t>();
  state.last_commit = in.get_count64();
  state.options = get_options(in);
  const size_t num_schemas = in.get_count(sizeof(uint32_t));
  for (size_t i = 0; i < num_schemas && in.ok(); ++i) state.schemas.push_back(get_schema(in));
  const size_t num_partitions = in.get_count(kPartitionBytes);
  for (size_t i = 0; i < num_partitions && in.ok(); ++i) {
    PartitionState& partition = state.partitions.emplace_back();
    partition.start_offset = in.get_count64();
    partition.end_offset = in.get_count64();
    partition.writer = in.get_count64();
    const size_t num_pieces = in.get_count(kPieceBytesMin);
    for (size_t p = 0; p < num_pieces && in.ok(); ++p) partition.pieces.push_back(get_piece(in));
  }
  const size_t num_writers = in.get_count(sizeof(int64_t) + kIdentityBytes);
  for (size_t i = 0; i < num_writers && in.ok(); ++i) {
    const int64_t number = in.get_count64();
    state.writers[number] = get_writer(in);
  }
  for (auto* epochs : {&state.settled, &state.attempts}) {
    const size_t count = in.get_count(kIdentityBytes + sizeof(int64_t));
    for (size_t i = 0; i < count && in.ok(); ++i) {
      const WriterIdentity identity = get_identity(in);
      (*epochs)[identity] = in.get<int64_t>();
    }
  }
  // States did not end with it at first.
  if (in.ok() && !in.complete()) state.created_ms = in.get_count64();
  if (!in.complete() || state.schemas.empty() || state.partitions.empty()) {
    return log_error(LogErrorKind::kDamaged, "a topic's state has impossible contents");
  }
  return state;
}

}  // namespace hw
