// SPDX-License-Identifier: Apache-2.0

#include "state/row_chunks.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/memory_pool.h>

#include "base/planted.h"

namespace hw {
namespace {

constexpr uint32_t kFirstCapacity = 64;
constexpr size_t kChunkWords = RowChunks::kChunkRows / 64;
/// Row numbers fit 32 bits, and two of the highest are used as marks by the indexes.
constexpr size_t kChunksMax = (size_t{1} << 32) / RowChunks::kChunkRows - 1;

/// What null_chunks() of a column that is never NULL points at. Nobody may write there.
alignas(64) const std::byte kNeverNull[RowChunks::kChunkRows] = {};

bool test_bit(const uint64_t* words, uint32_t i) { return (words[i >> 6] >> (i & 63)) & 1; }
void set_bit(uint64_t* words, uint32_t i) { words[i >> 6] |= uint64_t{1} << (i & 63); }
void clear_bit(uint64_t* words, uint32_t i) { words[i >> 6] &= ~(uint64_t{1} << (i & 63)); }

int stored_width(const RowColumn& column) {
  return column.width == 0 ? static_cast<int>(sizeof(BytesRef)) : column.width;
}

}  // namespace

struct RowChunks::Chunk {
  Chunk(uint32_t chunk_capacity, arrow::MemoryPool* chunk_pool)
      : capacity(chunk_capacity), pool(chunk_pool), arena(chunk_pool) {}
  ~Chunk() {
    if (slab != nullptr && !HW_PLANTED_BUG(56))
      pool->Free(reinterpret_cast<uint8_t*>(slab), slab_bytes);
  }
  uint32_t num_free() const { return capacity - num_live; }

