// SPDX-License-Identifier: Apache-2.0
//
// The sink behind a `sink` record: takes the kinds that the record names and drops the rows, so
// that plans can be stated for sinks that append, that replace by key and that take all changes.

#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "columnar/row_kind.h"
#include "runtime/sink.h"

namespace hw {

/// `insert`, `upsert` (all but -U) or `all`; no value for another word.
std::optional<RowKindSet> sink_kinds(std::string_view word);

std::unique_ptr<Sink> make_case_sink(RowKindSet accepts);

}  // namespace hw
