// SPDX-License-Identifier: Apache-2.0

#include "cli/checkpoint_command.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/env.h"
#include "cli/error_text.h"
#include "columnar/text/calendar.h"
#include "columnar/text/json_text.h"
#include "engine/table_layout.h"
#include "job/checkpoint_inspection.h"

namespace hw {
namespace {

std::string_view kind_text(ManifestKind kind) {
  switch (kind) {
    case ManifestKind::kSavepoint:
      return "savepoint";
    case ManifestKind::kFinal:
      return "final";
    case ManifestKind::kCheckpoint:
      break;
  }
  return "checkpoint";
}

std::string two_digits(int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// `2026-11-21 15:04:05 UTC`.
std::string instant_text(int64_t wall_ms) {
  const int64_t seconds = wall_ms / 1000;
  const CivilDate date = civil_from_days(seconds / 86400);
  const int64_t second = seconds % 86400;
  return std::to_string(date.year) + "-" + two_digits(date.month) + "-" + two_digits(date.day) +
         " " + two_digits(second / 3600) + ":" + two_digits(second / 60 % 60) + ":" +
         two_digits(second % 60) + " UTC";
}

/// `812 bytes`, `3.4 MB`.
std::string size_text(int64_t bytes) {
  if (bytes < 10'000) return std::to_string(bytes) + " bytes";
  constexpr std::string_view kUnits[] = {"KB", "MB", "GB", "TB"};
  int64_t tenths = bytes / 100;
  size_t unit = 0;
  while (tenths >= 10'000 && unit + 1 < std::size(kUnits)) {
    tenths /= 1000;
    ++unit;
  }
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " +
         std::string(kUnits[unit]);
}

std::string counted(int64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// One line: whose checkpoint it is.
std::string title(const InspectedCheckpoint& one) {
  const Manifest& manifest = one.manifest;
  return std::string(kind_text(manifest.kind)) + " " + std::to_string(manifest.checkpoint) +
         " of job '" + terminal_text(manifest.job) + "', generation " +
         std::to_string(manifest.generation) + ", attempt " + std::to_string(manifest.attempt) +
         ", " + instant_text(manifest.wall_ms);
}

std::string schema_text(const Manifest& manifest, const std::string& uid,
                        const std::string& table) {
  const ManifestOperator* op = manifest.find_operator(uid);
  std::string text;
  for (const ManifestTable& candidate : op->tables) {
    if (candidate.name != table) continue;
    for (const ManifestColumn& column : candidate.columns) {
      text += (text.empty() ? "" : ", ") + column.name + " " + column.type;
    }
  }
  return text;
}

std::string damage_text(const std::vector<Damage>& damage, const std::string& indent) {
  std::string text;
  for (const Damage& each : damage) {
    const std::string& why = each.why.message();
    const bool named = why.starts_with("'" + each.file + "'") || why.starts_with(each.file + ":");
    text += indent + "damaged: " + (named ? "" : terminal_text(each.file) + ": ") +
            terminal_text(why) + "\n";
  }
  return text;
}

std::string inspect_text(const InspectedCheckpoint& one) {
  std::string text = terminal_text(one.path) + "\n";
  const Manifest& manifest = one.manifest;
  if (manifest.checkpoint == 0) return text + damage_text(one.damage, "  ");
  text += "  " + title(one) + (one.published ? "" : ", not published") + "\n";
  text += "  " + counted(manifest.num_key_groups, "key group") + ", " +
          counted(static_cast<int64_t>(manifest.files.size()), "file") + ", " +
          size_text(one.num_bytes) + "\n";
  for (const InspectedOperator& op : one.operators) {
    text += "  " + terminal_text(op.name) + "\n    uid " + terminal_text(op.uid) + ", " +
            counted(op.parallelism, "instance") + ", " + size_text(op.num_bytes) + "\n";
    for (const InspectedTable& table : op.tables) {
      text += "    state " + table.name + ": " + counted(table.num_rows, "row") + ", " +
              size_text(table.num_bytes) + ", " + table.kind + " (" +
              terminal_text(schema_text(manifest, op.uid, table.name)) + ")\n";
    }
    if (!op.tables.empty()) {
      text += "    " + counted(op.num_key_groups_used, "key group") + " in use\n";
    }
  }
  for (const ManifestSource& source : manifest.sources) {
    text += "  source " + terminal_text(source.name) + ", uid " + terminal_text(source.uid) +
            (source.enumerator_finished ? ", no more splits to find" : "") + "\n";
  }
  if (!manifest.committables.empty()) {
    text += "  " + counted(static_cast<int64_t>(manifest.committables.size()), "pending commit") +
            " of sinks\n";
  }
  return text + damage_text(one.damage, "  ");
}

std::string verify_text(const InspectedCheckpoint& one) {
  const bool good = one.damage.empty();
  std::string text = (good ? "ok       " : "damaged  ") + terminal_text(one.path);
  if (one.manifest.checkpoint != 0) {
    text += ": " + title(one) + ", " +
            counted(static_cast<int64_t>(one.manifest.files.size()), "file") + ", " +
            size_text(one.num_bytes);
  }
  return text + "\n" + damage_text(one.damage, "         ");
}

/// A JSON object or list under construction.
class Json {
 public:
  std::string text;
  void begin(std::string_view name, char bracket) {
    key(name);
    text += bracket;
    first_ = true;
  }
  void end(char bracket) {
    text += bracket;
    first_ = false;
  }
  void put(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(value, text);
  }
  void put(std::string_view name, int64_t value) {
    key(name);
    text += std::to_string(value);
  }
  void put_flag(std::string_view name, bool value) {
    key(name);
    text += value ? "true" : "false";
  }

 private:
  void key(std::string_view name) {
    if (!first_) text += ',';
    first_ = false;
    if (name.empty()) return;
    append_json_string(name, text);
    text += ':';
  }
  bool first_ = true;
};

void put_damage(const std::vector<Damage>& damage, Json& json) {
  json.begin("damage", '[');
  for (const Damage& each : damage) {
    json.begin("", '{');
    json.put("file", each.file);
    json.put("why", each.why.message());
    json.end('}');
  }
  json.end(']');
}

void put_operator(const InspectedOperator& op, const Manifest& manifest, Json& json) {
  json.begin("", '{');
  json.put("uid", op.uid);
  json.put("kind", op.kind);
  json.put("name", op.name);
  json.put("instances", op.parallelism);
  json.put("key_groups", op.num_key_groups_used);
  json.put("bytes", op.num_bytes);
  json.begin("states", '[');
  for (const InspectedTable& table : op.tables) {
    json.begin("", '{');
    json.put("name", table.name);
    json.put("kind", table.kind);
    json.put("rows", table.num_rows);
    json.put("bytes", table.num_bytes);
    json.put("schema", schema_text(manifest, op.uid, table.name));
    json.end('}');
  }
  json.end(']');
  json.end('}');
}

void put_checkpoint(const InspectedCheckpoint& one, Json& json) {
  const Manifest& manifest = one.manifest;
  json.begin("", '{');
  json.put("path", one.path);
  json.put("kind", kind_text(manifest.kind));
  json.put("job", manifest.job);
  json.put("checkpoint", manifest.checkpoint);
  json.put("generation", manifest.generation);
  json.put("attempt", manifest.attempt);
  json.put("time_ms", manifest.wall_ms);
  json.put("key_groups", manifest.num_key_groups);
  json.put("files", static_cast<int64_t>(manifest.files.size()));
  json.put("bytes", one.num_bytes);
  json.put("pending_commits", static_cast<int64_t>(manifest.committables.size()));
  json.put_flag("published", one.published);
  json.begin("operators", '[');
  for (const InspectedOperator& op : one.operators) put_operator(op, manifest, json);
  json.end(']');
  json.begin("sources", '[');
  for (const ManifestSource& source : manifest.sources) {
    json.begin("", '{');
    json.put("uid", source.uid);
    json.put("name", source.name);
    json.put_flag("finished", source.enumerator_finished);
    json.end('}');
  }
  json.end(']');
  put_damage(one.damage, json);
  json.end('}');
}

std::string json_text(const Inspection& seen) {
  Json json;
  json.begin("", '{');
  json.begin("checkpoints", '[');
  for (const InspectedCheckpoint& one : seen.checkpoints) put_checkpoint(one, json);
  json.end(']');
  put_damage(seen.damage, json);
  json.begin("unreferenced", '[');
  for (const std::string& file : seen.unreferenced) json.put("", file);
  json.end(']');
  json.put_flag("damaged", seen.damaged());
  json.end('}');
  return json.text + "\n";
}

std::string report(const Inspection& seen, bool verify) {
  std::string text;
  for (const InspectedCheckpoint& one : seen.checkpoints) {
    text += verify ? verify_text(one) : inspect_text(one);
  }
  text += damage_text(seen.damage, "");
  for (const std::string& file : seen.unreferenced) {
    text += "left over: " + terminal_text(file) + "\n";
  }
  if (!verify) return text;
  const auto num_damaged =
      std::count_if(seen.checkpoints.begin(), seen.checkpoints.end(),
                    [](const InspectedCheckpoint& one) { return !one.damage.empty(); });
  return text + counted(static_cast<int64_t>(seen.checkpoints.size()), "checkpoint") + ", " +
         std::to_string(num_damaged) + " damaged\n";
}

}  // namespace

int checkpoint_command(const Arguments& arguments, Env& env) {
  const bool verify = arguments.verb == Verb::kCheckpointVerify;
  const Result<Inspection> seen = inspect_checkpoints(env, arguments.file, verify);
  if (!seen.ok()) {
    (void)env.write_stderr(error_text(seen.status(), "", "", false));
    return 1;
  }
  const Status written =
      env.write_stdout(arguments.json ? json_text(*seen) : report(*seen, verify));
  return written.ok() && !seen->damaged() ? 0 : 1;
}

}  // namespace hw
