// SPDX-License-Identifier: Apache-2.0
//
// Who reads what of a plan. A column that nobody reads has no value that could be wrong; but an
// OVER by event time drops late rows, and one of whose functions nobody reads any does not.

#pragma once

#include <set>

#include "plan/logical/node.h"

namespace hw::reference {

/// The OVERs of a plan no function of which is read above them. They are not carried out.
std::set<const LogicalNode*> unread_overs(const LogicalNode& plan);

}  // namespace hw::reference
