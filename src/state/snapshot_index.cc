// SPDX-License-Identifier: Apache-2.0

#include "state/snapshot_index.h"

#include <cstring>
#include <type_traits>

#include "base/crc32c.h"

namespace hw {
namespace {

constexpr std::string_view kMagic = "HWSTATE\x01";

template <typename T>
void put(std::string& out, T value) {
  static_assert(std::is_integral_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

/// Reads what put() wrote. After a failure everything reads as zero and `ok` stays false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T number() {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  std::string text() {
    const auto length = number<uint32_t>();
    if (length > bytes_.size()) {
      fail();
      return {};
    }
    std::string text(bytes_.substr(0, length));
    bytes_.remove_prefix(length);
    return text;
  }
  /// A count of things of at least `bytes_each` bytes: never more than there can be.
  size_t count(size_t bytes_each) {
    const auto count = number<uint32_t>();
    if (count > bytes_.size() / bytes_each) {
      fail();
      return 0;
    }
    return count;
  }
  bool done() const { return ok_ && bytes_.empty(); }
  bool ok() const { return ok_; }

 private:
  void fail() {
    ok_ = false;
    bytes_ = {};
  }
  std::string_view bytes_;
  bool ok_ = true;
};

void put_table(std::string& out, const SnapshotTable& table) {
  put_text(out, table.name);
  put_text(out, table.kind);
  put(out, static_cast<int32_t>(table.version));
  put(out, static_cast<uint32_t>(table.key_columns.size()));
  for (const int column : table.key_columns) put(out, static_cast<int32_t>(column));
  put_text(out, table.stream);
  put(out, table.checksums.length);
  put(out, static_cast<uint32_t>(table.checksums.blocks.size()));
  for (const uint32_t crc : table.checksums.blocks) put(out, crc);
  put(out, table.num_rows);
  put(out, static_cast<uint32_t>(table.batch_ends.size()));
  for (const int64_t end : table.batch_ends) put(out, end);
  put(out, static_cast<uint32_t>(table.groups.size()));
  for (const auto& [group, first_row] : table.groups) {
    put(out, static_cast<int32_t>(group));
    put(out, first_row);
  }
}

SnapshotTable read_table(Reader& in) {
  SnapshotTable table;
  table.name = in.text();
  table.kind = in.text();
  table.version = in.number<int32_t>();
  for (size_t n = in.count(sizeof(int32_t)); n > 0; --n) {
    table.key_columns.push_back(in.number<int32_t>());
  }
  table.stream = in.text();
  table.checksums.length = in.number<int64_t>();
  for (size_t n = in.count(sizeof(uint32_t)); n > 0; --n) {
    table.checksums.blocks.push_back(in.number<uint32_t>());
  }
  table.num_rows = in.number<int64_t>();
  for (size_t n = in.count(sizeof(int64_t)); n > 0; --n) {
    table.batch_ends.push_back(in.number<int64_t>());
  }
  for (size_t n = in.count(sizeof(int32_t) + sizeof(int64_t)); n > 0; --n) {
    const auto group = in.number<int32_t>();
    table.groups.emplace_back(group, in.number<int64_t>());
  }
  return table;
}

/// Row numbers rise and stay inside the table.
bool is_consistent(const SnapshotTable& table, int num_key_groups) {
  int64_t end = 0;
  for (const int64_t batch_end : table.batch_ends) {
    if (batch_end <= end) return false;
    end = batch_end;
  }
  if (end != table.num_rows) return false;
  int group_before = -1;
  int64_t row_before = -1;
  for (const auto& [group, first_row] : table.groups) {
    if (group <= group_before || group >= num_key_groups) return false;
    if (first_row <= row_before || first_row >= table.num_rows) return false;
    group_before = group;
    row_before = first_row;
  }
  return table.num_rows == 0 || (!table.groups.empty() && table.groups[0].second == 0);
}

}  // namespace

std::pair<int64_t, int64_t> SnapshotTable::rows_of(KeyGroupRange range) const {
  int64_t begin = num_rows;
  int64_t end = num_rows;
  for (size_t i = groups.size(); i-- > 0;) {
    if (groups[i].first >= range.end) end = groups[i].second;
    if (groups[i].first >= range.begin) begin = groups[i].second;
  }
  return {begin, end};
}

const SnapshotTable* SnapshotIndex::find(std::string_view name) const {
  for (const SnapshotTable& table : tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

std::string encode(const SnapshotIndex& index) {
  std::string out(kMagic);
  put(out, static_cast<int32_t>(index.num_key_groups));
  put(out, static_cast<int32_t>(index.key_groups.begin));
  put(out, static_cast<int32_t>(index.key_groups.end));
  put(out, static_cast<uint32_t>(index.tables.size()));
  for (const SnapshotTable& table : index.tables) put_table(out, table);
  put(out, crc32c(0, out.data(), out.size()));
  return out;
}

Result<SnapshotIndex> decode_snapshot_index(std::string_view bytes) {
  constexpr std::string_view kFamily = "HWSTATE";
  if (!bytes.starts_with(kFamily) || bytes.size() < kMagic.size() + sizeof(uint32_t)) {
    return Status::SerializationError("the stream 'index' is not one of a state snapshot");
  }
  if (bytes[kFamily.size()] != kMagic[kFamily.size()]) {
    return Status::SerializationError("this version reads snapshots of format 1, but this one is ",
                                      static_cast<int>(bytes[kFamily.size()]));
  }
  const std::string_view covered = bytes.substr(0, bytes.size() - sizeof(uint32_t));
  Reader tail(bytes.substr(covered.size()));
  if (tail.number<uint32_t>() != crc32c(0, covered.data(), covered.size())) {
    return Status::SerializationError("the stream 'index' is damaged: wrong checksum");
  }
  Reader in(covered.substr(kMagic.size()));
  SnapshotIndex index;
  index.num_key_groups = in.number<int32_t>();
  index.key_groups.begin = in.number<int32_t>();
  index.key_groups.end = in.number<int32_t>();
  const auto num_tables = in.number<uint32_t>();
  for (uint32_t i = 0; i < num_tables && in.ok(); ++i) index.tables.push_back(read_table(in));
  bool consistent = in.done();
  for (const SnapshotTable& table : index.tables) {
    consistent = consistent && is_consistent(table, index.num_key_groups);
  }
  if (!consistent) {
    return Status::SerializationError("the stream 'index' is damaged: impossible contents");
  }
  return index;
}

}  // namespace hw
