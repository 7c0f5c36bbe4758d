// SPDX-License-Identifier: Apache-2.0

#include "tally.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace hw {
namespace {

constexpr size_t kWrongKeptMax = 20;

char under_way[512];

void on_crash(int signal) {
  const auto say = [](const char* text) { (void)!::write(STDERR_FILENO, text, std::strlen(text)); };
  say("damage: crashed at: ");
  say(under_way);
  say("\n");
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void Tally::add(const Damage& damage, Verdict verdict) {
  ++counts[static_cast<size_t>(damage.kind)][static_cast<size_t>(verdict)];
}

void Tally::add_wrong(const std::string& where, const Damage& damage, const std::string& why) {
  add(damage, Verdict::kWrong);
  if (wrong.size() < kWrongKeptMax)
    wrong.push_back(where + ": " + hw::to_text(damage) + ": " + why);
}

void Tally::add(const Tally& other) {
  for (size_t kind = 0; kind < counts.size(); ++kind) {
    for (size_t i = 0; i < counts[kind].size(); ++i) counts[kind][i] += other.counts[kind][i];
  }
  for (const std::string& text : other.wrong) {
    if (wrong.size() < kWrongKeptMax) wrong.push_back(text);
  }
}

int64_t Tally::of(Verdict verdict) const {
  int64_t sum = 0;
  for (const auto& by_verdict : counts) sum += by_verdict[static_cast<size_t>(verdict)];
  return sum;
}

int64_t Tally::total() const {
  return of(Verdict::kHarmless) + of(Verdict::kFellBack) + of(Verdict::kStopped) +
         of(Verdict::kWrong);
}

std::string Tally::to_text() const {
  std::string text = "damage              harmless  fell back    stopped      wrong\n";
  char line[128];
  for (size_t kind = 0; kind < counts.size(); ++kind) {
    const auto& row = counts[kind];
    std::snprintf(line, sizeof line, "%-16s %11lld%11lld%11lld%11lld\n",
                  std::string(hw::to_text(static_cast<Damage::Kind>(kind))).c_str(),
                  static_cast<long long>(row[0]), static_cast<long long>(row[1]),
                  static_cast<long long>(row[2]), static_cast<long long>(row[3]));
    text += line;
  }
  return text;
}

void say_under_way(const std::string& text) {
  static const bool once = [] {
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTERM}) {
      std::signal(signal, on_crash);
    }
    return true;
  }();
  (void)once;
  const size_t length = std::min(text.size(), sizeof under_way - 1);
  std::memcpy(under_way, text.data(), length);
  under_way[length] = '\0';
}

}  // namespace hw
