// SPDX-License-Identifier: Apache-2.0

#include "columnar/bitmap_format.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

namespace hw {
namespace {

/// The values that share their upper 16 bits are one container.
constexpr size_t kContainersMax = 65'536;
constexpr uint32_t kContainerSize = 65'536;
/// A container of more values is bits, one of fewer a list.
constexpr uint32_t kListMax = 4'096;

constexpr uint32_t kPlainCookie = 12'346;
constexpr uint32_t kRunsCookie = 12'347;
/// Fewer containers, of which one has runs, come without the places where they begin.
constexpr size_t kOffsetsFrom = 4;

Status damaged(std::string_view why) {
  return Status::Invalid("the bytes are no BITMAP in the portable format of Roaring bitmaps: ",
                         why);
}

template <typename T>
T number(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}
template <typename T>
void append(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

class Expander {
 public:
  explicit Expander(std::string_view bytes) : all_(bytes), rest_(bytes) {}

  Result<std::string_view> run(std::string& scratch) {
    HW_TRY(read_header());
    if (flags_.empty() || num_containers_ >= kOffsetsFrom) {
      // Where the containers begin; they lie one behind the other anyway.
      if (!skip(num_containers_ * 4)) return too_short();
    }
    if (!flags_.empty()) begin_expanded();
    for (size_t i = 0; i < num_containers_; ++i) {
      const auto size = uint32_t{number<uint16_t>(keys_, i * 4 + 2)} + 1;
      const std::string_view before = rest_;
      if (!flags_.empty() && ((flags_[i / 8] >> (i % 8)) & 1) != 0) {
        HW_TRY(expand_runs(size));
        continue;
      }
      HW_TRY(size > kListMax ? check_bits(size) : check_list(size));
      if (!flags_.empty()) expanded_ += before.substr(0, before.size() - rest_.size());
    }
    if (flags_.empty()) return all_;
    scratch.swap(expanded_);
    return scratch;
  }

 private:
  static Status too_short() { return damaged("they end too early"); }

  bool skip(size_t count) {
    if (rest_.size() < count) return false;
    rest_.remove_prefix(count);
    return true;
  }
  /// The next `count` bytes; empty when they are not there.
  std::string_view take(size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    return skip(count) ? taken : std::string_view();
  }

  Status read_header() {
    const std::string_view cookie = take(4);
    if (cookie.empty()) return too_short();
    const auto word = number<uint32_t>(cookie, 0);
    if ((word & 0xFFFF) == kRunsCookie) {
      num_containers_ = (word >> 16) + 1;
      flags_ = take((num_containers_ + 7) / 8);
      if (flags_.empty()) return too_short();
    } else if (word == kPlainCookie) {
      const std::string_view count = take(4);
      if (count.empty()) return too_short();
      num_containers_ = number<uint32_t>(count, 0);
      if (num_containers_ > kContainersMax) return damaged("too many containers");
    } else {
      return damaged("they begin with another number");
    }
    if (num_containers_ == 0) return Status::OK();
    keys_ = take(num_containers_ * 4);
    if (keys_.empty()) return too_short();
    for (size_t i = 1; i < num_containers_; ++i) {
      if (number<uint16_t>(keys_, i * 4) <= number<uint16_t>(keys_, i * 4 - 4)) {
        return damaged("containers out of order");
      }
    }
    return Status::OK();
  }

  void begin_expanded() {
    append(kPlainCookie, expanded_);
    append(static_cast<uint32_t>(num_containers_), expanded_);
    expanded_ += keys_;
    // Nobody reads where the containers begin.
    expanded_.append(num_containers_ * 4, '\0');
  }

  Status expand_runs(uint32_t size) {
    const std::string_view count = take(2);
    if (count.empty()) return too_short();
    const size_t num_runs = number<uint16_t>(count, 0);
    const std::string_view runs = take(num_runs * 4);
    if (runs.size() != num_runs * 4) return too_short();
    const size_t bits = expanded_.size();
    if (size > kListMax) expanded_.append(kContainerSize / 8, '\0');
    uint32_t end = 0, values = 0;  // `end` is behind the last value
    for (size_t i = 0; i < num_runs; ++i) {
      const uint32_t begin = number<uint16_t>(runs, i * 4);
      const uint32_t length = uint32_t{number<uint16_t>(runs, i * 4 + 2)} + 1;
      if (begin < end || begin + length > kContainerSize) return damaged("runs that overlap");
      end = begin + length;
      values += length;
      if (values > size) break;
      for (uint32_t value = begin; value < end; ++value) {
        if (size <= kListMax) {
          append(static_cast<uint16_t>(value), expanded_);
        } else if (value % 8 == 0 && end - value >= 8) {
          expanded_[bits + value / 8] = '\xFF';
          value += 7;
        } else {
          expanded_[bits + value / 8] |= static_cast<char>(1 << (value % 8));
        }
      }
    }
    return values == size ? Status::OK() : damaged("a container of another size");
  }

  Status check_bits(uint32_t size) {
    const std::string_view bits = take(kContainerSize / 8);
    if (bits.empty()) return too_short();
    int values = 0;
    for (size_t at = 0; at < bits.size(); at += 8) {
      values += std::popcount(number<uint64_t>(bits, at));
    }
    return values == static_cast<int>(size) ? Status::OK() : damaged("a container of another size");
  }

  Status check_list(uint32_t size) {
    const std::string_view values = take(size_t{size} * 2);
    if (values.empty()) return too_short();
    for (size_t i = 1; i < size; ++i) {
      if (number<uint16_t>(values, i * 2) <= number<uint16_t>(values, i * 2 - 2)) {
        return damaged("values out of order");
      }
    }
    return Status::OK();
  }

  const std::string_view all_;
  std::string_view rest_;
  size_t num_containers_ = 0;
  std::string_view flags_;  // a bit a container: it has runs
  std::string_view keys_;   // two numbers a container: upper bits, size - 1
  std::string expanded_;
};

struct Container {
  bool runs = false;
  std::string bytes;
};

std::string list_of_runs(std::string_view runs) {
  std::string list;
  for (size_t at = 0; at < runs.size(); at += 4) {
    const uint32_t begin = number<uint16_t>(runs, at);
    const uint32_t last = begin + number<uint16_t>(runs, at + 2);
    for (uint32_t value = begin; value <= last; ++value) append(static_cast<uint16_t>(value), list);
  }
  return list;
}

std::string written(std::string_view keys, const std::vector<Container>& containers) {
  std::string flags((containers.size() + 7) / 8, '\0');
  bool any_runs = false;
  for (size_t i = 0; i < containers.size(); ++i) {
    if (containers[i].runs) flags[i / 8] |= static_cast<char>(1 << (i % 8));
    any_runs = any_runs || containers[i].runs;
  }
  std::string out;
  const auto count = static_cast<uint32_t>(containers.size());
  append(any_runs ? kRunsCookie | (count - 1) << 16 : kPlainCookie, out);
  if (any_runs) {
    out += flags;
  } else {
    append(count, out);
  }
  out += keys;
  if (!any_runs || containers.size() >= kOffsetsFrom) {
    size_t place = out.size() + containers.size() * 4;
    for (const Container& container : containers) {
      append(static_cast<uint32_t>(place), out);
      place += container.bytes.size();
    }
  }
  for (const Container& container : containers) out += container.bytes;
  return out;
}

}  // namespace

Result<std::string_view> bitmap_without_runs(std::string_view bytes, std::string& scratch) {
  return Expander(bytes).run(scratch);
}

void write_short_runs_as_lists(std::string& out, size_t begin) {
  const std::string_view bytes = std::string_view(out).substr(begin);
  if ((number<uint32_t>(bytes, 0) & 0xFFFF) != kRunsCookie) return;
  const size_t count = (number<uint32_t>(bytes, 0) >> 16) + 1;
  const std::string_view flags = bytes.substr(4, (count + 7) / 8);
  const std::string_view keys = bytes.substr(4 + flags.size(), count * 4);
  size_t at = 4 + flags.size() + keys.size() + (count >= kOffsetsFrom ? count * 4 : 0);
  std::vector<Container> containers(count);
  bool changed = false;
  for (size_t i = 0; i < count; ++i) {
    Container& container = containers[i];
    const size_t size = size_t{number<uint16_t>(keys, i * 4 + 2)} + 1;
    container.runs = ((flags[i / 8] >> (i % 8)) & 1) != 0;
    const size_t num_runs = container.runs ? number<uint16_t>(bytes, at) : 0;
    const size_t length = container.runs    ? 2 + num_runs * 4
                          : size > kListMax ? kContainerSize / 8
                                            : size * 2;
    const bool to_list = container.runs && size == num_runs * 2 + 1;
    container.bytes = to_list ? list_of_runs(bytes.substr(at + 2, length - 2))
                              : std::string(bytes.substr(at, length));
    container.runs = container.runs && !to_list;
    changed = changed || to_list;
    at += length;
  }
  if (changed) out.replace(begin, std::string::npos, written(keys, containers));
}

}  // namespace hw
