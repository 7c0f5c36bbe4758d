// SPDX-License-Identifier: Apache-2.0

#include "cli/completion_command.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "base/env/env.h"
#include "engine/catalogues.h"
#include "plan/config/config_keys.h"

namespace hw {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

template <typename Records>
std::vector<std::string> names_of(const Records& records) {
  std::vector<std::string> names;
  for (const auto& record : records) {
    const bool plain = std::all_of(record.name.begin(), record.name.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    });
    if (plain) names.push_back(record.name);
  }
  return names;
}

/// What may stand where the command takes a word; empty: a file.
std::vector<std::string> positional_values(const CommandWords& command) {
  if (command.positionals.empty()) return {};
  if (!command.positionals.front().values.empty()) return command.positionals.front().values;
  const Catalogues& all = catalogues();
  if (command.name == "functions") {
    std::vector<std::string> names = names_of(all.functions.scalars());
    for (std::string& name : names_of(all.functions.aggregates())) names.push_back(std::move(name));
    std::sort(names.begin(), names.end());
    return names;
  }
  if (command.name == "connectors") return names_of(all.connectors.all());
  if (command.name == "formats") return names_of(all.formats.all());
  std::vector<std::string> keys;
  if (command.name == "show")
    for (const ConfigKey& key : config_keys()) keys.emplace_back(key.name);
  return keys;
}

/// `option` may have two names: `-f,--file`.
std::vector<std::string> names_of(const OptionWords& option) {
  std::vector<std::string> names;
  std::string_view rest = option.name;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    names.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

/// All commands with the words that lead to them: `log tail`.
void flatten(const CommandWords& command, const std::string& path,
             std::vector<std::pair<std::string, const CommandWords*>>& out) {
  out.emplace_back(path, &command);
  for (const CommandWords& each : command.commands)
    flatten(each, path.empty() ? each.name : path + " " + each.name, out);
}

std::string first_words(const CommandWords& command) {
  std::vector<std::string> words;
  for (const CommandWords& each : command.commands) words.push_back(each.name);
  for (std::string& value : positional_values(command)) words.push_back(std::move(value));
  for (const OptionWords& option : command.options)
    for (std::string& name : names_of(option)) words.push_back(std::move(name));
  return joined(words);
}

std::string value_cases(const CommandWords& root) {
  std::vector<std::pair<std::string, const CommandWords*>> all;
  flatten(root, "", all);
  std::vector<std::string> seen;
  std::string text;
  for (const auto& [path, command] : all) {
    for (const OptionWords& option : command->options) {
      if (option.values.empty()) continue;
      const std::string name = names_of(option).back();
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
      seen.push_back(name);
      text += "    " + name + ") COMPREPLY=($(compgen -W \"" + joined(option.values) +
              "\" -- \"$word\")); return ;;\n";
    }
  }
  std::vector<std::string> keys;
  for (const ConfigKey& key : config_keys()) keys.push_back(std::string(key.name) + "=");
  text += "    -D) compopt -o nospace; COMPREPLY=($(compgen -W \"" + joined(keys) +
          "\" -- \"$word\")); return ;;\n";
  return text;
}

std::string bash_script(const CommandWords& root) {
  std::vector<std::pair<std::string, const CommandWords*>> all;
  flatten(root, "", all);
  std::string text =
      "# bash completion of headwater: source <(headwater completion bash)\n"
      "_headwater() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
      "  local path=\"\" words=\"\" i\n"
      "  case \"$previous\" in\n" +
      value_cases(root) +
      "  esac\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n";
  std::string paths;
  for (const auto& [path, command] : all) {
    if (path.empty()) continue;
    const size_t last = path.rfind(' ');
    const std::string before = last == std::string::npos ? "" : path.substr(0, last);
    const std::string name = last == std::string::npos ? path : path.substr(last + 1);
    paths += "      \"" + before + " " + name + "\") path=\"" + path + "\" ;;\n";
  }
  text += paths + "    esac\n  done\n  case \"$path\" in\n";
  for (const auto& [path, command] : all)
    text += "    \"" + path + "\") words=\"" + first_words(*command) + "\" ;;\n";
  text +=
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
      "}\n"
      "complete -o filenames -F _headwater headwater\n";
  return text;
}

/// For the single quotes of fish.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "\\'";
      continue;
    }
    out += c;
  }
  return out;
}

std::string zsh_script(const CommandWords& root) {
  // zsh reads bash's functions, and so both know the same words.
  return "#compdef headwater\n# zsh completion of headwater: source <(headwater completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(root);
}

std::string fish_script(const CommandWords& root) {
  std::vector<std::pair<std::string, const CommandWords*>> all;
  flatten(root, "", all);
  std::string text =
      "# fish completion of headwater: headwater completion fish | source\n"
      "complete -c headwater -e\n";
  for (const auto& [path, command] : all) {
    const size_t last = path.rfind(' ');
    const std::string name = last == std::string::npos ? path : path.substr(last + 1);
    std::string seen =
        path.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + name;
    if (last != std::string::npos)
      seen = "__fish_seen_subcommand_from " + path.substr(0, last) + "; and " + seen;
    const std::string begin = "complete -c headwater -n '" + seen + "'";
    for (const CommandWords& each : command->commands)
      text += begin + " -f -a " + each.name + " -d '" + quoted(each.sentence) + "'\n";
    const std::vector<std::string> values = positional_values(*command);
    if (!values.empty()) text += begin + " -f -a '" + joined(values) + "'\n";
    for (const OptionWords& option : command->options) {
      std::string line = begin;
      for (const std::string& each : names_of(option))
        line += each.starts_with("--") ? " -l " + each.substr(2) : " -s " + each.substr(1);
      if (option.takes_value) line += " -r";
      if (!option.values.empty()) line += " -f -a '" + joined(option.values) + "'";
      text += line + " -d '" + quoted(option.sentence) + "'\n";
    }
  }
  return text;
}

}  // namespace

int completion_command(const Arguments& arguments, Env& env) {
  const CommandWords root = command_words();
  std::string text;
  if (arguments.name == "bash") text = bash_script(root);
  if (arguments.name == "zsh") text = zsh_script(root);
  if (arguments.name == "fish") text = fish_script(root);
  return env.write_stdout(text).ok() ? 0 : 1;
}

}  // namespace hw
