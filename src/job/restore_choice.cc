// SPDX-License-Identifier: Apache-2.0

#include "job/restore_choice.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "job/checkpoint_error.h"
#include "job/checkpoint_reader.h"
#include "job/checkpoint_store.h"

namespace hw {
namespace {

// All checks of a published checkpoint against the record that published it.
Result<Manifest> read_published(const CheckpointFiles& files, const LeaseRecord& record,
                                const RestoreRequest& request) {
  HW_ASSIGN_OR_RETURN(const std::string bytes, files.read(record.manifest, kManifestBytesMax));
  if (digest_of(bytes) != record.digest) {
    return Status::SerializationError("'", files.shown(record.manifest),
                                      "' is damaged: it is not the manifest that was published");
  }
  Result<Manifest> decoded = decode_manifest(bytes);
  if (!decoded.ok()) {
    // Whole, as its digest shows, and yet not readable: the work of another version.
    return checkpoint_error(CheckpointErrorKind::kForeign, "'" + files.shown(record.manifest) +
                                                               "': " + decoded.status().message());
  }
  if (decoded->job != request.job) {
    return Status::SerializationError("'", files.shown(record.manifest),
                                      "' is a checkpoint of the job '", decoded->job, "', not of '",
                                      request.job, "'");
  }
  if (decoded->checkpoint != record.checkpoint || decoded->generation != record.generation) {
    return Status::SerializationError("'", files.shown(record.manifest), "' is checkpoint ",
                                      decoded->checkpoint, " of generation ", decoded->generation,
                                      ", but must be ", record.checkpoint, " of ",
                                      record.generation);
  }
  HW_TRY(verify_files(files, *decoded));
  return decoded;
}

Result<Manifest> read_published_twice(const CheckpointFiles& files, const LeaseRecord& record,
                                      const RestoreRequest& request) {
  Result<Manifest> manifest = read_published(files, record, request);
  return manifest.ok() || checkpoint_error_of(manifest.status())
             ? manifest
             : read_published(files, record, request);
}

// Which checkpoints and records cannot be read, and why. The oldest ones without a manifest were
// removed when newer ones had come: that is no damage.
std::string reasons(const std::vector<DamagedCheckpoint>& damaged, const LeaseChain& chain) {
  const auto told =
      std::find_if(damaged.rbegin(), damaged.rend(), [](const DamagedCheckpoint& one) {
        return !one.missing;
      }).base();
  std::string text;
  for (auto at = damaged.begin(); at != damaged.end(); ++at) {
    if (at >= told && at != damaged.begin()) break;
    const DamagedCheckpoint& one = *at;
    text += "; checkpoint " + std::to_string(one.checkpoint) + ": " + one.why.message();
  }
  for (const LeaseChain::Damage& one : chain.damaged) {
    text += "; record " + std::to_string(one.number) + " of the lease: " + one.why.message();
  }
  return text;
}

Status behind_sinks(const CheckpointFiles& files, const LeaseRecord& chosen,
                    const std::string& what, const std::string& reasons) {
  return checkpoint_error(
      CheckpointErrorKind::kBehindSinks,
      "the newest checkpoint that can be read is " + std::to_string(chosen.checkpoint) + ", but " +
          what +
          ": going on from it would repeat output. To do that under a new generation, name " +
          "it with --restore '" + files.shown(chosen.manifest) + "'; to start anew, use --fresh" +
          reasons);
}

// No sink may show more than `chosen` holds. `newer`: the records behind it.
Status refuse_behind_sinks(const CheckpointFiles& files, const LeaseRecord& chosen,
                           std::vector<LeaseRecord> newer, const RestoreRequest& request,
                           const std::string& reasons) {
  for (const LeaseRecord& record : newer) {
    for (const std::string& sink : record.sinks) {
      std::optional<int64_t> shown;
      if (request.newest_shown_epoch) {
        HW_ASSIGN_OR_RETURN(shown, request.newest_shown_epoch(sink, record.generation));
      }
      // What cannot be asked may have committed as soon as its checkpoint was published.
      if (shown.value_or(record.checkpoint) <= chosen.checkpoint) continue;
      return behind_sinks(files, chosen,
                          "the sink '" + sink + (shown ? "' shows" : "' may show") + " epoch " +
                              std::to_string(shown.value_or(record.checkpoint)),
                          reasons);
    }
  }
  return Status::OK();
}

// A record that cannot be read behind the newest that can: it may have published what lies there.
Status refuse_hidden_publication(const CheckpointFiles& files, const LeaseChain& chain,
                                 const LeaseRecord& newest) {
  for (const LeaseChain::Damage& damage : chain.damaged) {
    if (damage.number < newest.number) continue;
    HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> stored, files.list(""));
    for (const StoredFile& file : stored) {
      // Names begin with the padded number: they sort by it.
      if (!file.name.starts_with(kManifestPrefix) || file.name <= newest.manifest) continue;
      return behind_sinks(files, newest,
                          "'" + files.shown(lease_record_name(damage.number)) +
                              "' is damaged and may have published '" + file.name + "'",
                          reasons({}, chain));
    }
  }
  return Status::OK();
}

Status nothing_valid(const CheckpointFiles& files, const std::vector<DamagedCheckpoint>& damaged,
                     const LeaseChain& chain) {
  return checkpoint_error(CheckpointErrorKind::kNothingValid,
                          "no checkpoint in '" + files.shown("") +
                              "' can be read; go on from a savepoint with --restore, or start anew "
                              "with --fresh, which shows output again beside what is there" +
                              reasons(damaged, chain));
}

}  // namespace

Status check_lineage(const CheckpointFiles& files, const LeaseChain& chain) {
  if (chain.damaged.empty()) return Status::OK();
  const std::vector<LeaseRecord> lineage = chain.lineage();
  if (lineage.empty()) return nothing_valid(files, {}, chain);
  return refuse_hidden_publication(files, chain, lineage.back());
}

Result<RestoreChoice> choose_restore(std::shared_ptr<const CheckpointFiles> files,
                                     const LeaseChain& chain, const RestoreRequest& request) {
  const std::vector<LeaseRecord> lineage = chain.lineage();
  RestoreChoice choice;
  if (lineage.empty()) {
    if (!chain.damaged.empty()) return nothing_valid(*files, {}, chain);
    choice.origin = chain.origin();
    return choice;
  }
  for (auto record = lineage.rbegin(); record != lineage.rend(); ++record) {
    Result<Manifest> manifest = request.known_damaged.contains(record->checkpoint)
                                    ? Status::SerializationError("its state could not be loaded")
                                    : read_published_twice(*files, *record, request);
    if (!manifest.ok()) {
      if (checkpoint_error_of(manifest.status())) return manifest.status();
      choice.damaged.push_back({.checkpoint = record->checkpoint,
                                .manifest = record->manifest,
                                .why = manifest.status(),
                                .missing = !files->modified_ns(record->manifest).ok()});
      continue;
    }
    HW_TRY(refuse_hidden_publication(*files, chain, lineage.back()));
    if (!HW_PLANTED_BUG(27))
      HW_TRY(refuse_behind_sinks(*files, *record, {record.base(), lineage.end()}, request,
                                 reasons(choice.damaged, chain)));
    choice.manifest = std::make_shared<const Manifest>(*std::move(manifest));
    choice.manifest_name = record->manifest;
    choice.digest = record->digest;
    return choice;
  }
  if (HW_PLANTED_BUG(26)) return choice;
  return nothing_valid(*files, choice.damaged, chain);
}

}  // namespace hw
