// SPDX-License-Identifier: Apache-2.0
//
// The pages of the book about connectors and formats, written from their records: `headwater
// connectors --markdown` and `headwater formats --markdown` print them, and a test tells when
// docs/book/connectors.md or formats.md is another one.

#pragma once

#include <string>

#include "runtime/options.h"

namespace hw {

/// `duration`, `FULL | NONE`
std::string option_type_text(const OptionSpec& option);
/// docs/book/connectors.md: connectors, and types of catalogs that stand beside them.
std::string connector_book();
/// docs/book/formats.md
std::string format_book();

}  // namespace hw
