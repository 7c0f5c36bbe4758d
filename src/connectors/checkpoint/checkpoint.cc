// SPDX-License-Identifier: Apache-2.0
//
// The checkpoint connector: any state of a checkpoint or savepoint as a table. Reads only, needs
// no lease, and sees what was there when the query was planned.

#include <memory>
#include <utility>

#include "connectors/checkpoint/checkpoint_source.h"
#include "connectors/checkpoint/checkpoint_states.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

const OptionSpec kPath = {.name = "path",
                          .required = true,
                          .sentence = "A savepoint's directory, or the manifest of a checkpoint."};
const OptionSpec kOperator = {
    .name = "operator",
    .sentence = "Whose state: an operator's uid, or its name where only one has it."};
const OptionSpec kState = {
    .name = "state",
    .sentence = "Which state of it. Without this and 'operator' the table is the list of states."};

Result<std::unique_ptr<Source>> make_source(const ScanRequest& request,
                                            const ConnectorContext& context) {
  const auto named = context.options.given(kOperator);
  const auto state = context.options.given(kState);
  if (named.has_value() != state.has_value()) {
    return Status::Invalid(
        "'operator' and 'state' are given both, for the rows of one state, or neither, for the "
        "list of all");
  }
  HW_ASSIGN_OR_RETURN(const auto states,
                      CheckpointStates::open(*context.env, context.options.text(kPath)));
  if (!named) return make_state_list(states, request);
  StateName name;
  HW_ASSIGN_OR_RETURN(name.op, states->find_operator(*named));
  HW_ASSIGN_OR_RETURN(name.table, CheckpointStates::find_table(*name.op, *state));
  return make_state_rows(states, name, request);
}

}  // namespace

void register_checkpoint(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "checkpoint";
  record.sentence = "Reads the state in a checkpoint or savepoint, or the list of its states.";
  record.options = {kPath, kOperator, kState};
  record.changelog_mode = "Append, bounded.";
  record.guarantee = "Exactly once: a checkpoint does not change.";
  record.example = R"(CREATE TABLE states (
  operator STRING, uid STRING, state STRING, kind STRING,
  num_rows BIGINT, num_bytes BIGINT, key_groups INT, schema STRING
) WITH (
  'connector' = 'checkpoint',
  'path' = '/state/savepoints/savepoint-counts-1-1-42'
);
CREATE TABLE counts (
  key_word STRING, `COUNT(*).count` BIGINT NOT NULL
) WITH (
  'connector' = 'checkpoint',
  'path' = '/state/savepoints/savepoint-counts-1-1-42',
  'operator' = 'GroupAggregate',
  'state' = 'groups'
))";
  record.source = make_source;
  catalogue.add(std::move(record));
}

}  // namespace hw
