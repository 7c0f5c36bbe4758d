// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_contents.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include "job/checkpoint_reader.h"
#include "state/frozen_state.h"
#include "state/manifest_bytes.h"
#include "state/snapshot_index.h"

namespace hw {
namespace {

constexpr FileFormat kOperatorFormat = {.magic = "HWINSTA\x01", .what = "an operator's entries"};
constexpr int64_t kCopyBytes = 4 << 20;
constexpr size_t kTimerBytes = 9;

std::string encode_entries(const OperatorSnapshot& snapshot) {
  std::string out(kOperatorFormat.magic);
  put_field(out, static_cast<uint32_t>(snapshot.named.size()));
  for (const auto& [name, bytes] : snapshot.named) {
    put_text(out, name);
    put_text(out, bytes);
  }
  put_field(out, static_cast<uint32_t>(snapshot.timers.size()));
  for (const Timer& timer : snapshot.timers) {
    put_field(out, timer.due_ms);
    put_field(out, static_cast<uint8_t>(timer.domain));
  }
  put_checksum(out);
  return out;
}

Status decode_entries(std::string_view bytes, OperatorSnapshot& snapshot) {
  HW_ASSIGN_OR_RETURN(const std::string_view contents, checked_contents(bytes, kOperatorFormat));
  FieldReader in(contents);
  for (size_t n = in.count(2 * sizeof(uint32_t)); n > 0; --n) {
    std::string name = in.text();
    snapshot.named.insert_or_assign(std::move(name), in.text());
  }
  for (size_t n = in.count(kTimerBytes); n > 0; --n) {
    const auto due_ms = in.number<int64_t>();
    const bool processing = in.flag();
    snapshot.timers.push_back(
        {.due_ms = due_ms, .domain = processing ? TimeDomain::kProcessing : TimeDomain::kEvent});
  }
  if (in.done()) return Status::OK();
  return Status::SerializationError("an operator's entries are damaged: impossible contents");
}

Result<std::string> read_whole(const SnapshotSource& snapshot, std::string_view name) {
  HW_ASSIGN_OR_RETURN(const auto stream, snapshot.open(name));
  HW_ASSIGN_OR_RETURN(const int64_t size, stream->GetSize());
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, stream->ReadAt(0, size));
  return bytes->ToString();
}

Status write_stream(SnapshotSink& to, std::string_view name, std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const auto out, to.create(name));
  HW_TRY(out->Write(bytes.data(), static_cast<int64_t>(bytes.size())));
  return out->Close();
}

Status copy_stream(const SnapshotSource& from, const std::string& name, SnapshotSink& to) {
  HW_ASSIGN_OR_RETURN(const auto in, from.open(name));
  HW_ASSIGN_OR_RETURN(const int64_t size, in->GetSize());
  HW_ASSIGN_OR_RETURN(const auto out, to.create(name));
  for (int64_t at = 0; at < size; at += kCopyBytes) {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> piece, in->ReadAt(at, kCopyBytes));
    HW_TRY(out->Write(piece));
  }
  return out->Close();
}

bool has_state(const ManifestInstance& instance) {
  return std::any_of(
      instance.streams.begin(), instance.streams.end(),
      [](const ManifestStream& stream) { return stream.name == kSnapshotIndexStream; });
}

// All streams of a state are named by its index.
Result<KeyGroupRange> copy_state(const SnapshotSource& from, SnapshotSink& to) {
  HW_ASSIGN_OR_RETURN(const std::string bytes, read_whole(from, kSnapshotIndexStream));
  HW_ASSIGN_OR_RETURN(const SnapshotIndex index, decode_snapshot_index(bytes));
  HW_TRY(write_stream(to, kSnapshotIndexStream, bytes));
  for (const std::string& stream : index.streams()) HW_TRY(copy_stream(from, stream, to));
  return index.key_groups;
}

// Names of what has state, by uid.
std::map<std::string, const Description*> descriptions_of(const JobGraph& graph) {
  std::map<std::string, const Description*> descriptions;
  for (const Vertex& vertex : graph.vertices) {
    if (vertex.source) descriptions[vertex.source->uid] = &vertex.source->description;
    for (const OperatorRecipe& op : vertex.chain) descriptions[op.uid] = &op.description;
  }
  return descriptions;
}

