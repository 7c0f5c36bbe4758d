// SPDX-License-Identifier: Apache-2.0
//
// Removes a topic for good.

#pragma once

#include <string>

#include "base/status.h"

namespace hw {

class Env;

/// Removes the topic with all its rows: at once for everybody who looks, then file by file. A kill
/// in between leaves a folder that nobody takes for a topic; the next drop removes it.
/// Fails (KeyError) when there is no such topic; with kHeld while somebody writes to it. Readers
/// are not waited for: they fail, or go on by what their table says of topics that go away.
Status drop_topic(Env& env, const std::string& directory, const std::string& name);

}  // namespace hw
