// SPDX-License-Identifier: Apache-2.0
//
// Option values that stand for something kept elsewhere (`${env:NAME}`, `${file:PATH}`), and
// values that must not be shown.

#pragma once

#include <string>
#include <string_view>

#include "runtime/options.h"

namespace hw {

class Env;

/// Returns `options` with every `${env:NAME}` and `${file:PATH}` replaced; done when the table is
/// used, so that definitions never hold the secret. A file's last line break is dropped.
/// Fails (Invalid) naming the option when a variable is not set, a file cannot be read, or the
/// reference is of another kind.
Result<Options> resolve_references(const Options& options, Env& env);

/// True for passwords, tokens and the like, by the option's name.
bool is_secret_option(std::string_view name);

/// The value as EXPLAIN, SHOW CREATE and logs may show it: `******` for a secret. A reference is no
/// secret.
std::string shown_option_value(std::string_view name, std::string_view value);

}  // namespace hw
