// SPDX-License-Identifier: Apache-2.0

#include "connectors/nexmark/event_columns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <immintrin.h>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "base/memory.h"

namespace hw {
namespace {

using Kind = NexmarkField::Kind;

// What each draw is for; part of what a seed means, so numbers are never reused.
enum Draw : uint64_t {
  kPersonName = 1,
  kPersonEmail = 2,
  kPersonCard = 3,
  kPersonCity = 4,
  kPersonState = 5,
  kPersonExtra = 6,
  kAuctionItem = 11,
  kAuctionDescription = 12,
  kAuctionInitialBid = 13,
  kAuctionReserve = 14,
  kAuctionLength = 15,
  kAuctionSeller = 16,
  kAuctionCategory = 17,
  kAuctionExtra = 18,
  kBidAuction = 21,
  kBidBidder = 22,
  kBidPrice = 23,
  kBidChannel = 24,
  kBidExtra = 25,
};

enum PersonField : int { kId, kName, kEmail, kCard, kCity, kState, kPersonTime, kPersonExtraField };
enum AuctionField : int {
  kAuctionId,
  kItemName,
  kDescription,
  kInitialBid,
  kReserve,
  kAuctionTime,
  kExpires,
  kSeller,
  kCategory,
  kAuctionExtraField
};
enum BidField : int { kAuction, kBidder, kPrice, kChannel, kUrl, kBidTime, kBidExtraField };

// Copies run in whole vectors and may go this far beyond a text.
constexpr int64_t kSlack = 64;

void copy_text(const char* from, int64_t size, char* to) {
  for (int64_t i = 0; i < size; i += 32) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i)));
  }
}

/// 2^(i/1024): prices are read off it between two entries.
constexpr int kPowers = 1024;
const std::array<double, kPowers + 1>& powers_of_two() {
  static const std::array<double, kPowers + 1> kTable = [] {
    std::array<double, kPowers + 1> table{};
    for (int i = 0; i <= kPowers; ++i)
      table[static_cast<size_t>(i)] = std::exp2(i / double{kPowers});
    return table;
  }();
  return kTable;
}

}  // namespace

namespace {

// Hot: in the loops below.
inline int64_t price_of(uint64_t bits, const std::array<double, kPowers + 1>& table) {
  constexpr double kOctaves = 19.931568569324174;  // log2(10^6)
  constexpr double kUnit = 1.0 / (uint64_t{1} << 32);
  const double exponent = static_cast<double>(bits >> 32) * kUnit * kOctaves;
  const auto octave = static_cast<int64_t>(exponent);
  const double at = (exponent - static_cast<double>(octave)) * kPowers;
  const auto i = static_cast<size_t>(at);
  const double power = table[i] + (table[i + 1] - table[i]) * (at - static_cast<double>(i));
  return static_cast<int64_t>(power * static_cast<double>(int64_t{100} << octave) + 0.5);
}

inline int64_t draw_person(uint64_t bits, int64_t last_person) {
  const int64_t people = last_person + 1;
  const int64_t active = std::min(people, NexmarkIds::kActivePeople);
  return people - active + NexmarkDraw::high(bits, active + NexmarkIds::kLead);
}

inline int64_t draw_auction(uint64_t bits, int64_t last_auction) {
  const int64_t first = std::max<int64_t>(last_auction - NexmarkIds::kOpenAuctions, 0);
  return first + NexmarkDraw::high(bits, last_auction - first + 1 + NexmarkIds::kLead);
}

}  // namespace

int64_t nexmark_price(uint64_t bits) { return price_of(bits, powers_of_two()); }

const std::vector<NexmarkField>& nexmark_fields(NexmarkEntity entity) {
  static const auto& kPerson = *new std::vector<NexmarkField>{
      {"id", Kind::kBigint},          {"name", Kind::kText}, {"emailAddress", Kind::kText},
      {"creditCard", Kind::kText},    {"city", Kind::kText}, {"state", Kind::kText},
      {"dateTime", Kind::kTimestamp}, {"extra", Kind::kText}};
  static const auto& kAuctionFields = *new std::vector<NexmarkField>{
      {"id", Kind::kBigint},         {"itemName", Kind::kText},  {"description", Kind::kText},
      {"initialBid", Kind::kBigint}, {"reserve", Kind::kBigint}, {"dateTime", Kind::kTimestamp},
      {"expires", Kind::kTimestamp}, {"seller", Kind::kBigint},  {"category", Kind::kBigint},
      {"extra", Kind::kText}};
  static const auto& kBid = *new std::vector<NexmarkField>{
      {"auction", Kind::kBigint}, {"bidder", Kind::kBigint}, {"price", Kind::kBigint},
      {"channel", Kind::kText},   {"url", Kind::kText},      {"dateTime", Kind::kTimestamp},
      {"extra", Kind::kText}};
  if (entity == NexmarkEntity::kPerson) return kPerson;
  return entity == NexmarkEntity::kAuction ? kAuctionFields : kBid;
}

