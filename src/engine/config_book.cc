// SPDX-License-Identifier: Apache-2.0

#include "engine/config_book.h"

namespace hw {
namespace {

constexpr const char* kHead = R"(# Configuration keys

Names are Flink's wherever the meaning is the same. A key is set by, strongest first:

1. `SET 'key' = 'value'` in the script;
2. flags and `-D key=value`;
3. an environment variable: `HEADWATER_TABLE_DML_SYNC` for `table.dml-sync`;
4. a YAML file, nested or with dots, given with `--config`.

A wrong value is an error. An unknown key is a warning that names the nearest one.
`headwater config show` prints all of this with the values that are in effect, and
`headwater config show --effective --origin` a line for each key that has one.

This page is made by `headwater config show --markdown`.

)";

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string table_of(KeyStatus status, bool with_default) {
  std::string text = with_default ? "| key | type | default | meaning |\n|---|---|---|---|\n"
                                  : "| key | meaning |\n|---|---|\n";
  for (const ConfigKey& key : config_keys()) {
    if (key.status != status) continue;
    text += "| `" + std::string(key.name) + "`";
    if (!key.deprecated_name.empty()) text += " (`" + std::string(key.deprecated_name) + "`)";
    if (with_default) {
      text += " | " + cell(config_type_text(key)) + " | ";
      if (!key.default_value.empty()) text += "`" + std::string(key.default_value) + "`";
    }
    text += " | " + cell(key.sentence) + " |\n";
  }
  return text;
}

}  // namespace

std::string config_type_text(const ConfigKey& key) {
  if (key.type == OptionType::kEnum) {
    std::string text;
    for (const char c : key.values) text += c == '|' ? std::string(" | ") : std::string(1, c);
    return text;
  }
  constexpr const char* kNames[] = {"text", "true | false", "integer", "number", "duration", "size",
                                    "",     "list",         "map"};
  return kNames[static_cast<int>(key.type)];
}

std::string_view config_status_text(KeyStatus status) {
  switch (status) {
    case KeyStatus::kHonoured:
      return "honoured";
    case KeyStatus::kNotBuilt:
      return "not built yet: setting it is a warning and changes nothing";
    case KeyStatus::kNoMeaning:
      break;
  }
  return "known to Flink, without meaning here: taken and passed over";
}

std::string config_book() {
  std::string text = kHead;
  text += table_of(KeyStatus::kHonoured, true);
  text += "\n## Not built yet\n\nSetting one of these is a warning and changes nothing.\n\n";
  text += table_of(KeyStatus::kNotBuilt, true);
  text +=
      "\n## Without meaning here\n\nScripts may set these keys of Flink; they are passed over.\n\n";
  text += table_of(KeyStatus::kNoMeaning, false);
  return text;
}

}  // namespace hw
