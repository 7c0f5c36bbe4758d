// SPDX-License-Identifier: Apache-2.0
//
// What the configuration says about s3://, handed to Env. It holds for the process: paths of all
// sessions lead to the same store.

#pragma once

namespace hw {

class Env;
class SessionConfig;

/// Nothing is reached, and nothing can fail, before the first s3:// path is used.
void use_object_access(const SessionConfig& config, Env& env);

}  // namespace hw
