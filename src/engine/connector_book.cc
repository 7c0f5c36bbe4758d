// SPDX-License-Identifier: Apache-2.0

#include "engine/connector_book.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "engine/catalogues.h"

namespace hw {
namespace {

constexpr const char* kConnectorHead = R"(# Connectors

What `'connector' = '…'` of a table can be, from the same records that check the options. Options
that are **bold** must be given. Those of formats are [on their page](formats.md). Metadata columns
are declared as `name TYPE METADATA [FROM 'key'] [VIRTUAL]`.

This page is made by `headwater connectors --markdown`; `headwater connectors NAME` prints one.
)";

constexpr const char* kFormatHead = R"(# Formats

What `'format' = '…'` of a table can be, from the same records that check the options. An option of
a format stands in `WITH` with the format's name in front: `'csv.field-delimiter' = ';'`.

This page is made by `headwater formats --markdown`; `headwater formats NAME` prints one.
)";

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string default_text(const OptionSpec& option) {
  return option.default_value.empty() ? "" : "`" + cell(option.default_value) + "`";
}

/// What is said behind an option's sentence.
std::string remarks(const OptionSpec& option) {
  std::string text = option.not_built ? " *Not supported yet.*" : "";
  for (const std::string& value : option.not_built_values) {
    text += " *`" + value + "` is not supported yet.*";
  }
  for (const std::string& name : option.deprecated_names) text += " Also `" + name + "`.";
  return text;
}

std::string options_table(const std::vector<OptionSpec>& options, std::string_view prefix) {
  if (options.empty()) return "\nIt has no options.\n";
  std::string text = "\n| option | type | default | meaning |\n|---|---|---|---|\n";
  for (const OptionSpec& option : options) {
    const std::string name = "`" + std::string(prefix) + option.name + "`";
    text += "| " + (option.required ? "**" + name + "**" : name) + " | " +
            cell(option_type_text(option)) + " | " + default_text(option) + " | " +
            cell(option.sentence) + cell(remarks(option)) + " |\n";
  }
  return text;
}

/// With a line for the test of the page, which readers do not see: the next one may take the name.
std::string example_text(const std::string& example) {
  if (example.empty()) return "";
  std::string text = "\n```sql\n" + example + (example.ends_with('\n') ? "```\n" : "\n```\n");
  constexpr std::string_view kCreate = "CREATE TABLE ";
  if (!example.starts_with(kCreate)) return text;
  const std::string name = example.substr(
      kCreate.size(), example.find_first_of(" (\n", kCreate.size()) - kCreate.size());
  return text + "\n<!-- sql: setup\nDROP TABLE " + name + ";\n-->\n";
}

std::string uses(const ConnectorRecord& record) {
  std::string text;
  const auto add = [&](bool can, std::string_view what) {
    if (can) text.append(text.empty() ? "" : ", ").append(what);
  };
  add(record.source != nullptr, "source");
  add(record.sink != nullptr, "sink");
  add(record.lookup != nullptr, "lookup");
  return text;
}

std::string metadata_table(const std::vector<MetadataColumn>& columns) {
  if (columns.empty()) return "";
  std::string text = "\n| metadata | type | |\n|---|---|---|\n";
  for (const MetadataColumn& column : columns) {
    const std::string ways = std::string(column.readable ? "read" : "") +
                             (column.readable && column.writable ? ", " : "") +
                             (column.writable ? "written" : "");
    text += "| `" + column.key + "` | `" + cell(column.type.to_sql()) + "` | " + ways + " |\n";
  }
  return text;
}

/// Records by name.
template <typename Records>
auto sorted(const Records& records) {
  std::vector<const typename Records::value_type*> all;
  for (const auto& record : records) all.push_back(&record);
  std::sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  return all;
}

}  // namespace

std::string option_type_text(const OptionSpec& option) {
  if (option.type == OptionType::kEnum) {
    std::string out;
    for (const std::string& value : option.values) out += (out.empty() ? "" : " | ") + value;
    return out;
  }
  constexpr const char* kNames[] = {"text", "true | false", "integer", "number", "duration", "size",
                                    "",     "list",         "map"};
  return kNames[static_cast<int>(option.type)];
}

std::string connector_book() {
  std::string text = kConnectorHead;
  for (const ConnectorRecord* record : sorted(catalogues().connectors.all())) {
    text +=
        "\n## " + record->name + "\n\n" + record->sentence + "\n\n- Use: " + uses(*record) + ".\n";
    if (!record->changelog_mode.empty()) text += "- Changes: " + record->changelog_mode + "\n";
    if (!record->guarantee.empty()) text += "- Guarantee: " + record->guarantee + "\n";
    if (record->takes_format) text += "- It takes a [format](formats.md).\n";
    text += options_table(record->options, "") + metadata_table(record->metadata) +
            example_text(record->example);
  }
  text +=
      "\n## Types of catalogs\n\nBeside `generic_in_memory` and `filesystem`, which are "
      "described [with catalogs](catalogs.md#types-of-catalogs).\n";
  for (const CatalogTypeRecord* record : sorted(catalogues().connectors.catalog_types())) {
    text += "\n## Catalog " + record->name + "\n\n" + record->sentence + "\n" +
            options_table(record->options, "") + example_text(record->example);
  }
  return text;
}

std::string format_book() {
  std::string text = kFormatHead;
  for (const FormatRecord* record : sorted(catalogues().formats.all())) {
    text += "\n## " + record->name + "\n\n" + record->sentence + "\n" +
            options_table(record->options, record->name + ".") + example_text(record->example);
  }
  return text;
}

}  // namespace hw
