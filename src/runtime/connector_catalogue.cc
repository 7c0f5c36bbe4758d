// SPDX-License-Identifier: Apache-2.0

#include "runtime/connector_catalogue.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/did_you_mean.h"

namespace hw {
namespace {

// Names of Flink's that people will try first; they get a better answer than "unknown".
constexpr std::array<std::string_view, 16> kConnectorsToCome = {
    "kafka",           "upsert-kafka",    "dynamic-kafka", "jdbc",         "elasticsearch-6",
    "elasticsearch-7", "elasticsearch-8", "opensearch",    "opensearch-2", "pulsar",
    "postgres-cdc",    "mysql-cdc",       "log",           "hybrid",       "checkpoint",
    "hbase-2.2"};
constexpr std::array<std::string_view, 11> kFormatsToCome = {
    "avro",       "avro-confluent", "debezium-json", "debezium-avro-confluent",
    "canal-json", "maxwell-json",   "ogg-json",      "orc",
    "protobuf",   "json-registry",  "arrow"};

template <size_t N>
bool is_to_come(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What the planner and the runtime read from every table.
std::vector<OptionSpec> options_of_every_table() {
  return {
      {.name = "connector", .required = true, .sentence = "Names the connector."},
      {.name = "output-mode",
       .type = OptionType::kEnum,
       .values = {"append", "update", "complete"},
       .sentence = "What a stream writes: rows that stay, changes, or at each trigger the whole "
                   "result; what the query gives if not given."},
      {.name = "scan.parallelism",
       .type = OptionType::kInteger,
       .sentence = "How many readers the source has; the job's parallelism if not given.",
       .not_built = true},
      {.name = "sink.parallelism",
       .type = OptionType::kInteger,
       .sentence = "How many writers the sink has; the job's parallelism if not given.",
       .not_built = true},
      {.name = "scan.watermark.emit.strategy",
       .type = OptionType::kEnum,
       .default_value = "on-periodic",
       .values = {"on-periodic", "on-event"},
       .sentence = "Accepted for compatibility: watermarks are exact per row either way."},
      {.name = "scan.watermark.emit.max-delay",
       .type = OptionType::kDuration,
       .sentence = "Bounds the delay of a watermark.",
       .not_built = true},
      {.name = "scan.watermark.idle-timeout",
       .type = OptionType::kDuration,
       .sentence = "A split without rows for this long does not hold the watermark back."},
      {.name = "scan.watermark.alignment.group",
       .sentence = "Sources of one group, in one job, wait for each other in event time."},
      {.name = "scan.watermark.alignment.max-drift",
       .type = OptionType::kDuration,
       .sentence = "How far in event time a split may be ahead of the slowest of the group."},
      {.name = "scan.watermark.alignment.update-interval",
       .type = OptionType::kDuration,
       .default_value = "1 s",
       .sentence = "How often a split that is read looks where its group stands."},
      {.name = "error.policy",
       .type = OptionType::kEnum,
       .default_value = "fail",
       .values = {"fail", "skip", "dead-letter"},
       .sentence = "What happens to a record that cannot be read.",
       .not_built_values = {"skip", "dead-letter"}},
      {.name = "error.dead-letter.table",
       .sentence = "Where records go that cannot be read.",
       .not_built = true},
      {.name = "error.max-rate",
       .type = OptionType::kDouble,
       .sentence = "The share of bad records above which the job fails.",
       .not_built = true},
  };
}

template <typename Catalogue>
std::vector<std::string> names_of(const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const auto& record : catalogue.all()) names.push_back(record.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string parenthesised(std::string_view place) {
  return place.empty() ? std::string() : " (" + std::string(place) + ")";
}

Status unknown_name(std::string_view kind, const std::string& name,
                    const std::vector<std::string>& supported, std::string_view place) {
  std::string message = "unknown " + std::string(kind) + " '" + name + "'" + parenthesised(place);
  const std::vector<std::string> near = nearest(name, supported);
  if (!near.empty()) message += "\n  did you mean '" + near[0] + "'?";
  message += "\n  supported: ";
  for (size_t i = 0; i < supported.size(); ++i) message += (i == 0 ? "" : ", ") + supported[i];
  return Status::Invalid(message);
}

/// A format whose options a table may have, and what they begin with.
struct PrefixedFormat {
  std::string prefix;  // `json.`, `key.json.`
  const FormatRecord* format = nullptr;
};

Result<const FormatRecord*> find_format(const std::string& name, const ConnectorRecord& connector,
                                        const FormatCatalogue& formats, std::string_view place) {
  const FormatRecord* format = formats.find(name);
  if (format != nullptr) return format;
  // A connector's own: its rows as they are.
  const OptionSpec* declared = find_option(connector.options, "format");
  if (declared != nullptr && name == declared->default_value) return nullptr;
  if (is_to_come(kFormatsToCome, name)) {
    return not_supported_yet("format '" + name + "'" + parenthesised(place));
  }
  return unknown_name("format", name, names_of(formats), place);
}

/// The formats that a table names; unknown ones are left out.
std::vector<PrefixedFormat> formats_of(const Options& options, const ConnectorRecord& connector,
                                       const FormatCatalogue& formats) {
  std::vector<PrefixedFormat> found;
  const auto add = [&](std::string_view side, const std::string& name) {
    const FormatRecord* format = formats.find(name);
    if (format != nullptr) found.push_back({std::string(side) + name + ".", format});
  };
  const bool by_value = connector.takes_key_format && options.has("value.format");
  add(by_value ? "value." : "", table_format(options, connector));
  if (connector.takes_key_format && options.has("key.format")) {
    add("key.", *options.given("key.format"));
  }
  return found;
}

Status check_formats(const Options& options, const ConnectorRecord& connector,
                     const FormatCatalogue& formats, std::string_view place) {
  const std::string name = table_format(options, connector);
  if (!name.empty()) HW_TRY(find_format(name, connector, formats, place).status());
  if (!connector.takes_key_format) return Status::OK();
  if (options.has("key.format")) {
    HW_TRY(find_format(*options.given("key.format"), connector, formats, place).status());
  }
  if (!options.has("format") || !options.has("value.format")) return Status::OK();
  return Status::Invalid("options 'format' and 'value.format' are one", parenthesised(place),
                         ": give only one of them");
}

const std::vector<OptionSpec>& every_table() {
  static const auto* const options = new std::vector<OptionSpec>(options_of_every_table());
  return *options;
}

const std::vector<OptionSpec>& format_option() {
  static const auto* const options = new std::vector<OptionSpec>{
      {.name = "format", .required = true, .sentence = "How rows are written."}};
  return *options;
}

OptionSpec with_prefix(OptionSpec spec, const std::string& prefix) {
  spec.name = prefix + spec.name;
  for (std::string& old : spec.deprecated_names) old = prefix + old;
  return spec;
}

/// All options that a table may have: what every table takes, the connector's, and the formats'
/// under their prefixes.
class TableOptionSpecs {
 public:
  TableOptionSpecs(const ConnectorRecord& connector, std::vector<PrefixedFormat> formats)
      : formats_(std::move(formats)) {
    bare_ = {&every_table(), &connector.options};
    if (connector.takes_format && find_option(connector.options, "format") == nullptr) {
      bare_.push_back(&format_option());
    }
  }

  /// Those that decide about the given options, which are few of many; all where a check fails,
  /// for its message names them.
  std::vector<OptionSpec> for_check(const Options& given) const {
    std::vector<OptionSpec> specs;
    for (const auto& [name, value] : given.all()) {
      const size_t before = specs.size();
      add_named(name, specs);
      if (specs.size() == before) return all();
    }
    for (const std::vector<OptionSpec>* part : bare_) {
      if (lacks_required(*part, "", given)) return all();
    }
    for (const PrefixedFormat& one : formats_) {
      if (lacks_required(one.format->options, one.prefix, given)) return all();
    }
    return specs;
  }

 private:
  std::vector<OptionSpec> all() const {
    std::vector<OptionSpec> specs;
    for (const std::vector<OptionSpec>* part : bare_) {
      specs.insert(specs.end(), part->begin(), part->end());
    }
    for (const PrefixedFormat& one : formats_) {
      for (const OptionSpec& spec : one.format->options) {
        specs.push_back(with_prefix(spec, one.prefix));
      }
    }
    return specs;
  }

  void add_named(const std::string& name, std::vector<OptionSpec>& specs) const {
    for (const std::vector<OptionSpec>* part : bare_) {
      if (const OptionSpec* spec = find_option(*part, name)) specs.push_back(*spec);
    }
    for (const PrefixedFormat& one : formats_) {
      if (!name.starts_with(one.prefix)) continue;
      const OptionSpec* spec = find_option(one.format->options, name.substr(one.prefix.size()));
      if (spec != nullptr) specs.push_back(with_prefix(*spec, one.prefix));
    }
  }

  static bool lacks_required(const std::vector<OptionSpec>& specs, const std::string& prefix,
                             const Options& given) {
    return std::any_of(specs.begin(), specs.end(), [&](const OptionSpec& spec) {
      return spec.required && !given.given(with_prefix(spec, prefix));
    });
  }

  std::vector<const std::vector<OptionSpec>*> bare_;  // whose names stand as they are
  const std::vector<PrefixedFormat> formats_;
};

}  // namespace

const ConnectorRecord* ConnectorCatalogue::find(std::string_view name) const {
  for (const ConnectorRecord& record : records_) {
    if (record.name == name) return &record;
  }
  return nullptr;
}

const CatalogTypeRecord* ConnectorCatalogue::find_catalog_type(std::string_view name) const {
  for (const CatalogTypeRecord& record : catalog_types_) {
    if (record.name == name) return &record;
  }
  return nullptr;
}

std::string table_format(const Options& options, const ConnectorRecord& connector) {
  if (!connector.takes_format) return {};
  if (const auto given = options.given("format")) return *given;
  if (connector.takes_key_format && options.has("value.format")) {
    return *options.given("value.format");
  }
  const OptionSpec* declared = find_option(connector.options, "format");
  return declared == nullptr ? std::string() : declared->default_value;
}

Status check_table_options(const Options& options, const ConnectorCatalogue& connectors,
                           const FormatCatalogue& formats, std::string_view place) {
  const std::optional<std::string> name = options.given("connector");
  if (!name) {
    const std::vector<std::string> supported = names_of(connectors);
    std::string list;
    for (const std::string& one : supported) list += (list.empty() ? "" : ", ") + one;
    return Status::Invalid("missing required option 'connector'", parenthesised(place),
                           "\n  connectors: ", list);
  }
  const ConnectorRecord* connector = connectors.find(*name);
  if (connector == nullptr) {
    if (is_to_come(kConnectorsToCome, *name)) {
      return not_supported_yet("connector '" + *name + "'" + parenthesised(place));
    }
    return unknown_name("connector", *name, names_of(connectors), place);
  }
  HW_TRY(check_formats(options, *connector, formats, place));
  const TableOptionSpecs specs(*connector, formats_of(options, *connector, formats));
  return check_options(options, specs.for_check(options), "connector '" + connector->name + "'",
                       place);
}

std::vector<std::string> table_option_warnings(const Options& options,
                                               const ConnectorCatalogue& connectors,
                                               const FormatCatalogue& formats) {
  const ConnectorRecord* connector = connectors.find(options.given("connector").value_or(""));
  if (connector == nullptr) return {};
  const TableOptionSpecs specs(*connector, formats_of(options, *connector, formats));
  return option_warnings(options, specs.for_check(options));
}

Options format_options(const Options& options, std::string_view format) {
  const std::string prefix = std::string(format) + ".";
  std::map<std::string, std::string> own;
  for (const auto& [name, value] : options.all()) {
    if (name.starts_with(prefix)) own.emplace(name.substr(prefix.size()), value);
  }
  return Options(std::move(own));
}

}  // namespace hw