std::string name_of(const std::map<std::string, const Description*>& descriptions,
                    const std::string& uid) {
  const auto found = descriptions.find(uid);
  return found == descriptions.end() ? uid : found->second->name;
}

/// The newest published checkpoint, if this run's instances know what changed since.
class PriorCheckpoint {
 public:
  PriorCheckpoint(const CheckpointStore& store, int64_t checkpoint) : files_(store.files()) {
    const std::vector<int64_t> published = store.published();
    if (!published.empty() && published.back() < checkpoint) {
      manifest_ = store.find(published.back());
    }
  }
  struct Instance {
    const ManifestInstance* entry = nullptr;
    SnapshotIndex index;
  };
  /// None: the snapshot has to be written whole.
  std::optional<Instance> find(const OperatorSnapshot& snapshot) const {
    const int64_t since = snapshot.frozen->since();
    if (manifest_ == nullptr || since == 0 || manifest_->checkpoint < since) return std::nullopt;
    const ManifestOperator* op = manifest_->find_operator(snapshot.uid);
    if (op == nullptr) return std::nullopt;
    for (const ManifestInstance& instance : op->instances) {
      if (instance.subtask != snapshot.subtask || !has_state(instance)) continue;
      if (instance.key_groups != snapshot.frozen->key_groups()) continue;
      // One that cannot be read is nothing to build upon.
      const auto streams = open_snapshot(files_, manifest_, instance);
      const Result<std::string> bytes = read_whole(*streams, kSnapshotIndexStream);
      if (!bytes.ok()) return std::nullopt;
      Result<SnapshotIndex> index = decode_snapshot_index(*bytes);
      if (!index.ok()) return std::nullopt;
      return Instance{.entry = &instance, .index = *std::move(index)};
    }
    return std::nullopt;
  }
  Status keep(const Instance& instance, const std::string& name, CheckpointWriter& writer) const {
    for (const ManifestStream& stream : instance.entry->streams) {
      if (stream.name == name) return writer.keep(stream, *manifest_->find_file(stream.file));
    }
    return Status::SerializationError("checkpoint ", manifest_->checkpoint, " has no stream '",
                                      name, "', which its index names");
  }

 private:
  const std::shared_ptr<const CheckpointFiles> files_;
  std::shared_ptr<const Manifest> manifest_;
};

Status write_frozen(const OperatorSnapshot& snapshot, const PriorCheckpoint& prior,
                    int64_t checkpoint, CheckpointWriter& writer) {
  const std::optional<PriorCheckpoint::Instance> before = prior.find(snapshot);
  HW_ASSIGN_OR_RETURN(const FrozenState::Written written,
                      snapshot.frozen->write(writer, {.snapshot = checkpoint,
                                                      .prior = before ? &before->index : nullptr,
                                                      .policy = {}}));
  for (const std::string& stream : written.kept) HW_TRY(prior.keep(*before, stream, writer));
  return Status::OK();
}

Result<ManifestInstance> write_instance(const CheckpointStore& store,
                                        const CheckpointStore::Place& place,
                                        const OperatorSnapshot& snapshot,
                                        const PriorCheckpoint& prior, Manifest& manifest) {
  const std::unique_ptr<CheckpointWriter> writer = store.writer(place);
  ManifestInstance instance = {
      .subtask = snapshot.subtask, .key_groups = {0, 0}, .watermark_ms = snapshot.watermark_ms};
  HW_TRY(write_stream(*writer, kOperatorStream, encode_entries(snapshot)));
  if (snapshot.frozen != nullptr) {
    instance.key_groups = snapshot.frozen->key_groups();
    HW_TRY(write_frozen(snapshot, prior, place.checkpoint, *writer));
  } else if (snapshot.state != nullptr) {
    HW_ASSIGN_OR_RETURN(instance.key_groups, copy_state(*snapshot.state, *writer));
  }
  HW_ASSIGN_OR_RETURN(InstanceFiles written, writer->finish());
  instance.streams = std::move(written.streams);
  for (ManifestFile& file : written.files) manifest.files.push_back(std::move(file));
  return instance;
}

