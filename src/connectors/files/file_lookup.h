// SPDX-License-Identifier: Apache-2.0
//
// How rows of files are looked up: files are not sought in, they are read to their end, once and
// again by a rule, or for each batch of keys with a cache in front or none.

#pragma once

#include "runtime/connector_catalogue.h"

namespace hw {

/// Fails when options do not fit to `lookup.cache`.
Result<LookupWay> make_file_lookup(const LookupRequest& request, const ConnectorContext& context);

}  // namespace hw
