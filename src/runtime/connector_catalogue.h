// SPDX-License-Identifier: Apache-2.0
//
// Where connectors are found, and what each declares as plain data, so that planning validates
// options without knowing a connector. Filled once at start by the generated
// register_all_connectors.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/external_catalog.h"
#include "runtime/format_catalogue.h"
#include "runtime/lookup.h"
#include "runtime/options.h"
#include "runtime/sink.h"
#include "runtime/source.h"

namespace hw {

/// A metadata column that tables of the connector may declare.
struct MetadataColumn {
  std::string key;
  SqlType type;
  bool readable = true;
  bool writable = false;
};

/// What a connector's factories get at planning time.
struct ConnectorContext {
  Env* env = nullptr;
  const FormatCatalogue* formats = nullptr;
  Options options;    // all of the table, checked
  std::string table;  // full name, for messages
  /// The value of a configuration key, empty when it is not set. May be empty itself.
  std::function<std::string(std::string_view key)> configuration = {};
};

struct ConnectorRecord {
  std::string name;
  std::string sentence;
  std::vector<OptionSpec> options;
  /// Takes `format` and `<format>.*` options of the format catalogue. `format` is required unless
  /// `options` lists it with a default.
  bool takes_format = false;
  /// Takes `key.format` and `value.format` too, with options under `key.<format>.` and
  /// `value.<format>.` (runtime/message_formats.h). Requires: takes_format.
  bool takes_key_format = false;
  std::vector<MetadataColumn> metadata;
  /// One sentence each for `headwater connectors NAME`.
  std::string changelog_mode;
  std::string guarantee;
  std::string example;  // a CREATE TABLE
  /// Checks options against the declared columns at CREATE/plan time. Optional.
  std::function<Status(const Schema& physical, const Options&)> check;
  /// Null when it is no source / no sink.
  std::function<Result<std::unique_ptr<Source>>(const ScanRequest&, const ConnectorContext&)>
      source;
  std::function<Result<std::unique_ptr<Sink>>(const SinkRequest&, const ConnectorContext&)> sink;
  /// How its tables are looked up by key; null when they cannot be.
  std::function<Result<LookupWay>(const LookupRequest&, const ConnectorContext&)> lookup;
};

class ConnectorCatalogue {
 public:
  void add(ConnectorRecord record) { records_.push_back(std::move(record)); }
  const ConnectorRecord* find(std::string_view name) const;
  const std::deque<ConnectorRecord>& all() const { return records_; }

  /// Catalogs of systems stand beside their connectors, in folders of their own.
  void add_catalog_type(CatalogTypeRecord record) { catalog_types_.push_back(std::move(record)); }
  const CatalogTypeRecord* find_catalog_type(std::string_view name) const;
  const std::deque<CatalogTypeRecord>& catalog_types() const { return catalog_types_; }

 private:
  std::deque<ConnectorRecord> records_;
  std::deque<CatalogTypeRecord> catalog_types_;
};

/// Generated: calls register_<name> of every folder in src/connectors.
void register_all_connectors(ConnectorCatalogue& catalogue);

/// Checks a table's options against its connector's and format's records; `place`, if not empty,
/// is put into the message: "table orders, line 7".
/// Fails with the message form of the connectors' reference.
Status check_table_options(const Options& options, const ConnectorCatalogue& connectors,
                           const FormatCatalogue& formats, std::string_view place = {});
/// One sentence for each deprecated name that is used. Requires: the check succeeded.
std::vector<std::string> table_option_warnings(const Options& options,
                                               const ConnectorCatalogue& connectors,
                                               const FormatCatalogue& formats);
/// The name of the table's format (of messages: their value's): given, or the connector's default;
/// empty when it takes none.
std::string table_format(const Options& options, const ConnectorRecord& connector);
/// The options of the table's format, prefix removed; of a message's side `key.json`, `value.json`.
Options format_options(const Options& options, std::string_view format);

}  // namespace hw
