// SPDX-License-Identifier: Apache-2.0

#include "engine/catalogues.h"

#include <memory>

namespace hw {

const Catalogues& catalogues() {
  static const std::unique_ptr<const Catalogues> filled = [] {
    auto made = std::make_unique<Catalogues>();
    register_all_functions(made->functions);
    register_all_formats(made->formats);
    register_all_connectors(made->connectors);
    return made;
  }();
  return *filled;
}

}  // namespace hw
