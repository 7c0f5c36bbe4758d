// SPDX-License-Identifier: Apache-2.0
//
// Random tables: a few columns of every type, values chosen to hurt, and the order in which changes
// arrive in each partition.

#pragma once

#include <string>
#include <vector>

#include "columnar/schema.h"
#include "reference/chance.h"
#include "reference/relation.h"

namespace hw::reference {

/// What a column's values may be used for.
enum class Domain : uint8_t {
  kKey,    // few values, many rows each
  kPlain,  // anything of the type
  kExact,  // DOUBLE: small multiples of 0.25, which sum exactly in any order
  kWild,   // see Term::wild
  kTime,   // the event time
};

struct GeneratedColumn {
  std::string name;
  SqlType type;
  Domain domain = Domain::kPlain;
};

struct GeneratedTable {
  std::string name;
  std::vector<GeneratedColumn> columns;
  /// Positions of the PRIMARY KEY; empty unless the table is an upsert log.
  std::vector<int> primary_key;
  /// The column with a WATERMARK, or -1. No row is more than `disorder_ms` behind an earlier one,
  /// in no partition and not in the order of all; the watermark lags `patience_ms` behind. Where
  /// that is not less, no row is late in any interleaving; else there is one partition, whose order
  /// decides.
  int time_column = -1;
  int64_t disorder_ms = 0;
  int64_t patience_ms = 0;
  /// The watermark lags so much more behind. 2: what touches a session that has closed is late too.
  int64_t margin_ms = 1;
  /// Before the first row's time, ms.
  int64_t time_start_ms = 0;
  /// Rows are versions of their PRIMARY KEY, valid from their time on; no two have one time.
  bool is_versioned = false;
  /// Rows are looked up in it; by these options in a file, by none in the program's own rows.
  bool is_lookup = false;
  std::string lookup_options;
  /// insert_only, upsert or all.
  RowKindSet kinds = RowKindSet::insert_only();
  /// In order of arrival over all partitions; a -U stands directly before its +U.
  std::vector<Change> changes;
  /// One a change. Changes of equal rows, and of equal keys, are in one partition.
  std::vector<int> partition_of;
  int num_partitions = 1;

  /// The event time is TIMESTAMP_LTZ.
  bool has_instants() const;
  /// One copy of the table is looked up in.
  bool is_kept_whole() const;
  SchemaPtr schema() const;
  /// `(k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS …)`: what stands behind the name in CREATE
  /// TABLE.
  std::string declaration() const;
  /// The changes dealt out.
  TableRows rows() const;
};

struct TableWishes {
  int64_t rows_max = 60;
  /// Only insert-only tables else.
  bool changelogs = true;
  bool with_time = false;
  /// Tables with event time may have rows that are late.
  bool late_rows = true;
  /// Event time may be TIMESTAMP_LTZ.
  bool instants = true;
  /// Constructed types, the ends of decimals, instants; changes of rows with event time. Off: the
  /// tables of a seed are what they have always been.
  bool whole_grammar = false;
};

GeneratedTable generate_versions(const std::string& name, const TableWishes& wishes,
                                 Chance& chance);
GeneratedTable generate_table(const std::string& name, const TableWishes& wishes, Chance& chance);

}  // namespace hw::reference