SqlType nexmark_type(Kind kind) {
  if (kind == Kind::kBigint) return SqlType::bigint();
  return kind == Kind::kText ? SqlType::string() : SqlType::timestamp(3);
}

SqlType nexmark_row(NexmarkEntity entity) {
  std::vector<SqlField> fields;
  for (const NexmarkField& field : nexmark_fields(entity)) {
    fields.push_back({std::string(field.name), nexmark_type(field.kind)});
  }
  return SqlType::row(std::move(fields));
}

std::string_view nexmark_name(NexmarkEntity entity) {
  constexpr std::array<std::string_view, 3> kNames = {"person", "auction", "bid"};
  return kNames[static_cast<size_t>(entity)];
}

void NexmarkRows::clear() {
  events.clear();
  times.clear();
  last_persons.clear();
  last_auctions.clear();
  slots.clear();
  channels.clear();
  num_rows = 0;
}

// --- ids and numbers ---

void NexmarkColumns::auction_numbers(int field, const NexmarkRows& rows) {
  const NexmarkDraw first_price(settings_.seed, kAuctionInitialBid);
  const NexmarkDraw second_price(settings_.seed, kAuctionReserve);
  const NexmarkDraw length(settings_.seed, kAuctionLength);
  const NexmarkDraw seller(settings_.seed, kAuctionSeller);
  const NexmarkDraw category(settings_.seed, kAuctionCategory);
  // An auction stays open for as long as this many events take, twice that at most.
  const int64_t open_events =
      NexmarkIds::kOpenAuctions * settings_.total_proportion() / settings_.auction_proportion;
  for (size_t i = 0; i < rows.events.size(); ++i) {
    const int64_t event = rows.events[i];
    int64_t& value = numbers_[i];
    switch (field) {
      case kAuctionId:
        value = rows.last_auctions[i] + NexmarkIds::kFirstId;
        break;
      case kInitialBid:
        value = nexmark_price(first_price(event));
        break;
      case kReserve:
        value = nexmark_price(first_price(event)) + nexmark_price(second_price(event));
        break;
      case kExpires: {
        const int64_t horizon = clock_.time_ms(event + open_events) - rows.times[i];
        value =
            rows.times[i] + 1 + NexmarkDraw::high(length(event), std::max<int64_t>(2 * horizon, 1));
        break;
      }
      case kSeller: {
        const uint64_t bits = seller(event);
        const bool hot = NexmarkDraw::low(bits, settings_.hot_sellers) > 0;
        value = NexmarkIds::kFirstId +
                (hot ? rows.last_persons[i] / NexmarkIds::kHotEvery * NexmarkIds::kHotEvery
                     : draw_person(bits, rows.last_persons[i]));
        break;
      }
      case kCategory:
        value = NexmarkIds::kFirstCategory +
                NexmarkDraw::high(category(event), NexmarkIds::kCategories);
        break;
      default:
        value = rows.times[i];
        break;
    }
  }
}

void NexmarkColumns::bid_numbers(int field, const NexmarkRows& rows) {
  const size_t count = rows.events.size();
  if (field == kAuction) {
    const NexmarkDraw draw(settings_.seed, kBidAuction);
    for (size_t i = 0; i < count; ++i) {
      const uint64_t bits = draw(rows.events[i]);
      // Before the first auction there is none to be hot.
      const int64_t last = std::max<int64_t>(rows.last_auctions[i], 0);
      const bool hot = NexmarkDraw::low(bits, settings_.hot_auctions) > 0;
      const int64_t hot_id = last / NexmarkIds::kHotEvery * NexmarkIds::kHotEvery;
      const int64_t cold_id = draw_auction(bits, last);
      numbers_[i] = NexmarkIds::kFirstId + (hot ? hot_id : cold_id);
    }
  } else if (field == kBidder) {
    const NexmarkDraw draw(settings_.seed, kBidBidder);
    const int64_t first = NexmarkIds::kFirstId * (settings_.corrected_bidders ? 1 : 2);
    for (size_t i = 0; i < count; ++i) {
      const uint64_t bits = draw(rows.events[i]);
      const bool hot = NexmarkDraw::low(bits, settings_.hot_bidders) > 0;
      const int64_t last = rows.last_persons[i];
      const int64_t hot_id = last / NexmarkIds::kHotEvery * NexmarkIds::kHotEvery + 1;
      const int64_t cold_id = draw_person(bits, last);
      numbers_[i] = first + (hot ? hot_id : cold_id);
    }
  } else if (field == kPrice) {
    const NexmarkDraw draw(settings_.seed, kBidPrice);
    const auto& table = powers_of_two();
    for (size_t i = 0; i < count; ++i) numbers_[i] = price_of(draw(rows.events[i]), table);
  } else {
    std::copy(rows.times.begin(), rows.times.end(), numbers_.begin());
  }
}

