// SPDX-License-Identifier: Apache-2.0

#include "connectors/nexmark/event_batches.h"

#include <algorithm>
#include <string>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>

#include "base/memory.h"

namespace hw {
namespace {

constexpr std::array kEntities = {NexmarkEntity::kPerson, NexmarkEntity::kAuction,
                                  NexmarkEntity::kBid};
constexpr std::string_view kEventType = "event_type";

int64_t proportion_of(const NexmarkSettings& settings, NexmarkEntity entity) {
  if (entity == NexmarkEntity::kPerson) return settings.person_proportion;
  return entity == NexmarkEntity::kAuction ? settings.auction_proportion : settings.bid_proportion;
}

/// As many positions as give at most kBatchRowsMax rows.
int64_t positions_of_block(const NexmarkSettings& settings, std::optional<NexmarkEntity> only) {
  if (!only) return kBatchRowsMax;
  const int64_t share = std::max<int64_t>(1, proportion_of(settings, *only));
  const int64_t rounds = kBatchRowsMax / share;
  return rounds > 0 ? rounds * settings.total_proportion() : kBatchRowsMax;
}

int field_index(NexmarkEntity entity, std::string_view name) {
  const std::vector<NexmarkField>& fields = nexmark_fields(entity);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::string names_of(NexmarkEntity entity) {
  std::string names;
  for (const NexmarkField& field : nexmark_fields(entity)) {
    names += (names.empty() ? "" : ", ") + std::string(field.name) + " " +
             nexmark_type(field.kind).to_sql();
  }
  return names;
}

Status check_field(const SqlField& field, NexmarkEntity entity) {
  const int index = field_index(entity, field.name);
  if (index < 0) {
    return Status::Invalid("a nexmark ", nexmark_name(entity), " has no '", field.name,
                           "'; it has: ", names_of(entity));
  }
  const SqlType type = nexmark_type(nexmark_fields(entity)[static_cast<size_t>(index)].kind);
  const bool fits = type.is_text() ? field.type.is_text() : field.type.equals_ignoring_null(type);
  if (fits) return Status::OK();
  return Status::Invalid("'", field.name, "' of a nexmark ", nexmark_name(entity), " is ",
                         type.to_sql(), ", but is declared as ", field.type.to_sql());
}

}  // namespace

Status check_nexmark_columns(const Schema& physical, std::optional<NexmarkEntity> only) {
  for (const SqlField& column : physical.fields()) {
    if (only) {
      HW_TRY(check_field(column, *only));
      continue;
    }
    if (column.name == kEventType) {
      if (column.type.is(TypeKind::kInt)) continue;
      return Status::Invalid("'event_type' of the nexmark table is INT, but is declared as ",
                             column.type.to_sql());
    }
    const auto entity = std::find_if(kEntities.begin(), kEntities.end(), [&](NexmarkEntity one) {
      return column.name == nexmark_name(one);
    });
    if (entity == kEntities.end()) {
      return Status::Invalid(
          "the nexmark table has the columns event_type, person, auction and "
          "bid, but '",
          column.name, "' is declared; for the columns of one entity set 'event-type'");
    }
    if (!column.type.is(TypeKind::kRow) || !column.type.nullable()) {
      return Status::Invalid("'", column.name, "' of the nexmark table is a nullable ",
                             nexmark_row(*entity).to_sql(), ", but is declared as ",
                             column.type.to_sql());
    }
    for (const SqlField& field : column.type.fields()) HW_TRY(check_field(field, *entity));
  }
  return Status::OK();
}

NexmarkBatches::NexmarkBatches(const NexmarkSettings& settings, std::optional<NexmarkEntity> only,
                               SchemaPtr schema, std::shared_ptr<const NexmarkTexts> texts)
    : settings_(settings),
      only_(only),
      schema_(std::move(schema)),
      block_positions_(positions_of_block(settings, only)),
      columns_(settings, std::move(texts)) {
  for (const NexmarkEntity entity : kEntities) {
    wanted_[static_cast<size_t>(entity)] =
        only_ ? entity == *only_ : schema_->index_of(nexmark_name(entity)) >= 0;
  }
}

/// Adds one event of whatever entity it is.
void NexmarkBatches::add(int64_t event, int64_t slot) {
  const NexmarkPlace place = nexmark_place(settings_, event);
  const auto index = static_cast<size_t>(place.entity);
  if (!wanted_[index]) return;
  NexmarkRows& rows = rows_[index];
  rows.events.push_back(event);
  rows.last_persons.push_back(place.last_person);
  rows.last_auctions.push_back(place.last_auction);
  if (!only_) rows.slots.push_back(static_cast<int32_t>(slot));
}

/// Adds an entity's events of one round that lie in [begin, end); slots count from `begin`.
void NexmarkBatches::add_stretch(NexmarkEntity entity, int64_t round, int64_t begin, int64_t end) {
  const int64_t total = settings_.total_proportion();
  const int64_t persons = settings_.person_proportion;
  const int64_t auctions = settings_.auction_proportion;
  const int64_t first = round * total + (entity == NexmarkEntity::kPerson    ? 0
                                         : entity == NexmarkEntity::kAuction ? persons
                                                                             : persons + auctions);
  const int64_t from = std::max(begin, first);
  const int64_t to = std::min(end, first + proportion_of(settings_, entity));
  if (from >= to) return;
  NexmarkRows& rows = rows_[static_cast<size_t>(entity)];
  const auto old_size = rows.events.size();
  const auto size = old_size + static_cast<size_t>(to - from);
  rows.events.resize(size);
  rows.last_persons.resize(size);
  rows.last_auctions.resize(size);
  if (!only_) rows.slots.resize(size);
  for (int64_t event = from; event < to; ++event) {
    const auto i = old_size + static_cast<size_t>(event - from);
    const int64_t offset = event - round * total;
    rows.events[i] = event;
    rows.last_persons[i] = round * persons + std::min(offset, persons - 1);
    rows.last_auctions[i] =
        round * auctions + std::clamp(offset - persons, int64_t{-1}, auctions - 1);
    if (!only_) rows.slots[i] = static_cast<int32_t>(event - begin);
  }
}

/// Lists the events of each entity that is wanted.
void NexmarkBatches::find_rows(int64_t begin, int64_t end) {
  for (NexmarkRows& rows : rows_) rows.clear();
  if (settings_.group_size > 1) {
    for (int64_t position = begin; position < end; ++position) {
      add(nexmark_event_at(settings_, position), position - begin);
    }
  } else {
    // In order, an entity's events lie in one stretch of every round.
    const int64_t total = settings_.total_proportion();
    for (int64_t round = begin / total; round * total < end; ++round) {
      for (const NexmarkEntity entity : kEntities) {
        if (wanted_[static_cast<size_t>(entity)]) add_stretch(entity, round, begin, end);
      }
    }
  }
  for (NexmarkRows& rows : rows_) columns_.clock().times_ms(rows.events, &rows.times);
}

ColumnPtr NexmarkBatches::event_types(int64_t begin, int64_t end) const {
  const int64_t count = end - begin;
  std::shared_ptr<arrow::Buffer> buffer = pooled_buffer(count * 4);
  auto* types = reinterpret_cast<int32_t*>(buffer->mutable_data());
  const int64_t total = settings_.total_proportion();
  const int64_t auctions_end = settings_.person_proportion + settings_.auction_proportion;
  int64_t offset = begin % total;
  for (int64_t i = 0; i < count; ++i) {
    if (settings_.group_size > 1) offset = nexmark_event_at(settings_, begin + i) % total;
    types[i] = (offset >= settings_.person_proportion) + (offset >= auctions_end);
    if (++offset == total) offset = 0;
  }
  return Column::plain(SqlType::integer(),
                       arrow::ArrayData::Make(SqlType::integer().to_arrow(), count,
                                              {nullptr, std::move(buffer)}, 0));
}

ColumnPtr NexmarkBatches::row_column(const SqlType& type, NexmarkEntity entity) {
  NexmarkRows& rows = rows_[static_cast<size_t>(entity)];
  std::shared_ptr<arrow::Buffer> validity =
      zeroed_buffer(arrow::bit_util::BytesForBits(rows.num_rows));
  for (const int32_t slot : rows.slots) {
    arrow::bit_util::SetBit(validity->mutable_data(), slot);
  }
  // The fields are NULL where the row is: they share its bits.
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (const SqlField& field : type.fields()) {
    children.push_back(columns_.make(entity, field_index(entity, field.name), rows, validity));
  }
  return Column::plain(
      type, arrow::ArrayData::Make(type.to_arrow(), rows.num_rows, {validity}, std::move(children),
                                   rows.num_rows - rows.size()));
}

Batch NexmarkBatches::make(int64_t begin, int64_t end) {
  find_rows(begin, end);
  std::vector<ColumnPtr> columns;
  const int64_t num_rows = only_ ? rows_[static_cast<size_t>(*only_)].size() : end - begin;
  for (NexmarkRows& rows : rows_) rows.num_rows = num_rows;
  for (const SqlField& field : schema_->fields()) {
    if (only_) {
      columns.push_back(
          Column::plain(field.type, columns_.make(*only_, field_index(*only_, field.name),
                                                  rows_[static_cast<size_t>(*only_)], nullptr)));
    } else if (field.name == kEventType) {
      columns.push_back(event_types(begin, end));
    } else {
      for (const NexmarkEntity entity : kEntities) {
        if (field.name == nexmark_name(entity)) columns.push_back(row_column(field.type, entity));
      }
    }
  }
  return Batch(schema_, std::move(columns), num_rows);
}

}  // namespace hw
