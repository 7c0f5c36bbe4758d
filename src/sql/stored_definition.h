// SPDX-License-Identifier: Apache-2.0
//
// Definitions as they stand in the files of a catalog of type 'filesystem': the statement of SHOW
// CREATE, secrets as they are, behind two lines of comment that say what it cannot:
//
//   -- headwater view 1
//   -- in `default_catalog`.`default_database`, ROW<`k` INT, `n` BIGINT NOT NULL>
//   CREATE VIEW `c`.`d`.`v` (`k`, `n`)
//   AS SELECT k, COUNT(*) FROM t GROUP BY k
//
// A view's names are looked up in that catalog and database; the catalog that the file lies in has
// no name there, because it may be opened under any. Its columns had these types when it was made.

#pragma once

#include "plan/catalog/stored_catalog.h"
#include "sql/binder.h"

namespace hw {

/// What `context` names outlives it.
DefinitionLanguage stored_definitions(const BinderContext& context);

}  // namespace hw
