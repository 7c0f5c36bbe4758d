// SPDX-License-Identifier: Apache-2.0
//
// The columns of state that is forgotten after a time: when a row was last written, and, where rows
// of another table belong to it, when its life began. They are there only while a time to live is
// set, so a job that goes on from a checkpoint may have them or lack them (job/restore_tables.h).

#pragma once

#include <string_view>

#include "columnar/sql_type.h"

namespace hw {

/// Processing time, ms. Names that no column of a user has.
constexpr std::string_view kAgeColumn = "$last_write";
constexpr std::string_view kBirthColumn = "$born";

/// NULL: restored from state that did not age.
inline SqlField age_field() { return {std::string(kAgeColumn), SqlType::bigint()}; }
inline SqlField birth_field() { return {std::string(kBirthColumn), SqlType::bigint()}; }

}  // namespace hw
