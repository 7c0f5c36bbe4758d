// SPDX-License-Identifier: Apache-2.0

#include "job/restore_mapping.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/env/env.h"
#include "job/restore_families.h"
#include "job/restore_migration.h"
#include "job/restore_phases.h"
#include "job/restore_record.h"
#include "job/restore_unfolding.h"

namespace hw {
namespace {

using Fixed = std::vector<std::pair<std::string, std::string>>;

const OperatorRecipe* recipe_of(const JobGraph& graph, const std::string& uid) {
  for (const Vertex& vertex : graph.vertices) {
    for (const OperatorRecipe& recipe : vertex.chain) {
      if (recipe.uid == uid) return &recipe;
    }
  }
  return nullptr;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

/// A checkpoint that was written before this was said is not asked for it.
constexpr std::string_view kSaidLater = "sides";

/// `window is [TUMBLE(size=[5 min])], but was [TUMBLE(size=[1 min])]`, for each that differs.
std::vector<std::string> differences(const Fixed& saved, const Fixed& now) {
  const auto value_of = [](const Fixed& fixed, const std::string& name) -> const std::string* {
    for (const auto& [key, value] : fixed) {
      if (key == name) return &value;
    }
    return nullptr;
  };
  std::vector<std::string> texts;
  for (const auto& [name, value] : now) {
    const std::string* old = value_of(saved, name);
    if (old != nullptr ? *old == value : name == kSaidLater) continue;
    texts.push_back(name + " is [" + value + "], but was " +
                    (old == nullptr ? "not set" : "[" + *old + "]"));
  }
  for (const auto& [name, value] : saved) {
    if (value_of(now, name) == nullptr) texts.push_back(name + " was [" + value + "]");
  }
  return texts;
}

/// Compares a checkpoint with a job, node by node.
class Mapper {
 public:
  Mapper(const JobGraph& graph, const Manifest& manifest, const RestoreMappingOptions& options)
      : graph_(graph),
        manifest_(manifest),
        options_(options),
        now_(in_one_phase(plan_record(graph))) {}

  Result<RestoreMapping> run() {
    HW_ASSIGN_OR_RETURN(PlanRecord saved, decode_plan_record(manifest_.plan));
    saved_ = in_one_phase(std::move(saved));
    HW_TRY(check_key_groups());
    match();
    if (out_.shares_too_much) return std::move(out_);
    for (const PlanNode& node : now_.nodes) {
      if (!takes_part(node)) continue;
      const auto match = saved_of_.find(node.uid);
      if (match == saved_of_.end()) {
        add_new(node);
      } else {
        HW_TRY(add_match(*saved_.find(match->second), node));
      }
    }
    for (const PlanNode& node : saved_.nodes) {
      if (takes_part(node) && !taken_.contains(node.uid)) add_missing(node);
    }
    if (!refusals_.empty()) return refusal();
    return std::move(out_);
  }

 private:
  static bool takes_part(const PlanNode& node) {
    return node.role != PlanNode::Role::kOperator || node.meaning.keeps_state;
  }

  /// Compares the plans as if nobody shared anything. What the job shares must then go on as one:
  /// all of its copies from the state of one operator, or none of them from any.
  void match() {
    const UnfoldedPlan before = unfold(saved_);
    const UnfoldedPlan after = unfold(now_);
    const NodeMatches matches = match_nodes(before.record, after.record);
    for (const std::string& uid : matches.ambiguous) ambiguous_.insert(before.original.at(uid));
    std::map<std::string, std::string> saved_copy_of;
    for (const auto& [saved_uid, uid] : matches.matched) {
      saved_copy_of[uid] = before.original.at(saved_uid);
    }
    for (const PlanNode& node : now_.nodes) {
      if (!takes_part(node)) continue;
      std::set<std::string> from;
      for (const std::string& copy : after.copies_of(node.uid)) {
        const auto saved = saved_copy_of.find(copy);
        from.insert(saved == saved_copy_of.end() ? "" : saved->second);
      }
      if (from.size() > 1) {
        out_.shares_too_much = node.text;
        return;
      }
      if (from.begin()->empty()) continue;
      saved_of_[node.uid] = *from.begin();
      taken_.insert(*from.begin());
    }
  }

  bool has_pending(const PlanNode& sink) const {
    return std::any_of(manifest_.committables.begin(), manifest_.committables.end(),
                       [&](const auto& pending) { return pending.sink_uid == sink.uid; });
  }

  /// Which group a key is in depends on their number: the state of all keys would be elsewhere.
  Status check_key_groups() const {
    const auto keeps = [](const PlanNode& node) {
      return node.role == PlanNode::Role::kOperator && node.meaning.keeps_state;
    };
    if (manifest_.num_key_groups == graph_.max_parallelism ||
        std::none_of(saved_.nodes.begin(), saved_.nodes.end(), keeps)) {
      return Status::OK();
    }
    return Status::Invalid(
        "the number of key groups is fixed for the life of a job's state: the checkpoint has ",
        manifest_.num_key_groups, ", but 'pipeline.max-parallelism' is ", graph_.max_parallelism,
        "; set it to ", manifest_.num_key_groups);
  }

  void add_line(RestoreFate fate, const PlanNode* saved, const PlanNode* now, std::string reason) {
    out_.lines.push_back({.fate = fate,
                          .uid = now == nullptr ? "" : now->uid,
                          .saved_uid = saved == nullptr ? "" : saved->uid,
                          .what = now == nullptr ? saved->text : now->text,
                          .reason = std::move(reason)});
  }

  void refuse(const PlanNode& node, const std::string& reason) {
    refusals_.push_back(node.text + ": " + reason);
  }

  /// What a flag may allow.
  void refuse_loss(const PlanNode& node, const std::string& reason) {
    if (options_.allow_non_restored_state) return;
    would_lose_ = true;
    refuse(node, reason);
  }

  void add_new(const PlanNode& node) {
    const bool is_operator = node.role == PlanNode::Role::kOperator;
    add_line(RestoreFate::kNew, nullptr, &node,
             is_operator ? "starts empty: it sees what comes from now on" : "");
  }

  void add_missing(const PlanNode& node) {
    const bool ambiguous = ambiguous_.contains(node.uid);
    if (node.role == PlanNode::Role::kSink) {
      // Nothing but output that was not shown yet is a sink's state.
      if (has_pending(node)) {
        refuse(node,
               "the checkpoint holds output of it that was not shown yet; start the job "
               "with this sink once more and stop it, then take the sink away");
      }
      return;
    }
    const std::string reason =
        ambiguous ? "several operators of the job look like this one, and nothing tells which of "
                    "them it was"
                  : "no operator of the job has this state";
    refuse_loss(node, reason);
    add_line(RestoreFate::kMissing, &node, nullptr, reason);
  }

  Status add_match(const PlanNode& saved, const PlanNode& now) {
    const std::vector<std::string> changed = differences(saved.meaning.fixed, now.meaning.fixed);
    if (now.role == PlanNode::Role::kSink) {
      if (has_pending(saved) && !changed.empty()) refuse(now, joined(changed));
      return accept(saved, now, RestoreFate::kMapped, "");
    }
    if (!changed.empty()) {
      refuse(now, joined(changed) + ": its state means something else");
      return Status::OK();
    }
    if (now.role == PlanNode::Role::kSource) {
      return accept(saved, now, RestoreFate::kMapped, "");
    }
    return add_operator(saved, now);
  }

  Status add_operator(const PlanNode& saved, const PlanNode& now) {
    OperatorState before{.kind = saved.kind, .meaning = saved.meaning, .tables = {}};
    const ManifestOperator* op = manifest_.find_operator(saved.uid);
    // An operator that had ended at the checkpoint has nothing in it.
    if (op == nullptr) return accept(saved, now, RestoreFate::kMapped, "");
    before.tables = op->tables;
    OperatorState after{.kind = now.kind, .meaning = now.meaning, .tables = {}};
    HW_ASSIGN_OR_RETURN(after.tables,
                        state_tables(*recipe_of(graph_, now.uid), graph_, *options_.env));
    StateComparison comparison = compare_state(before, after);
    if (!comparison.refused.empty()) {
      refuse(now, joined(comparison.refused));
      return Status::OK();
    }
    if (!comparison.lost.empty()) {
      refuse_loss(now, "nothing takes " + joined(comparison.lost));
      comparison.notes.push_back("drops " + joined(comparison.lost));
    }
    if (!comparison.equal) out_.migrations[now.uid] = std::move(comparison.migration);
    return accept(saved, now,
                  comparison.notes.empty() ? RestoreFate::kMapped : RestoreFate::kMigrated,
                  joined(comparison.notes));
  }

  Status accept(const PlanNode& saved, const PlanNode& now, RestoreFate fate, std::string reason) {
    out_.uids[now.uid] = saved.uid;
    add_line(fate, &saved, &now, std::move(reason));
    return Status::OK();
  }

  Status refusal() const {
    std::string text = "checkpoint " + std::to_string(manifest_.checkpoint) + " of job '" +
                       manifest_.job + "' does not fit this job:";
    for (const std::string& line : refusals_) text += "\n  " + line;
    text += "\nundo the edit";
    if (would_lose_) {
      text +=
          "; or drop state that nothing takes with --allow-non-restored-state "
          "('execution.state-recovery.ignore-unclaimed-state' = 'true')";
    }
    return Status::Invalid(text, "; or begin anew with --fresh");
  }

  const JobGraph& graph_;
  const Manifest& manifest_;
  const RestoreMappingOptions& options_;
  const PlanRecord now_;
  PlanRecord saved_;
  std::map<std::string, std::string> saved_of_;  // by uid now
  std::set<std::string> taken_;                  // uids saved
  std::set<std::string> ambiguous_;              // uids saved
  RestoreMapping out_;
  std::vector<std::string> refusals_;
  bool would_lose_ = false;
};

}  // namespace

std::string_view to_text(RestoreFate fate) {
  switch (fate) {
    case RestoreFate::kMapped:
      return "mapped";
    case RestoreFate::kMigrated:
      return "migrated";
    case RestoreFate::kNew:
      return "new";
    case RestoreFate::kMissing:
      break;
  }
  return "missing";
}

std::string to_text(const RestoreLine& line) {
  constexpr size_t kWidth = 10;
  std::string text(to_text(line.fate));
  text.resize(kWidth, ' ');
  text += line.what;
  return line.reason.empty() ? text : text + ": " + line.reason;
}

Result<RestoreMapping> map_restore(const JobGraph& graph, const Manifest& manifest,
                                   const RestoreMappingOptions& options) {
  return Mapper(graph, manifest, options).run();
}

Result<JobCheckpoint> apply(const RestoreMapping& mapping, JobCheckpoint saved, Env& env) {
  std::map<std::string, std::vector<std::string>> uids_now;
  for (const auto& [uid, saved_uid] : mapping.uids) uids_now[saved_uid].push_back(uid);
  JobCheckpoint mapped = saved;
  mapped.operators.clear();
  for (const OperatorSnapshot& snapshot : saved.operators) {
    for (const std::string& uid : uids_now[snapshot.uid]) {
      OperatorSnapshot taken = snapshot;
      taken.uid = uid;
      const auto migration = mapping.migrations.find(uid);
      if (migration != mapping.migrations.end() && taken.state != nullptr) {
        HW_ASSIGN_OR_RETURN(taken.state,
                            migrate_state(taken.state, migration->second, env.memory_pool()));
      }
      mapped.operators.push_back(std::move(taken));
    }
  }
  mapped.sources.clear();
  for (const JobCheckpoint::SourceState& source : saved.sources) {
    for (const std::string& uid : uids_now[source.uid]) {
      mapped.sources.push_back(source);
      mapped.sources.back().uid = uid;
    }
  }
  for (JobCheckpoint::Prepared& prepared : mapped.committables) {
    // A sink is nobody's part: at most one goes on from it.
    const std::vector<std::string>& sinks = uids_now[prepared.sink_uid];
    if (!sinks.empty()) prepared.sink_uid = sinks[0];
  }
  return mapped;
}

}  // namespace hw
