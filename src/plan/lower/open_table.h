// SPDX-License-Identifier: Apache-2.0
//
// Asks connectors for the source or sink of a table.

#pragma once

#include <memory>
#include <vector>

#include "plan/logical/scan.h"
#include "plan/logical/sink.h"
#include "plan/lower/lowering.h"
#include "runtime/lookup.h"

namespace hw {

/// The request for `columns`, declared positions of physical and metadata columns.
/// Fails when the connector does not have a metadata column.
Result<ScanRequest> scan_request(const ScanNode& scan, const std::vector<int>& columns,
                                 std::vector<PushedPredicate> predicates, const Lowering& lowering);

/// Fails when the table cannot be read, or its options are wrong, with the scan's position.
Result<std::shared_ptr<Source>> open_source(const ScanNode& scan, ScanRequest request,
                                            const Lowering& lowering);

/// Whether the job may be stopped and go on, edited or with more in its files: its plan must not
/// depend on sizes.
bool may_go_on(const SessionConfig& config);

/// How rows of the table are found by key. Fails when its connector cannot do it.
Result<LookupWay> open_lookup(const ScanNode& scan, LookupRequest request,
                              const Lowering& lowering);

/// What the plan will send, and whether it ends.
struct SinkTraffic {
  RowKindSet kinds;
  bool bounded = false;
};
Result<std::shared_ptr<Sink>> open_sink(const SinkNode& sink, const SinkTraffic& traffic,
                                        const Lowering& lowering);

}  // namespace hw
