// SPDX-License-Identifier: Apache-2.0
//
// A job's checkpoint in memory to files and a manifest, and back. Of frozen state what changed
// since the newest published checkpoint is written, and that one's streams are used again; what an
// operator keeps beside its registered state becomes the stream `operator`
// (docs/formats/checkpoint.md).

#pragma once

#include <memory>

#include "base/status.h"
#include "job/checkpoint_files.h"
#include "job/checkpoint_store.h"
#include "job/job_checkpoint.h"
#include "runtime/job_graph.h"
#include "state/manifest.h"

namespace hw {

/// Name of the stream that holds an operator's own entries and timers.
constexpr std::string_view kOperatorStream = "operator";

/// Makes the files of all instances durable and returns their manifest, for
/// CheckpointStore::write_manifest(). After a failure: CheckpointStore::abandon().
Result<Manifest> write_checkpoint(const CheckpointStore& store, const JobGraph& graph,
                                  const JobCheckpoint& checkpoint, int64_t generation);

/// The inverse; state is read from the files as it is restored. Requires: the files are verified.
Result<JobCheckpoint> read_checkpoint(const std::shared_ptr<const CheckpointFiles>& files,
                                      const std::shared_ptr<const Manifest>& manifest);

/// What Manifest::graph_digest is: equal for graphs of equal vertices, edges and uids.
ContentDigest graph_digest(const JobGraph& graph);

}  // namespace hw