  const uint32_t capacity;
  arrow::MemoryPool* const pool;
  std::byte* slab = nullptr;
  int64_t slab_bytes = 0;
  /// Rows from here on were never used: their bytes are zero.
  uint32_t used_end = 0;
  uint32_t num_live = 0;
  int num_pins = 0;     // the owner's
  bool queued = false;  // in reopen_; the owner's
  uint64_t live[kChunkWords] = {};
  ByteArena arena;
};

RowChunks::RowChunks(std::vector<RowColumn> columns, arrow::MemoryPool* pool)
    : columns_(std::move(columns)), pool_(pool) {
  for (const RowColumn& column : columns_) {
    value_offsets_.push_back(row_bytes_);
    row_bytes_ += stored_width(column);
    has_bytes_ |= column.width == 0;
  }
  for (const RowColumn& column : columns_) {
    null_offsets_.push_back(column.nullable ? row_bytes_ : -1);
    row_bytes_ += column.nullable ? 1 : 0;
  }
  fixed_.resize(columns_.size());
  nulls_.resize(columns_.size());
}

Result<std::shared_ptr<RowChunks::Chunk>> RowChunks::make_chunk(uint32_t capacity, bool zeroed) {
  if (spare_chunk_ != nullptr && spare_chunk_->capacity == capacity) {
    return std::exchange(spare_chunk_, nullptr);
  }
  auto chunk = std::make_shared<Chunk>(capacity, pool_);
  chunk->slab_bytes = row_bytes_ * capacity;
  uint8_t* memory = nullptr;
  HW_TRY(pool_->Allocate(std::max<int64_t>(chunk->slab_bytes, 64), 64, &memory));
  chunk->slab_bytes = std::max<int64_t>(chunk->slab_bytes, 64);
  chunk->slab = reinterpret_cast<std::byte*>(memory);
  if (zeroed) std::memset(chunk->slab, 0, static_cast<size_t>(chunk->slab_bytes));
  return chunk;
}

void RowChunks::set_pointers(uint32_t chunk_index) {
  const Chunk* chunk = chunks_[chunk_index].get();
  for (size_t c = 0; c < columns_.size(); ++c) {
    std::byte* values = nullptr;
    std::byte* nulls = const_cast<std::byte*>(kNeverNull);
    if (chunk != nullptr) {
      values = chunk->slab + value_offsets_[c] * chunk->capacity;
      if (null_offsets_[c] >= 0) nulls = chunk->slab + null_offsets_[c] * chunk->capacity;
    }
    fixed_[c][chunk_index] = values;
    nulls_[c][chunk_index] = nulls;
  }
}

Status RowChunks::enlarge_first_chunk() {
  const Chunk& old = *chunks_[0];
  const uint32_t capacity = std::min(old.capacity * 4, kChunkRows);
  HW_ASSIGN_OR_RETURN(std::shared_ptr<Chunk> grown, make_chunk(capacity));
  const auto copy = [&](int64_t offset, int64_t width) {
    std::memcpy(grown->slab + offset * capacity, old.slab + offset * old.capacity,
                static_cast<size_t>(width * old.capacity));
  };
  for (size_t c = 0; c < columns_.size(); ++c) {
    copy(value_offsets_[c], stored_width(columns_[c]));
    if (null_offsets_[c] >= 0) copy(null_offsets_[c], 1);
  }
  std::memcpy(grown->live, old.live, sizeof(old.live));
  grown->used_end = old.used_end;
  grown->num_live = old.num_live;
  grown->arena = old.arena;
  next_ = old.capacity;
  next_end_ = capacity;
  chunks_[0] = std::move(grown);
  set_pointers(0);
  return Status::OK();
}

Status RowChunks::grow() {
  HW_DCHECK(!has_room());
  const auto previous = open_chunk_;
  open_chunk_ = -1;
  if (previous >= 0 && chunks_[static_cast<size_t>(previous)] != nullptr) {
    // What was erased while the chunk was open could not be queued then.
    Chunk& chunk = *chunks_[static_cast<size_t>(previous)];
    if (!chunk.queued && chunk.num_free() * 8 >= chunk.capacity) {
      chunk.queued = true;
      reopen_.push_back(static_cast<uint32_t>(previous));
    }
  }
  while (!reopen_.empty()) {
    const uint32_t chunk_index = reopen_.back();
    reopen_.pop_back();
    if (chunks_[chunk_index] == nullptr) continue;
    open_holes(chunk_index);
    if (has_room()) return Status::OK();
  }
  if (chunks_.size() == 1 && chunks_[0] != nullptr && chunks_[0]->capacity < kChunkRows) {
    open_chunk_ = 0;
    return enlarge_first_chunk();
  }
  HW_ASSIGN_OR_RETURN(std::shared_ptr<Chunk> chunk,
                      make_chunk(chunks_.empty() ? kFirstCapacity : kChunkRows));
  uint32_t chunk_index;
  if (!empty_chunks_.empty()) {
    chunk_index = empty_chunks_.back();
    empty_chunks_.pop_back();
  } else {
    if (chunks_.size() >= kChunksMax) {
      return Status::CapacityError("a state table holds at most 2^32 rows");
    }
    chunk_index = static_cast<uint32_t>(chunks_.size());
    chunks_.emplace_back();
    for (size_t c = 0; c < columns_.size(); ++c) {
      fixed_[c].push_back(nullptr);
      nulls_[c].push_back(nullptr);
    }
    changed_.emplace_back();
    added_.emplace_back();
    erased_.emplace_back();
  }
  chunks_[chunk_index] = std::move(chunk);
  set_pointers(chunk_index);
  open_holes(chunk_index);
  return Status::OK();
}

void RowChunks::open_holes(uint32_t chunk_index) {
  Chunk& chunk = *chunks_[chunk_index];
  chunk.queued = false;
  open_chunk_ = chunk_index;
  const uint32_t base = chunk_index << kRowChunkShift;
  const Bits& erased = erased_[chunk_index];
  for (uint32_t i = chunk.used_end; i-- > 0;) {
    if (test_bit(chunk.live, i)) continue;
    if (!erased.empty() && test_bit(erased.data(), i)) continue;
    holes_.push_back(base + i);
  }
  next_ = base + chunk.used_end;
  next_end_ = base + chunk.capacity;
}

RowChunks::Chunk& RowChunks::writable(uint32_t chunk_index) {
  Chunk& chunk = *chunks_[chunk_index];
  if (chunk.num_pins == 0) [[likely]]
    return chunk;
  return copy_pinned(chunk_index);
}

RowChunks::Chunk& RowChunks::copy_pinned(uint32_t chunk_index) {
  const Chunk& chunk = *chunks_[chunk_index];
  auto copy = make_chunk(chunk.capacity, /*zeroed=*/false);
  HW_CHECK(copy.ok());
  Chunk& fresh = **copy;
  std::memcpy(fresh.slab, chunk.slab, static_cast<size_t>(chunk.slab_bytes));
  std::memcpy(fresh.live, chunk.live, sizeof(chunk.live));
  fresh.used_end = chunk.used_end;
  fresh.num_live = chunk.num_live;
  fresh.queued = chunk.queued;
  fresh.arena = chunk.arena;
  chunks_[chunk_index] = *std::move(copy);
  set_pointers(chunk_index);
  return fresh;
}

void RowChunks::mark_changed(uint32_t row) {
  Bits& bits = changed_[row >> kRowChunkShift];
  if (bits.empty()) bits.resize(kChunkWords);
  set_bit(bits.data(), row & kRowChunkMask);
}

void RowChunks::touch_rows(std::span<const uint32_t> rows) {
  for (const uint32_t row : rows) {
    writable(row >> kRowChunkShift);
    if (tracking_) mark_changed(row);
  }
}

/// True when the row is younger than the last pin: then no delta has to know of it.
bool RowChunks::forget_added(uint32_t row) {
  Bits& added = added_[row >> kRowChunkShift];
  const uint32_t in_chunk = row & kRowChunkMask;
  if (added.empty() || !test_bit(added.data(), in_chunk)) return false;
  clear_bit(added.data(), in_chunk);
  clear_bit(changed_[row >> kRowChunkShift].data(), in_chunk);
  return true;
}

void RowChunks::zero_row(const Chunk& chunk, uint32_t in_chunk) {
  for (size_t c = 0; c < columns_.size(); ++c) {
    const auto width = static_cast<size_t>(stored_width(columns_[c]));
    std::memset(chunk.slab + value_offsets_[c] * chunk.capacity + in_chunk * width, 0, width);
    if (null_offsets_[c] >= 0) {
      chunk.slab[null_offsets_[c] * chunk.capacity + in_chunk] = std::byte{0};
    }
  }
}

void RowChunks::added(uint32_t row) {
  Chunk& chunk = writable(row >> kRowChunkShift);
  const uint32_t in_chunk = row & kRowChunkMask;
  if (in_chunk < chunk.used_end) {
    zero_row(chunk, in_chunk);
  } else {
    chunk.used_end = in_chunk + 1;
  }
  set_bit(chunk.live, in_chunk);
  ++chunk.num_live;
  ++num_rows_;
  if (!tracking_) return;
  mark_changed(row);
  Bits& bits = added_[row >> kRowChunkShift];
  if (bits.empty()) bits.resize(kChunkWords);
  set_bit(bits.data(), in_chunk);
}

void RowChunks::erase(uint32_t row) {
  const uint32_t chunk_index = row >> kRowChunkShift;
  const uint32_t in_chunk = row & kRowChunkMask;
  Chunk& chunk = writable(chunk_index);
  HW_DCHECK(test_bit(chunk.live, in_chunk));
  clear_bit(chunk.live, in_chunk);
  --chunk.num_live;
  --num_rows_;
  for (size_t c = 0; has_bytes_ && c < columns_.size(); ++c) {
    if (columns_[c].width == 0) chunk.arena.forget(bytes_ref(static_cast<int>(c), row));
  }
  if (tracking_ && !forget_added(row)) {
    Bits& bits = erased_[chunk_index];
    if (bits.empty()) bits.resize(kChunkWords);
    set_bit(bits.data(), in_chunk);
    return;
  }
  queue_for_reuse(chunk_index);
}

// After rows were freed. Chunks with rows that wait for the next pin stay until then.
void RowChunks::queue_for_reuse(uint32_t chunk_index) {
  if (chunk_index == open_chunk_) return;
  Chunk& chunk = *chunks_[chunk_index];
  if (chunk.num_live == 0 && erased_[chunk_index].empty()) {
    release_chunk(chunk_index);
  } else if (!chunk.queued && chunk.num_free() * 8 >= chunk.capacity) {
    chunk.queued = true;
    reopen_.push_back(chunk_index);
  }
}

void RowChunks::release_chunk(uint32_t chunk_index) {
  std::shared_ptr<Chunk> chunk = std::exchange(chunks_[chunk_index], nullptr);
  if (chunk->queued) std::erase(reopen_, chunk_index);
  set_pointers(chunk_index);
  empty_chunks_.push_back(chunk_index);
  if (spare_chunk_ == nullptr && chunk->num_pins == 0 && chunk->capacity == kChunkRows) {
    // One is kept, so that a table that breathes does not allocate each time.
    std::memset(chunk->slab, 0, static_cast<size_t>(chunk->slab_bytes));
    chunk->used_end = 0;
    chunk->queued = false;
    chunk->arena.clear();
    spare_chunk_ = std::move(chunk);
  }
}

void RowChunks::clear() {
  next_ = next_end_ = 0;
  holes_.clear();
  reopen_.clear();
  open_chunk_ = -1;
  num_rows_ = 0;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    changed_[i].clear();
    added_[i].clear();
    erased_[i].clear();
  }
  // Rows are numbered from 0 again, upwards, whatever is kept: logs rely on it.
  size_t num_kept = 0;
  while (num_kept < chunks_.size() && chunks_[num_kept] != nullptr &&
         chunks_[num_kept]->num_pins == 0) {
    ++num_kept;
  }
  empty_chunks_.clear();
  for (size_t i = chunks_.size(); i-- > 0;) {
    const auto chunk_index = static_cast<uint32_t>(i);
    if (i >= num_kept) {
      chunks_[i] = nullptr;
      set_pointers(chunk_index);
      empty_chunks_.push_back(chunk_index);
      continue;
    }
    Chunk& chunk = *chunks_[i];
    std::memset(chunk.slab, 0, static_cast<size_t>(chunk.slab_bytes));
    std::memset(chunk.live, 0, sizeof(chunk.live));
    chunk.used_end = 0;
    chunk.num_live = 0;
    chunk.arena.clear();
    chunk.queued = true;
    reopen_.push_back(chunk_index);
  }
}

