// SPDX-License-Identifier: Apache-2.0
//
// Writes into a table. The input has exactly the columns that the table takes: physical ones in
// declared order, then written metadata columns.

#pragma once

#include <cstdint>
#include <map>

#include "plan/catalog/object_path.h"
#include "plan/logical/node.h"

namespace hw {

/// What becomes of rows with one PRIMARY KEY when the query's key is another one.
enum class OnConflict : uint8_t {
  kDefault,
  kDeduplicate,  // the newest is shown
  kNothing,      // the first is shown
  kError,        // the job fails
};

struct SinkSpec {
  ObjectPath path;
  TablePtr table;
  std::map<std::string, std::string> options;
  bool overwrite = false;
  OnConflict on_conflict = OnConflict::kDefault;
  SqlPosition position;
};

class SinkNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kSink;
  SinkNode(LogicalNodePtr input, SinkSpec spec);

  const SinkSpec& spec() const { return spec_; }
  const TableDefinition& table() const { return *spec_.table; }
  /// Positions of the table's PRIMARY KEY among the columns that are written.
  std::vector<int> primary_key() const;

  std::string name() const override { return "Sink"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const SinkSpec spec_;
};

/// Declared positions of the columns that INSERT writes: physical ones in declared order, then
/// metadata columns that are not VIRTUAL.
std::vector<int> written_columns(const TableDefinition& table);

}  // namespace hw
