// SPDX-License-Identifier: Apache-2.0
//
// Messages for people, on stderr, one line each: `headwater: warning: …`. Through Env, so that a
// test can read them. Thread-safe.

#pragma once

#include <string_view>

namespace hw {

class Env;

enum class LogLevel { kDebug, kNote, kWarning, kError };

/// Least level that is written, for the whole process. Set once, before threads start.
void set_log_level(LogLevel least);
bool log_enabled(LogLevel level);

/// Writes one line; what cannot be written is lost.
void log(Env& env, LogLevel level, std::string_view text);

inline void log_debug(Env& env, std::string_view text) { log(env, LogLevel::kDebug, text); }
inline void log_note(Env& env, std::string_view text) { log(env, LogLevel::kNote, text); }
inline void log_warning(Env& env, std::string_view text) { log(env, LogLevel::kWarning, text); }
inline void log_error(Env& env, std::string_view text) { log(env, LogLevel::kError, text); }

}  // namespace hw