std::string_view RowChunks::bytes(int column, uint32_t row) const {
  return chunks_[row >> kRowChunkShift]->arena.view(bytes_ref(column, row));
}

void RowChunks::set_bytes(int column, uint32_t row, std::string_view value) {
  Chunk& chunk = *chunks_[row >> kRowChunkShift];
  HW_DCHECK(chunk.num_pins == 0);
  auto& ref = reinterpret_cast<BytesRef*>(
      fixed_[static_cast<size_t>(column)][row >> kRowChunkShift])[row & kRowChunkMask];
  const BytesRef stored = chunk.arena.store(value);
  chunk.arena.forget(ref);
  ref = stored;
  if (chunk.arena.wasteful()) compact_bytes(row >> kRowChunkShift);
}

void RowChunks::compact_bytes(uint32_t chunk_index) {
  // Rows that wait in erased_ keep their bytes too: unused rows are the only ones that may dangle,
  // and those are zeroed before they are used again.
  Chunk& chunk = *chunks_[chunk_index];
  const Bits& erased = erased_[chunk_index];
  ByteArena fresh(pool_);
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].width != 0) continue;
    auto* refs = reinterpret_cast<BytesRef*>(chunk.slab + value_offsets_[c] * chunk.capacity);
    for (uint32_t i = 0; i < chunk.used_end; ++i) {
      if (refs[i].is_inline()) continue;
      if (!test_bit(chunk.live, i) && (erased.empty() || !test_bit(erased.data(), i))) {
        std::memset(&refs[i], 0, sizeof(BytesRef));
        continue;
      }
      refs[i] = fresh.store(chunk.arena.view(refs[i]));
    }
  }
  chunk.arena = std::move(fresh);
}