// --- texts ---

/// Letters that bring a row to its average size, give or take a fifth.
void NexmarkColumns::extra(const NexmarkRows& rows, uint64_t field, int64_t used, int64_t average) {
  const NexmarkDraw draw(settings_.seed, field);
  const int64_t wanted = std::min(average - used, NexmarkTexts::kSliceMax / 2);
  if (wanted <= 0) {
    std::fill(pieces_.begin(), pieces_.end(), texts_->letters(0, 0));
    return;
  }
  const int64_t spread = (wanted + 2) / 5;
  for (size_t i = 0; i < rows.events.size(); ++i) {
    const uint64_t bits = draw(rows.events[i]);
    const int64_t size = wanted - spread + (spread == 0 ? 0 : NexmarkDraw::high(bits, 2 * spread));
    pieces_[i] = texts_->letters(bits, size);
  }
}

void NexmarkColumns::person_texts(int field, const NexmarkRows& rows) {
  constexpr int64_t kUsed = 8 + 12 + 15 + 19 + 8 + 2 + 8;  // the other fields, about
  if (field == kPersonExtraField) return extra(rows, kPersonExtra, kUsed, settings_.person_size);
  const NexmarkDraw name(settings_.seed, kPersonName);
  const NexmarkDraw email(settings_.seed, kPersonEmail);
  const NexmarkDraw card(settings_.seed, kPersonCard);
  const NexmarkDraw city(settings_.seed, kPersonCity);
  const NexmarkDraw state(settings_.seed, kPersonState);
  // Composed texts lie in one string that must not move: 40 bytes each are enough.
  constexpr size_t kComposedMax = 40;
  composed_.clear();
  composed_.reserve(rows.events.size() * kComposedMax + kSlack);
  for (size_t i = 0; i < rows.events.size(); ++i) {
    const int64_t event = rows.events[i];
    const size_t begin = composed_.size();
    switch (field) {
      case kName:
        pieces_[i] = texts_->person_name(name(event));
        continue;
      case kCity:
        pieces_[i] = texts_->city(city(event));
        continue;
      case kState:
        pieces_[i] = texts_->state(state(event));
        continue;
      case kEmail: {
        const uint64_t bits = email(event);
        composed_.append(texts_->letters(bits, 3 + NexmarkDraw::high(bits, 4))).append("@");
        composed_.append(texts_->letters(bits >> 20, 3 + NexmarkDraw::low(bits, 2))).append(".com");
        break;
      }
      default: {
        uint64_t bits = card(event);
        for (int group = 0; group < 4; ++group, bits >>= 16) {
          const uint64_t digits = (bits & 0xFFFF) % 10'000;
          if (group > 0) composed_ += ' ';
          for (const uint64_t unit : {1000, 100, 10, 1}) {
            composed_ += static_cast<char>('0' + digits / unit % 10);
          }
        }
        break;
      }
    }
    pieces_[i] = {composed_.data() + begin, composed_.size() - begin};
  }
}

void NexmarkColumns::auction_texts(int field, const NexmarkRows& rows) {
  constexpr int64_t kUsed = 8 + 11 + 51 + 8 + 8 + 8 + 8 + 8 + 8;
  if (field == kAuctionExtraField) return extra(rows, kAuctionExtra, kUsed, settings_.auction_size);
  const bool item = field == kItemName;
  const NexmarkDraw draw(settings_.seed, item ? kAuctionItem : kAuctionDescription);
  for (size_t i = 0; i < rows.events.size(); ++i) {
    pieces_[i] = texts_->words(draw(rows.events[i]), item ? 20 : 100);
  }
}

