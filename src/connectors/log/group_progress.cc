// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/group_progress.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/env/env.h"
#include "base/log.h"
#include "log/group_offsets.h"
#include "log/topic.h"

namespace hw {
namespace {

/// Partition to next offset, of one topic.
struct TopicNotes {
  int64_t created_ms = 0;
  std::map<int, int64_t> next;
};

Status write(Env& env, const std::string& directory, const std::string& group,
             const std::string& name, const TopicNotes& notes) {
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<Topic> topic, Topic::open(env, directory, name));
  // They say nothing about one that was made in its place.
  if (made_again(notes.created_ms, topic->state())) return Status::OK();
  return write_group_offsets(*topic, group, notes.next);
}

}  // namespace

void GroupProgress::publish(Env& env, int64_t checkpoint) {
  for (GroupNote& note : notes_.take()) waiting_.push_back(std::move(note));
  std::map<std::string, TopicNotes> topics;
  for (const GroupNote& note : waiting_) {
    if (note.checkpoint > checkpoint) continue;
    TopicNotes& notes = topics[note.topic];
    notes.created_ms = note.created_ms;
    // Ranges of one partition may have been read side by side: the last one's end counts.
    int64_t& next = notes.next[note.partition];
    next = std::max(next, note.next);
  }
  std::erase_if(waiting_, [&](const GroupNote& note) { return note.checkpoint <= checkpoint; });
  for (const auto& [name, notes] : topics) {
    const Status written = write(env, directory_, group_, name, notes);
    if (written.ok() || written.IsKeyError()) continue;  // a topic that was dropped has no group
    log_warning(env, "the offsets of group '" + group_ + "' in topic '" + name +
                         "' could not be kept: " + written.message());
  }
}

}  // namespace hw
