// SPDX-License-Identifier: Apache-2.0
//
// Appends to partitions of a topic. Rows go to segment files at once; nobody sees them until their
// epoch is committed, then all of them appear together, on all partitions. Offsets are given out by
// the commit, so that they are dense whatever becomes of other epochs
// (docs/adr/0006-log-commits-name-extents.md). One thread at a time.
//
//   append … append → prepare(n) → token, into the checkpoint → commit(token) once it is durable
//
// After a restart: open, commit the tokens that the checkpoint still held (again is harmless), then
// write on. Rows that were never prepared, and epochs never committed, stay invisible.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "columnar/batch.h"
#include "log/topic_state.h"

namespace hw {

class Env;
class Topic;

struct TopicWriterOptions {
  std::string directory;
  std::string topic;
  WriterIdentity identity;
  /// Of the job: a higher one takes partitions over from a lower one of the same job and
  /// generation, even if that one still runs; from then on the lower one cannot commit.
  int64_t attempt = 0;
  std::vector<int> partitions;
  /// Of the rows that will come: one of the topic's versions, or what its newest can evolve to,
  /// which makes a new version. Null: the topic's newest.
  SchemaPtr schema;
  arrow::MemoryPool* memory_pool = nullptr;
  /// Epochs are told of in checkpoints: with a flush interval they, and the commits before, are on
  /// disk when prepare() returns.
  bool in_checkpoints = false;
};

class TopicWriter {
 public:
  /// Fails with kHeld (log_error.h) naming host and process when another job, or the same attempt,
  /// writes to one of the partitions; with kFenced when a higher attempt does.
  static Result<std::unique_ptr<TopicWriter>> open(Env& env, TopicWriterOptions options);
  virtual ~TopicWriter() = default;

  /// Rows of the options' schema, selected or dense, with or without kinds; `times` are their event
  /// times. Requires: the partition is ours. A full disk (CapacityError) leaves the log as it was
  /// before the call: the same rows may be appended again.
  virtual Status append(int partition, const Batch& batch, TimeRange times) = 0;

  /// Hands the rows so far to the files, where readers see them that do not wait for commits
  /// (uncommitted_reader.h). A full disk is as above.
  virtual Status flush() = 0;

  /// Ends the epoch: its rows are on disk when this returns (unless the topic's flush policy says
  /// otherwise). Returns the token, or an empty string when nothing was written. `epoch` must be
  /// above all that this writer has prepared or settled. After CapacityError (full disk) it may be
  /// called again; after any other failure the epoch's rows are lost to this writer: the caller
  /// starts over from its last checkpoint.
  virtual Result<std::string> prepare(int64_t epoch) = 0;

  /// Makes the epochs of these tokens, its own or others', visible under one commit number, which
  /// it returns; 0 when all were visible already. Empty tokens are nothing. Fails with kFenced, or
  /// with kUnknownOutcome: then commit again. Tokens of one writer must be committed in the order
  /// of their epochs; one that skips an epoch is refused.
  virtual Result<int64_t> commit(std::span<const std::string> tokens) = 0;

  /// Fails with kDamaged when rows of these epochs, which others may have prepared before a crash
  /// of the machine, are not what was written.
  virtual Status check_whole(std::span<const std::string> tokens) = 0;

  /// These epochs will never be committed. One that is settled already stays what it is.
  virtual Status abort(std::span<const std::string> tokens) = 0;
  /// Forgets the rows since the last prepare.
  virtual Status discard() = 0;

  /// The last epoch of this writer that is settled: numbers of later ones are above it.
  virtual int64_t settled_epoch() const = 0;
  /// The topic as the writer sees it; `refresh()` it before looking.
  virtual Topic& topic() = 0;
};

}  // namespace hw
