// SPDX-License-Identifier: Apache-2.0

#include "plain_loops.h"

#include <arrow/array/data.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>
#include <deque>
#include <string>

namespace hw::bench {
namespace {

constexpr int64_t kRingRows = 4096;

// A child of a struct column: raw values of the plain storage.
const arrow::ArrayData& child(const Column& row, const char* name) {
  const int i = row.type().field_index(name);
  return *row.values().child_data[static_cast<size_t>(i)];
}

template <typename T>
const T* values(const arrow::ArrayData& data) {
  return reinterpret_cast<const T*>(data.buffers[1]->data()) + data.offset;
}

struct Text {
  const int32_t* offsets;
  const char* bytes;
};
Text text(const arrow::ArrayData& data) {
  return {reinterpret_cast<const int32_t*>(data.buffers[1]->data()) + data.offset,
          reinterpret_cast<const char*>(data.buffers[2]->data())};
}

// Columns that the output of a batch is written into again and again.
struct Q1Ring {
  std::vector<int64_t> auction = std::vector<int64_t>(kRingRows);
  std::vector<int64_t> bidder = std::vector<int64_t>(kRingRows);
  std::vector<__int128> price = std::vector<__int128>(kRingRows);
  std::vector<int64_t> time = std::vector<int64_t>(kRingRows);
  std::vector<int32_t> extra_end = std::vector<int32_t>(kRingRows + 1);
  std::string extra;
};

// One row of a windowed count.
struct CountRow {
  int64_t key;
  int64_t count;
  int64_t start;
  int64_t end;
};

class CountRing {
 public:
  void emit(CountRow row) {
    rows_[static_cast<size_t>(result_.rows_out++ % kRingRows)] = row;
    result_.checksum += static_cast<uint64_t>(row.key) * 31 + static_cast<uint64_t>(row.count);
  }
  LoopResult result() const { return result_; }

 private:
  std::vector<CountRow> rows_ = std::vector<CountRow>(kRingRows);
  LoopResult result_;
};

using Counts = boost::unordered_flat_map<int64_t, int64_t>;

}  // namespace

LoopResult plain_q1(const std::vector<Batch>& batches) {
  LoopResult result;
  Q1Ring ring;
  ring.extra.resize(1 << 20);
  for (const Batch& batch : batches) {
    const int32_t* type = batch.column(0)->data<int32_t>();
    const Column& bid = *batch.column(3);
    const int64_t* auction = values<int64_t>(child(bid, "auction"));
    const int64_t* bidder = values<int64_t>(child(bid, "bidder"));
    const int64_t* price = values<int64_t>(child(bid, "price"));
    const int64_t* time = values<int64_t>(child(bid, "dateTime"));
    const Text extra = text(child(bid, "extra"));
    size_t n = 0;
    int32_t bytes = 0;
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      if (type[i] != 2) continue;
      ring.auction[n] = auction[i];
      ring.bidder[n] = bidder[i];
      ring.price[n] = static_cast<__int128>(price[i]) * 908;
      ring.time[n] = time[i];
      const int32_t length = extra.offsets[i + 1] - extra.offsets[i];
      std::memcpy(ring.extra.data() + bytes, extra.bytes + extra.offsets[i],
                  static_cast<size_t>(length));
      bytes += length;
      ring.extra_end[++n] = bytes;
    }
    result.rows_out += static_cast<int64_t>(n);
    if (n > 0) result.checksum += static_cast<uint64_t>(ring.price[n - 1]);
  }
  return result;
}

LoopResult plain_q2(const std::vector<Batch>& batches) {
  LoopResult result;
  std::vector<int64_t> out_auction(kRingRows);
  std::vector<int64_t> out_price(kRingRows);
  for (const Batch& batch : batches) {
    const int32_t* type = batch.column(0)->data<int32_t>();
    const Column& bid = *batch.column(3);
    const int64_t* auction = values<int64_t>(child(bid, "auction"));
    const int64_t* price = values<int64_t>(child(bid, "price"));
    size_t n = 0;
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      if (type[i] == 2 && auction[i] % 123 == 0) {
        out_auction[n] = auction[i];
        out_price[n] = price[i];
        ++n;
      }
    }
    result.rows_out += static_cast<int64_t>(n);
    if (n > 0) result.checksum += static_cast<uint64_t>(out_price[n - 1]);
  }
  return result;
}

LoopResult plain_tumble_count(const std::vector<Batch>& batches, int64_t size_ms) {
  CountRing ring;
  Counts counts;
  int64_t window = 0;
  const auto close = [&] {
    for (const auto& [key, count] : counts) ring.emit({key, count, window, window + size_ms});
    counts.clear();
  };
  for (const Batch& batch : batches) {
    const int64_t* keys = batch.column(0)->data<int64_t>();
    const int64_t* times = batch.column(1)->data<int64_t>();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      if (times[i] >= window + size_ms) {
        close();
        window = times[i] - times[i] % size_ms;
      }
      ++counts[keys[i]];
    }
  }
  close();
  return ring.result();
}

LoopResult plain_hop_count(const std::vector<Batch>& batches, int64_t size_ms, int64_t slide_ms) {
  CountRing ring;
  std::deque<Counts> panes(1);
  Counts running;
  int64_t pane_start = 0;
  const size_t panes_in_window = static_cast<size_t>(size_ms / slide_ms);
  const auto slide = [&] {
    for (const auto& [key, count] : panes.back()) running[key] += count;
    const int64_t end = pane_start + slide_ms;
    for (const auto& [key, count] : running) ring.emit({key, count, end - size_ms, end});
    if (panes.size() == panes_in_window) {
      for (const auto& [key, count] : panes.front()) {
        const auto entry = running.find(key);
        entry->second -= count;
        if (entry->second == 0) running.erase(entry);
      }
      panes.pop_front();
    }
    panes.emplace_back();
    pane_start += slide_ms;
  };
  for (const Batch& batch : batches) {
    const int64_t* keys = batch.column(0)->data<int64_t>();
    const int64_t* times = batch.column(1)->data<int64_t>();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      if (running.empty() && panes.size() == 1 && panes.back().empty()) {
        pane_start = times[i] - times[i] % slide_ms;
      }
      while (times[i] >= pane_start + slide_ms) slide();
      ++panes.back()[keys[i]];
    }
  }
  for (size_t i = 0; i < panes_in_window; ++i) slide();
  return ring.result();
}

}  // namespace hw::bench
