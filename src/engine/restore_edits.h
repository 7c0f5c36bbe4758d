// SPDX-License-Identifier: Apache-2.0
//
// Pairs of a job's SQL before and after an edit, and what must become of its state: the table of
// restore_mapping_test.cc.

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hw {

enum class EditOutcome {
  kMaps,      // every operator goes on, and nothing is new
  kExtends,   // every operator goes on, and something is new
  kMigrates,  // some state is read in another schema
  kLoses,     // refused, unless state may be dropped
  kRefused,   // refused, whatever is allowed
};

struct Edit {
  std::string name;
  std::string before;
  std::string after;
  EditOutcome outcome = EditOutcome::kMaps;
  /// A part of the report or of the refusal; may be empty.
  std::string says = {};
  /// Replaces the declaration of a table of that name on the edited side.
  std::string after_table = {};
  /// What becomes of it where sinks shared what they have in common, if that is something else.
  std::optional<EditOutcome> outcome_if_shared = {};
};

/// Declarations, a statement each: t (inserts, with a watermark), u (inserts), c (changes by
/// PRIMARY KEY), sinks o1 and o2.
const std::vector<std::string>& edit_tables();
const std::vector<Edit>& edits();
/// Of them: those of restore_edit_shapes_test.cc.
std::vector<Edit> shaped_edits();

}  // namespace hw