bool RowChunks::is_live(uint32_t row) const {
  const size_t chunk_index = row >> kRowChunkShift;
  return chunk_index < chunks_.size() && chunks_[chunk_index] != nullptr &&
         test_bit(chunks_[chunk_index]->live, row & kRowChunkMask);
}

ColumnsWithoutNulls RowChunks::columns_without_nulls(size_t num_rows) const {
  ColumnsWithoutNulls found;
  // A byte in its turn takes less than a sixteenth of one anywhere.
  if (num_rows * 16 < end_row()) return found;
  for (size_t c = 0; c < columns_.size(); ++c) {
    std::byte any{0};
    for (size_t i = 0; null_offsets_[c] >= 0 && i < chunks_.size() && any == std::byte{0}; ++i) {
      if (chunks_[i] == nullptr) continue;
      const std::byte* nulls = nulls_[c][i];
      for (uint32_t row = 0; row < chunks_[i]->used_end; ++row) any |= nulls[row];
    }
    if (any == std::byte{0}) found.add(static_cast<int>(c));
  }
  return found;
}

uint32_t RowChunks::scan(uint32_t from, size_t rows_max, std::vector<uint32_t>& rows) const {
  size_t num_found = 0;
  uint32_t row = from & ~uint32_t{63};
  while (row < end_row() && num_found < rows_max) {
    const Chunk* chunk = chunks_[row >> kRowChunkShift].get();
    const uint32_t in_chunk = row & kRowChunkMask;
    if (chunk == nullptr || in_chunk >= chunk->used_end) {
      row = (row & ~kRowChunkMask) + kChunkRows;
      continue;
    }
    uint64_t word = chunk->live[in_chunk >> 6];
    if (row < from) word &= ~uint64_t{0} << (from - row);
    for (; word != 0; word &= word - 1) {
      rows.push_back(row + static_cast<uint32_t>(__builtin_ctzll(word)));
      ++num_found;
    }
    row += 64;
  }
  return std::min(row, end_row());
}