void NexmarkColumns::bid_texts(int field, NexmarkRows& rows) {
  constexpr int64_t kUsed = 8 + 8 + 8 + 8;
  if (field == kBidExtraField) return extra(rows, kBidExtra, kUsed, settings_.bid_size);
  if (rows.channels.empty()) {
    const NexmarkDraw draw(settings_.seed, kBidChannel);
    rows.channels.resize(rows.events.size());
    for (size_t i = 0; i < rows.events.size(); ++i) {
      const uint64_t bits = draw(rows.events[i]);
      const bool hot = (bits & 1) != 0;
      const int64_t first = hot ? 0 : NexmarkTexts::kHotChannels;
      const int64_t count = hot ? NexmarkTexts::kHotChannels : NexmarkTexts::kChannels;
      rows.channels[i] = static_cast<int32_t>(first + NexmarkDraw::high(bits, count));
    }
  }
  const NexmarkTexts& texts = *texts_;
  if (field == kChannel) {
    for (size_t i = 0; i < pieces_.size(); ++i) pieces_[i] = texts.channel(rows.channels[i]);
  } else {
    for (size_t i = 0; i < pieces_.size(); ++i) pieces_[i] = texts.url(rows.channels[i]);
  }
}

// --- columns ---

std::shared_ptr<arrow::ArrayData> NexmarkColumns::number_column(
    Kind kind, const NexmarkRows& rows, const std::shared_ptr<arrow::Buffer>& validity) {
  const bool dense = rows.slots.empty();
  std::shared_ptr<arrow::Buffer> buffer =
      dense ? pooled_buffer(rows.num_rows * 8) : zeroed_buffer(rows.num_rows * 8);
  auto* values = reinterpret_cast<int64_t*>(buffer->mutable_data());
  if (dense) {
    std::memcpy(values, numbers_.data(), static_cast<size_t>(rows.num_rows) * 8);
  } else {
    for (size_t i = 0; i < rows.slots.size(); ++i) values[rows.slots[i]] = numbers_[i];
  }
  return arrow::ArrayData::Make(
      kind == Kind::kBigint ? arrow::int64() : nexmark_type(kind).to_arrow(), rows.num_rows,
      {validity, std::move(buffer)}, validity == nullptr ? 0 : rows.num_rows - rows.size());
}

std::shared_ptr<arrow::ArrayData> NexmarkColumns::text_column(
    const NexmarkRows& rows, const std::shared_ptr<arrow::Buffer>& validity) {
  std::shared_ptr<arrow::Buffer> offsets = pooled_buffer((rows.num_rows + 1) * 4);
  auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int32_t end = 0;
  if (rows.slots.empty()) {
    for (size_t i = 0; i < pieces_.size(); ++i) {
      offset[i] = end;
      end += static_cast<int32_t>(pieces_[i].size());
    }
  } else {
    int64_t slot = 0;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      // Rows of other entities in between are empty.
      if (rows.slots[i] > slot) std::fill(offset + slot, offset + rows.slots[i], end);
      offset[rows.slots[i]] = end;
      slot = rows.slots[i] + 1;
      end += static_cast<int32_t>(pieces_[i].size());
    }
    std::fill(offset + slot, offset + rows.num_rows, end);
  }
  offset[rows.num_rows] = end;
  std::shared_ptr<arrow::ResizableBuffer> text = pooled_buffer(end + kSlack);
  char* to = reinterpret_cast<char*>(text->mutable_data());
  for (const std::string_view piece : pieces_) {
    copy_text(piece.data(), static_cast<int64_t>(piece.size()), to);
    to += piece.size();
  }
  // Shrinking to what is used moves nothing.
  (void)text->Resize(end, false);
  return arrow::ArrayData::Make(arrow::utf8(), rows.num_rows,
                                {validity, std::move(offsets), std::move(text)},
                                validity == nullptr ? 0 : rows.num_rows - rows.size());
}

std::shared_ptr<arrow::ArrayData> NexmarkColumns::make(
    NexmarkEntity entity, int field, NexmarkRows& rows,
    const std::shared_ptr<arrow::Buffer>& validity) {
  const Kind kind = nexmark_fields(entity)[static_cast<size_t>(field)].kind;
  if (kind == Kind::kText) {
    pieces_.resize(rows.events.size());
    if (entity == NexmarkEntity::kPerson) person_texts(field, rows);
    if (entity == NexmarkEntity::kAuction) auction_texts(field, rows);
    if (entity == NexmarkEntity::kBid) bid_texts(field, rows);
    return text_column(rows, validity);
  }
  numbers_.resize(rows.events.size());
  if (entity == NexmarkEntity::kBid) {
    bid_numbers(field, rows);
  } else if (entity == NexmarkEntity::kAuction) {
    auction_numbers(field, rows);
  } else if (field == kId) {
    for (size_t i = 0; i < rows.events.size(); ++i) {
      numbers_[i] = rows.last_persons[i] + NexmarkIds::kFirstId;
    }
  } else {
    std::copy(rows.times.begin(), rows.times.end(), numbers_.begin());
  }
  return number_column(kind, rows, validity);
}

}  // namespace hw
