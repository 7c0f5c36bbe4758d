// SPDX-License-Identifier: Apache-2.0

#include "job/lease_record.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "job/checkpoint_error.h"
#include "job/checkpoint_files.h"
#include "state/manifest_bytes.h"

namespace hw {
namespace {

constexpr FileFormat kFormat = {.magic = "HWLEASE\x01", .what = "a record of a lease"};
constexpr std::string_view kDirectory = "lease";
constexpr int kDigits = 12;
// A record holds a few names; a damaged length allocates no more than this.
constexpr int64_t kRecordBytesMax = 1 << 20;
// An unreadable record may have been of any attempt near: attempts may skip numbers.
constexpr int64_t kAttemptsOfDamaged = 1000;

// The number in `lease/000000000012`, 0 for other files.
int64_t number_of(std::string_view name) {
  name.remove_prefix(kDirectory.size() + 1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  return whole && name.size() == kDigits ? number : 0;
}

Result<LeaseRecord> read_record(const CheckpointFiles& files, int64_t number) {
  const std::string name = lease_record_name(number);
  const auto read = [&]() -> Result<LeaseRecord> {
    HW_ASSIGN_OR_RETURN(const std::string bytes, files.read(name, kRecordBytesMax));
    HW_ASSIGN_OR_RETURN(LeaseRecord record, decode_lease_record(bytes));
    if (record.number == number) return record;
    return Status::SerializationError("record ", number, " of a lease says that it is ",
                                      record.number);
  };
  Result<LeaseRecord> record = read();
  return record.ok() ? record : read();
}

LeaseChain::Damage missing(int64_t number) {
  return {number, Status::IOError("record ", number, " of the lease is missing")};
}

// Ascending.
Result<std::vector<int64_t>> list_numbers(const CheckpointFiles& files) {
  HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> stored, files.list(std::string(kDirectory)));
  std::vector<int64_t> numbers;
  for (const StoredFile& file : stored) {
    const int64_t number = number_of(file.name);
    if (number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

std::string encode(const LeaseRecord& record) {
  std::string out(kFormat.magic);
  put_field(out, static_cast<uint8_t>(record.kind));
  put_field(out, record.number);
  put_field(out, record.floor);
  put_field(out, record.attempt);
  put_field(out, record.generation);
  put_field(out, record.checkpoint);
  put_text(out, record.manifest);
  put_digest(out, record.digest);
  put_text(out, record.origin);
  put_field(out, static_cast<uint32_t>(record.sinks.size()));
  for (const std::string& sink : record.sinks) put_text(out, sink);
  put_text(out, record.host);
  put_field(out, record.process_id);
  put_field(out, record.wall_ms);
  put_checksum(out);
  return out;
}

Result<LeaseRecord> decode_lease_record(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const std::string_view contents, checked_contents(bytes, kFormat));
  FieldReader in(contents);
  LeaseRecord record;
  const auto kind = in.number<uint8_t>();
  record.kind = static_cast<LeaseRecord::Kind>(kind);
  record.number = in.number<int64_t>();
  record.floor = in.number<int64_t>();
  record.attempt = in.number<int64_t>();
  record.generation = in.number<int64_t>();
  record.checkpoint = in.number<int64_t>();
  record.manifest = in.text();
  record.digest = in.digest();
  record.origin = in.text();
  for (size_t n = in.count(sizeof(uint32_t)); n > 0; --n) record.sinks.push_back(in.text());
  record.host = in.text();
  record.process_id = in.number<int64_t>();
  record.wall_ms = in.number<int64_t>();
  const bool possible = kind <= static_cast<uint8_t>(LeaseRecord::Kind::kPublish) &&
                        record.floor > 0 && record.floor <= record.number && record.attempt > 0 &&
                        record.checkpoint >= 0 &&
                        (record.checkpoint > 0) == !record.manifest.empty();
  if (!in.done() || !possible) {
    return Status::SerializationError("the record of a lease is damaged: impossible contents");
  }
  return record;
}

int64_t LeaseChain::attempt() const {
  int64_t highest = 0;
  for (const LeaseRecord& record : records) highest = std::max(highest, record.attempt);
  return highest + kAttemptsOfDamaged * static_cast<int64_t>(damaged.size());
}

int64_t LeaseChain::generation() const { return records.empty() ? 0 : records.back().generation; }

int64_t LeaseChain::newest_checkpoint() const {
  int64_t newest = 0;
  for (const LeaseRecord& record : records) newest = std::max(newest, record.checkpoint);
  return newest;
}

std::vector<LeaseRecord> LeaseChain::lineage() const {
  std::vector<LeaseRecord> published;
  for (const LeaseRecord& record : records) {
    if (record.kind == LeaseRecord::Kind::kPublish) {
      published.push_back(record);
    } else {
      while (!published.empty() && published.back().checkpoint > record.checkpoint) {
        published.pop_back();
      }
    }
  }
  return published;
}

std::string LeaseChain::origin() const {
  return records.empty() || records.back().kind != LeaseRecord::Kind::kTake ? std::string()
                                                                            : records.back().origin;
}

std::string lease_record_name(int64_t number) {
  const std::string digits = std::to_string(number);
  const size_t zeros = digits.size() < kDigits ? kDigits - digits.size() : 0;
  return std::string(kDirectory) + "/" + std::string(zeros, '0') + digits;
}

Result<LeaseChain> read_lease_chain(const CheckpointFiles& files) {
  HW_ASSIGN_OR_RETURN(const std::vector<int64_t> numbers, list_numbers(files));
  LeaseChain chain;
  if (numbers.empty()) return chain;
  chain.newest_number = numbers.back();
  // From the newest down, since that one says where the chain begins.
  int64_t expected = chain.newest_number;
  int64_t floor = 1;
  for (size_t i = numbers.size(); i-- > 0 && numbers[i] >= floor; --expected) {
    for (; expected > numbers[i]; --expected) chain.damaged.push_back(missing(expected));
    Result<LeaseRecord> record = read_record(files, numbers[i]);
    if (record.ok()) {
      if (chain.records.empty()) floor = record->floor;
      chain.records.push_back(*std::move(record));
    } else if (record.status().IsInvalid()) {
      return checkpoint_error(
          CheckpointErrorKind::kForeign,
          files.shown(lease_record_name(numbers[i])) + ": " + record.status().message());
    } else {
      chain.damaged.push_back({numbers[i], record.status()});
    }
  }
  // Without a readable record nobody knows where the chain began.
  const int64_t first = chain.records.empty() ? expected + 1 : floor;
  for (; expected >= first; --expected) chain.damaged.push_back(missing(expected));
  std::reverse(chain.records.begin(), chain.records.end());
  std::reverse(chain.damaged.begin(), chain.damaged.end());
  return chain;
}

Result<int64_t> newest_lease_number(const CheckpointFiles& files) {
  HW_ASSIGN_OR_RETURN(const std::vector<int64_t> numbers, list_numbers(files));
  return numbers.empty() ? 0 : numbers.back();
}

Result<int64_t> newest_lease_attempt(const CheckpointFiles& files) {
  HW_ASSIGN_OR_RETURN(int64_t newest, newest_lease_number(files));
  while (newest != 0) {
    const Result<LeaseRecord> record = read_record(files, newest);
    if (record.ok()) return record->attempt;
    // Between the two looks it may have got successors, and what they declare void is removed.
    HW_ASSIGN_OR_RETURN(const int64_t now, newest_lease_number(files));
    if (now <= newest) return record.status();
    newest = now;
  }
  return 0;
}

}  // namespace hw
