// SPDX-License-Identifier: Apache-2.0
//
// Nexmark events for benchmarks, from the connector's own generator.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/assert.h"
#include "connectors/nexmark/event_batches.h"
#include "runtime/format_catalogue.h"

namespace hw::bench {

inline NexmarkSettings standard_settings() {
  NexmarkSettings settings;
  settings.base_time_ms = 1'436'918'400'000;  // 2015-07-15
  settings.first_rate = settings.next_rate = 100'000;
  return settings;
}

inline SchemaPtr merged_schema() {
  return make_schema({{"event_type", SqlType::integer()},
                      {"person", nexmark_row(NexmarkEntity::kPerson)},
                      {"auction", nexmark_row(NexmarkEntity::kAuction)},
                      {"bid", nexmark_row(NexmarkEntity::kBid)}});
}

inline SchemaPtr bid_schema() { return make_schema(nexmark_row(NexmarkEntity::kBid).fields()); }

inline NexmarkBatches generator(std::optional<NexmarkEntity> only, SchemaPtr schema) {
  return NexmarkBatches(standard_settings(), only, std::move(schema),
                        std::make_shared<const NexmarkTexts>(1));
}

/// Merged events as JSON lines.
inline std::string merged_json_lines(int64_t events, const FormatRecord& json) {
  NexmarkBatches batches = generator(std::nullopt, merged_schema());
  const auto encoder = json.encoder(merged_schema(), Options());
  HW_CHECK(encoder.ok());
  std::string text;
  for (int64_t at = 0; at < events; at += batches.block_positions()) {
    const Batch batch = batches.make(at, std::min(events, at + batches.block_positions()));
    HW_CHECK((*encoder)->encode(batch, text).ok());
  }
  return text;
}

}  // namespace hw::bench
