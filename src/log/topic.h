// SPDX-License-Identifier: Apache-2.0
//
// A topic as readers see it, and the directory of topics. Layout: docs/formats/log.md.
// One thread at a time; every thread and process opens its own.

#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "log/topic_options.h"
#include "log/topic_state.h"

namespace hw {

class Env;
class TopicChain;

/// Names of the topics in `directory`, sorted. A directory that is missing has none.
Result<std::vector<std::string>> list_topics(Env& env, const std::string& directory);

/// Behind what is said of a file that is not where it was moved to.
inline constexpr const char* kMovedThere = ", where 'offload.path' has moved it to";

struct NewTopic {
  std::string name;
  SchemaPtr schema;
  int num_partitions = 1;
  TopicOptions options;
};
/// Fails with AlreadyExists when the topic is there; of several that make one at the same time,
/// exactly one succeeds.
Status create_topic(Env& env, const std::string& directory, const NewTopic& topic);

/// A run of rows that can be read by itself.
struct TopicSplit {
  int partition = 0;
  int64_t first_offset = 0;
  int64_t end_offset = 0;
  int64_t num_bytes = 0;
};

class Topic {
 public:
  /// Fails (KeyError) when there is no such topic. Reads the newest state of the chain and what
  /// came after it; no segment.
  static Result<std::unique_ptr<Topic>> open(Env& env, const std::string& directory,
                                             const std::string& name);
  /// As open(). A topic whose files somebody removes one by one looks damaged meanwhile: it is
  /// looked at again for half a second, until it is whole or gone.
  static Result<std::unique_ptr<Topic>> open_settled(Env& env, const std::string& directory,
                                                     const std::string& name);
  ~Topic();

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  Env& env() const { return env_; }
  const TopicState& state() const;
  int num_partitions() const { return static_cast<int>(state().partitions.size()); }
  const SchemaPtr& schema() const { return state().schema(); }

  /// Folds in what was committed since; returns whether there was anything. Idle it costs
  /// three look-ups of a file name: meant to be called every few milliseconds.
  Result<bool> refresh();

  /// The closed and open pieces of all partitions as of the last refresh: what a bounded read deals
  /// out. Empty pieces are left out; larger ones than `bytes_max` are cut into ranges of offsets of
  /// about equal size.
  std::vector<TopicSplit> splits(int64_t bytes_max = std::numeric_limits<int64_t>::max()) const;

  /// The first offset whose extent holds a row of event time >= `time_ms` (topics without event
  /// times: that was committed at or after it); the end offset when there is none. Rows before it
  /// in the same extent may be older.
  Result<int64_t> offset_for_time(int partition, int64_t time_ms) const;
  /// The first offset that commit `commit` or a later one made visible.
  Result<int64_t> offset_for_commit(int partition, int64_t commit) const;
  /// Where the piece's segment and index file lie.
  std::string folder_of(int64_t partition, const Piece& piece) const;
  /// Extents of a piece, from memory or from its index file.
  Result<std::vector<Extent>> extents_of(int partition, const Piece& piece) const;

  /// Adds a version of the schema. Fails (Invalid) unless rows of the newest one can be read as
  /// `schema`. Equal to the newest: nothing happens.
  Status evolve(const SchemaPtr& schema);
  Status set_options(const TopicOptions& options);

  TopicChain& chain() { return *chain_; }

 private:
  Topic(Env& env, std::string name, std::string path, std::unique_ptr<TopicChain> chain);

  Env& env_;
  const std::string name_;
  const std::string path_;
  const std::unique_ptr<TopicChain> chain_;
};

}  // namespace hw