Result<OperatorSnapshot> read_instance(const std::shared_ptr<const CheckpointFiles>& files,
                                       const std::shared_ptr<const Manifest>& manifest,
                                       const ManifestOperator& op,
                                       const ManifestInstance& instance) {
  OperatorSnapshot snapshot = {.uid = op.uid, .subtask = instance.subtask};
  snapshot.watermark_ms = instance.watermark_ms;
  const std::shared_ptr<SnapshotSource> streams = open_snapshot(files, manifest, instance);
  HW_ASSIGN_OR_RETURN(const std::string entries, read_whole(*streams, kOperatorStream));
  HW_TRY(decode_entries(entries, snapshot));
  if (has_state(instance)) snapshot.state = streams;
  return snapshot;
}

}  // namespace

ContentDigest graph_digest(const JobGraph& graph) {
  std::string text = graph.to_text();
  for (const Vertex& vertex : graph.vertices) {
    if (vertex.source) text += "\n" + vertex.source->uid;
    for (const OperatorRecipe& op : vertex.chain) text += "\n" + op.uid;
    if (vertex.sink) text += "\n" + vertex.sink->uid;
  }
  return digest_of(text);
}

Result<Manifest> write_checkpoint(const CheckpointStore& store, const JobGraph& graph,
                                  const JobCheckpoint& checkpoint, int64_t generation) {
  Manifest manifest;
  manifest.kind = checkpoint.final ? ManifestKind::kFinal : ManifestKind::kCheckpoint;
  manifest.checkpoint = checkpoint.id;
  manifest.plan = graph.to_text();
  manifest.graph_digest = graph_digest(graph);
  manifest.num_key_groups = graph.max_parallelism;
  const auto descriptions = descriptions_of(graph);
  const PriorCheckpoint prior(store, checkpoint.id);
  std::map<std::string, size_t> places;
  for (const OperatorSnapshot& snapshot : checkpoint.operators) {
    const auto [place, is_new] = places.emplace(snapshot.uid, manifest.operators.size());
    if (is_new) {
      const std::string name = name_of(descriptions, snapshot.uid);
      manifest.operators.push_back({.uid = snapshot.uid, .kind = name, .name = name});
    }
    HW_ASSIGN_OR_RETURN(ManifestInstance instance,
                        write_instance(store,
                                       {.checkpoint = checkpoint.id,
                                        .operator_index = static_cast<int>(place->second),
                                        .subtask = snapshot.subtask},
                                       snapshot, prior, manifest));
    manifest.operators[place->second].instances.push_back(std::move(instance));
  }
  for (ManifestOperator& op : manifest.operators) {
    std::sort(op.instances.begin(), op.instances.end(),
              [](const auto& a, const auto& b) { return a.subtask < b.subtask; });
  }
  for (const JobCheckpoint::SourceState& source : checkpoint.sources) {
    manifest.sources.push_back({.uid = source.uid,
                                .name = name_of(descriptions, source.uid),
                                .enumerator_position = source.position,
                                .enumerator_finished = source.finished});
  }
  for (const JobCheckpoint::Prepared& prepared : checkpoint.committables) {
    manifest.committables.push_back({.sink_uid = prepared.sink_uid,
                                     .subtask = prepared.subtask,
                                     .generation = generation,
                                     .epoch = prepared.epoch,
                                     .bytes = prepared.committable});
  }
  return manifest;
}

Result<JobCheckpoint> read_checkpoint(const std::shared_ptr<const CheckpointFiles>& files,
                                      const std::shared_ptr<const Manifest>& manifest) {
  JobCheckpoint checkpoint;
  checkpoint.id = manifest->checkpoint;
  checkpoint.final = manifest->kind == ManifestKind::kFinal;
  for (const ManifestOperator& op : manifest->operators) {
    for (const ManifestInstance& instance : op.instances) {
      Result<OperatorSnapshot> snapshot = read_instance(files, manifest, op, instance);
      if (!snapshot.ok()) {
        return while_doing(snapshot.status(), "restoring " + op.name + " from checkpoint " +
                                                  std::to_string(manifest->checkpoint));
      }
      checkpoint.operators.push_back(*std::move(snapshot));
    }
  }
  for (const ManifestSource& source : manifest->sources) {
    checkpoint.sources.push_back({.uid = source.uid,
                                  .position = source.enumerator_position,
                                  .finished = source.enumerator_finished});
  }
  for (const ManifestCommittable& item : manifest->committables) {
    checkpoint.committables.push_back({.sink_uid = item.sink_uid,
                                       .subtask = item.subtask,
                                       .epoch = item.epoch,
                                       .committable = item.bytes});
  }
  return checkpoint;
}

}  // namespace hw