int64_t RowChunks::num_bytes() const {
  int64_t bytes = spare_chunk_ ? spare_chunk_->slab_bytes : 0;
  for (const auto& chunk : chunks_) {
    if (chunk) bytes += chunk->slab_bytes + chunk->arena.num_bytes() + int64_t{sizeof(Chunk)};
  }
  return bytes;
}

std::shared_ptr<const RowChunks> RowChunks::pin() {
  auto copy = std::make_shared<RowChunks>(columns_, pool_);
  copy->chunks_ = chunks_;
  copy->fixed_ = fixed_;
  copy->nulls_ = nulls_;
  copy->num_rows_ = num_rows_;
  copy->changed_ = std::exchange(changed_, std::vector<Bits>(chunks_.size()));
  copy->erased_ = std::exchange(erased_, std::vector<Bits>(chunks_.size()));
  added_.assign(chunks_.size(), Bits());
  for (uint32_t i = 0; i < chunks_.size(); ++i) {
    if (chunks_[i] == nullptr) continue;
    ++chunks_[i]->num_pins;
    // Erased rows of the time before are free now.
    if (!copy->erased_[i].empty()) queue_for_reuse(i);
  }
  track_changes();
  return copy;
}

void RowChunks::release(const RowChunks& pinned) {
  for (const std::shared_ptr<Chunk>& chunk : pinned.chunks_) {
    if (chunk != nullptr) --chunk->num_pins;
  }
}

bool RowChunks::is_changed(uint32_t row) const {
  const size_t chunk_index = row >> kRowChunkShift;
  return chunk_index < changed_.size() && !changed_[chunk_index].empty() &&
         test_bit(changed_[chunk_index].data(), row & kRowChunkMask);
}

bool RowChunks::is_erased(uint32_t row) const {
  const size_t chunk_index = row >> kRowChunkShift;
  return chunk_index < erased_.size() && !erased_[chunk_index].empty() &&
         test_bit(erased_[chunk_index].data(), row & kRowChunkMask);
}

void RowChunks::find_changed(std::span<const RowChunks* const> pins,
                             std::vector<uint32_t>& rows) const {
  Bits changed;
  for (size_t c = 0; c < chunks_.size(); ++c) {
    if (chunks_[c] == nullptr) continue;
    changed.assign(kChunkWords, 0);
    for (const RowChunks* pin : pins) {
      if (c >= pin->changed_.size() || pin->changed_[c].empty()) continue;
      for (size_t w = 0; w < kChunkWords; ++w) changed[w] |= pin->changed_[c][w];
    }
    const uint32_t base = static_cast<uint32_t>(c) << kRowChunkShift;
    for (size_t w = 0; w < kChunkWords; ++w) {
      for (uint64_t word = changed[w] & chunks_[c]->live[w]; word != 0; word &= word - 1) {
        rows.push_back(base + static_cast<uint32_t>(w * 64) +
                       static_cast<uint32_t>(__builtin_ctzll(word)));
      }
    }
  }
}

void RowChunks::find_erased(std::vector<uint32_t>& rows) const {
  for (size_t c = 0; c < erased_.size(); ++c) {
    const uint32_t base = static_cast<uint32_t>(c) << kRowChunkShift;
    for (size_t w = 0; w < erased_[c].size(); ++w) {
      for (uint64_t word = erased_[c][w]; word != 0; word &= word - 1) {
        rows.push_back(base + static_cast<uint32_t>(w * 64) +
                       static_cast<uint32_t>(__builtin_ctzll(word)));
      }
    }
  }
}

}  // namespace hw
