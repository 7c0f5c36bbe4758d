// SPDX-License-Identifier: Apache-2.0
//
// A reader in front of one that finds rows: keys that found nothing are asked for again after a
// while. An answer is complete before any of it is shown, so that matches come by key.

#pragma once

#include <memory>

#include "runtime/lookup.h"

namespace hw {

/// `context` outlives the reader.
std::unique_ptr<LookupReader> make_lookup_retry(std::unique_ptr<LookupReader> reader,
                                                const LookupRetry& rule, OperatorContext& context);

}  // namespace hw
