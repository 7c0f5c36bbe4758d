// SPDX-License-Identifier: Apache-2.0
//
// The book's page of configuration keys, made of the records that SET itself goes by.

#pragma once

#include <string>
#include <string_view>

#include "plan/config/config_keys.h"

namespace hw {

/// `duration`, `STREAMING | BATCH`
std::string config_type_text(const ConfigKey& key);
std::string_view config_status_text(KeyStatus status);
/// docs/book/config.md
std::string config_book();

}  // namespace hw
