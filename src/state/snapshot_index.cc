// SPDX-License-Identifier: Apache-2.0

#include "state/snapshot_index.h"

#include <cstring>
#include <type_traits>
#include <utility>

#include "base/crc32c.h"

namespace hw {
namespace {

constexpr std::string_view kMagic = "HWSTATE\x02";

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

void put_numbers(std::string& out, const std::vector<int>& numbers) {
  put(out, static_cast<uint32_t>(numbers.size()));
  for (const int number : numbers) put(out, static_cast<int32_t>(number));
}

std::vector<int> read_numbers(Reader& in) {
  std::vector<int> numbers;
  for (size_t n = in.count(sizeof(int32_t)); n > 0; --n) numbers.push_back(in.number<int32_t>());
  return numbers;
}

void put_piece(std::string& out, const SnapshotPiece& piece) {
  put_text(out, piece.stream);
  put(out, piece.checksums.length);
  put(out, static_cast<uint32_t>(piece.checksums.blocks.size()));
  for (const uint32_t crc : piece.checksums.blocks) put(out, crc);
  put(out, piece.num_rows);
  put(out, static_cast<uint32_t>(piece.batch_ends.size()));
  for (const int64_t end : piece.batch_ends) put(out, end);
  put(out, static_cast<uint32_t>(piece.groups.size()));
  for (const auto& [group, first_row] : piece.groups) {
    put(out, static_cast<int32_t>(group));
    put(out, first_row);
  }
}

SnapshotPiece read_piece(Reader& in) {
  SnapshotPiece piece;
  piece.stream = in.text();
  piece.checksums.length = in.number<int64_t>();
  for (size_t n = in.count(sizeof(uint32_t)); n > 0; --n) {
    piece.checksums.blocks.push_back(in.number<uint32_t>());
  }
  piece.num_rows = in.number<int64_t>();
  for (size_t n = in.count(sizeof(int64_t)); n > 0; --n) {
    piece.batch_ends.push_back(in.number<int64_t>());
  }
  for (size_t n = in.count(sizeof(int32_t) + sizeof(int64_t)); n > 0; --n) {
    const auto group = in.number<int32_t>();
    piece.groups.emplace_back(group, in.number<int64_t>());
  }
  return piece;
}

void put_table(std::string& out, const SnapshotTable& table) {
  put_text(out, table.name);
  put_text(out, table.kind);
  put(out, static_cast<int32_t>(table.version));
  put_numbers(out, table.key_columns);
  put_numbers(out, table.identity);
  put(out, static_cast<int32_t>(table.drop_column));
  put(out, table.live_rows);
  put_piece(out, table.base());
  put(out, static_cast<uint32_t>(table.deltas.size()));
  for (const SnapshotDelta& delta : table.deltas) {
    put(out, static_cast<uint32_t>(delta.drops.size()));
    for (const int64_t value : delta.drops) put(out, value);
    put_piece(out, delta.removed);
    put_piece(out, delta.changed);
  }
}

SnapshotTable read_table(Reader& in) {
  SnapshotTable table;
  table.name = in.text();
  table.kind = in.text();
  table.version = in.number<int32_t>();
  table.key_columns = read_numbers(in);
  table.identity = read_numbers(in);
  table.drop_column = in.number<int32_t>();
  table.live_rows = in.number<int64_t>();
  table.set_base(read_piece(in));
  for (size_t n = in.count(3 * sizeof(uint32_t)); n > 0; --n) {
    SnapshotDelta& delta = table.deltas.emplace_back();
    for (size_t d = in.count(sizeof(int64_t)); d > 0; --d) {
      delta.drops.push_back(in.number<int64_t>());
    }
    delta.removed = read_piece(in);
    delta.changed = read_piece(in);
  }
  return table;
}

/// Row numbers rise and stay inside the piece.
bool is_consistent(const SnapshotPiece& piece, int num_key_groups) {
  if (piece.stream.empty() && (piece.num_rows != 0 || piece.checksums.length != 0)) return false;
  int64_t end = 0;
  for (const int64_t batch_end : piece.batch_ends) {
    if (batch_end <= end) return false;
    end = batch_end;
  }
  if (end != piece.num_rows) return false;
  int group_before = -1;
  int64_t row_before = -1;
  for (const auto& [group, first_row] : piece.groups) {
    if (group <= group_before || group >= num_key_groups) return false;
    if (first_row <= row_before || first_row >= piece.num_rows) return false;
    group_before = group;
    row_before = first_row;
  }
  return piece.num_rows == 0 || (!piece.groups.empty() && piece.groups[0].second == 0);
}

bool is_consistent(const SnapshotTable& table, int num_key_groups) {
  if (!is_consistent(table.base(), num_key_groups)) return false;
  bool drops = false;
  for (const SnapshotDelta& delta : table.deltas) {
    if (!is_consistent(delta.removed, num_key_groups)) return false;
    if (!is_consistent(delta.changed, num_key_groups)) return false;
    drops = drops || !delta.drops.empty();
  }
  for (const int column : table.identity) {
    if (column < 0) return false;
  }
  return (!drops || table.drop_column >= 0) && table.live_rows >= 0;
}

}  // namespace

std::pair<int64_t, int64_t> SnapshotPiece::rows_of(KeyGroupRange range) const {
  int64_t begin = num_rows;
  int64_t end = num_rows;
  for (size_t i = groups.size(); i-- > 0;) {
    if (groups[i].first >= range.end) end = groups[i].second;
    if (groups[i].first >= range.begin) begin = groups[i].second;
  }
  return {begin, end};
}

void SnapshotTable::set_base(SnapshotPiece piece) {
  stream = std::move(piece.stream);
  checksums = std::move(piece.checksums);
  num_rows = piece.num_rows;
  batch_ends = std::move(piece.batch_ends);
  groups = std::move(piece.groups);
}

std::vector<std::string> SnapshotTable::streams() const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty()) names.push_back(name);
  };
  add(stream);
  for (const SnapshotDelta& delta : deltas) {
    add(delta.removed.stream);
    add(delta.changed.stream);
  }
  return names;
}

std::vector<std::string> SnapshotIndex::streams() const {
  std::vector<std::string> names;
  for (const SnapshotTable& table : tables) {
    for (std::string& name : table.streams()) names.push_back(std::move(name));
  }
  return names;
}

int64_t SnapshotTable::stored_rows() const {
  int64_t rows = num_rows;
  for (const SnapshotDelta& delta : deltas) rows += delta.removed.num_rows + delta.changed.num_rows;
  return rows;
}

int64_t SnapshotTable::stored_bytes() const {
  int64_t bytes = checksums.length;
  for (const SnapshotDelta& delta : deltas) {
    bytes += delta.removed.checksums.length + delta.changed.checksums.length;
  }
  return bytes;
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
    return Status::SerializationError("this version reads snapshots of format 2, but this one is ",
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
