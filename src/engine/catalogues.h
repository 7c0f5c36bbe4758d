// SPDX-License-Identifier: Apache-2.0
//
// The three catalogues, filled once from what was compiled in. Read-only, so shared by all threads.

#pragma once

#include "expr/function_catalogue.h"
#include "runtime/connector_catalogue.h"
#include "runtime/format_catalogue.h"

namespace hw {

struct Catalogues {
  FunctionCatalogue functions;
  FormatCatalogue formats;
  ConnectorCatalogue connectors;
};

const Catalogues& catalogues();

}  // namespace hw
