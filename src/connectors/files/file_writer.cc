// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_writer.h"

#include <algorithm>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/durable_directory.h"
#include "base/planted.h"
#include "columnar/gather.h"
#include "connectors/files/file_list.h"

namespace hw {
namespace {

// More partitions at a time than this: the file that was written to least recently is closed.
constexpr size_t kOpenFilesMax = 256;

std::string suffix_of(const FormatRecord& format) {
  if (format.name == "raw") return "";
  return format.name == "changelog-json" ? ".json" : "." + format.name;
}

}  // namespace

FileWriter::FileWriter(std::shared_ptr<const FileTarget> target, const SinkContext& context,
                       Env::Location location)
    : target_(std::move(target)),
      context_(context),
      env_(*context.env),
      location_(std::move(location)),
      publisher_(env_, *location_.files),
      partitions_(target_->commit) {}

Status FileWriter::open() {
  const Schema& schema = *target_->request.schema;
  for (const std::string& key : target_->request.partition_keys) {
    const int column = schema.index_of(key);
    partition_columns_.push_back(column);
    HW_ASSIGN_OR_RETURN(auto printer, ValuePrinter::make(schema.type(column), TextStyle::kSql,
                                                         target_->request.time_zone));
    partition_printers_.push_back(std::move(printer));
  }
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (std::find(partition_columns_.begin(), partition_columns_.end(), i) ==
        partition_columns_.end()) {
      file_columns_.push_back(i);
    }
  }
  HW_ASSIGN_OR_RETURN(const auto there, location_.files->GetFileInfo(location_.path));
  if (there.type() == arrow::fs::FileType::File) {
    return Status::IOError("the path of a table that is written is a directory, but '",
                           target_->path, "' is a file");
  }
  return Status::OK();
}

// The attempt keeps a process that is taken for dead from our files; the random number, runs of a
// job without checkpoints from each other's.
std::string FileWriter::hidden_path(const std::string& folder) {
  return path_of(folder) + ".part-" + name_part(context_.job) + "-" +
         std::to_string(context_.generation) + "-" + name_part(context_.sink) + "-" +
         std::to_string(context_.subtask) + "-" + std::to_string(context_.attempt) + "-" +
         std::to_string(env_.random("files").below(1'000'000'000)) + "-" +
         std::to_string(hidden_count_++) + ".inprogress";
}

std::string FileWriter::hidden_copy_of(const std::string& path) {
  const size_t name = path.rfind('/') + 1;
  return path.substr(0, name) + "." + path.substr(name) + "-" + std::to_string(context_.subtask) +
         "-" + std::to_string(context_.attempt) + "-" +
         std::to_string(env_.random("files").below(1'000'000'000)) + "-" +
         std::to_string(hidden_count_++) + ".inprogress";
}

// -------------------------------------------------------------------------------------- writing

Status FileWriter::make_folder(const std::string& folder) {
  if (!made_folders_.insert(folder).second) return Status::OK();
  const std::string path = path_of(folder);
  const Status made = location_.files->CreateDir(path, true);
  // Each level may be new: its name is in the one above.
  for (size_t end = 0; end != std::string::npos; end = folder.find('/', end + 1)) {
    unsynced_folders_.insert(path_of(folder.substr(0, end)));
  }
  if (made.ok()) return made;
  made_folders_.erase(folder);
  // The system's reason is the detail.
  const std::string reason = made.detail() == nullptr ? made.message() : made.detail()->ToString();
  return Status::IOError("cannot make the folder '", path, "' of table ", target_->request.table,
                         ": ", reason, "; 'path' names a folder that exists or can be made");
}

Result<std::vector<std::string>> FileWriter::values_of(const std::string& folder) const {
  std::vector<std::string> values;
  size_t begin = 0;
  for (const std::string& key : target_->request.partition_keys) {
    const size_t end = folder.find('/', begin);
    if (end == std::string::npos || folder.compare(begin, key.size() + 1, key + "=") != 0) {
      return Status::Invalid("'", folder, "' is no folder of a partition by ", key);
    }
    begin += key.size() + 1;
    values.push_back(unescape_partition(folder.substr(begin, end - begin)));
    begin = end + 1;
  }
  return values;
}

Status FileWriter::note_partition(const std::string& folder) {
  if (!target_->commit.success_file || folder.empty() || partitions_.has(folder))
    return Status::OK();
  int64_t time_ms = 0;
  if (target_->commit.by_partition_time) {
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> values, values_of(folder));
    HW_ASSIGN_OR_RETURN(
        time_ms, partition_time_ms(target_->commit, target_->request.partition_keys, values));
  }
  partitions_.add(folder, env_.wall_ms(), time_ms);
  return Status::OK();
}

Status FileWriter::begin_file(const std::string& folder) {
  if (open_.size() == kOpenFilesMax) HW_TRY(close_oldest());
  HW_TRY(make_folder(folder));
  Open open{.part = nullptr, .hidden = hidden_path(folder), .opened_ms = now_ms()};
  HW_ASSIGN_OR_RETURN(open.part, PartFile::open(*target_, env_, open.hidden));
  unsynced_folders_.insert(path_of(folder));
  open_.emplace(folder, std::move(open));
  return Status::OK();
}

Status FileWriter::write_to(const std::string& folder, const Batch& batch) {
  if (open_.find(folder) == open_.end()) HW_TRY(begin_file(folder));
  HW_TRY(note_partition(folder));
  const auto found = open_.find(folder);
  HW_TRY(found->second.part->write(batch));
  found->second.written_ms = now_ms();
  if (found->second.part->bytes_written() < target_->rolling.bytes || found->second.part->full()) {
    return Status::OK();
  }
  HW_TRY(close_if_room(found));
  return target_->by_checkpoints() ? Status::OK() : show_closed();
}

Batch FileWriter::without_partition_columns(const Batch& batch) const {
  if (partition_columns_.empty()) return batch;
  std::vector<ColumnPtr> columns;
  for (const int column : file_columns_) columns.push_back(batch.column(column));
  return batch.with_columns(target_->file_schema, std::move(columns));
}

Status FileWriter::write_partitioned(const Batch& batch) {
  std::map<std::string, std::vector<int32_t>> rows_of;
  std::vector<int32_t>* rows_here = nullptr;
  std::string values, values_before;
  const SelectionPtr& selection = batch.selection();
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    const int64_t row = selection ? (*selection)[static_cast<size_t>(i)] : i;
    values.clear();
    for (size_t key = 0; key < partition_columns_.size(); ++key) {
      const Column& column = *batch.column(partition_columns_[key]);
      if (!column.is_null(row)) partition_printers_[key]->print(column, row, values);
      const size_t end = values.size();
      values.append(reinterpret_cast<const char*>(&end), sizeof(end));
    }
    // Rows of a partition mostly come one after the other.
    if (rows_here == nullptr || values != values_before)
      rows_here = &rows_of[folder_of(batch, row)];
    rows_here->push_back(static_cast<int32_t>(i));
    values_before.swap(values);
  }
  for (const auto& [folder, rows] : rows_of) {
    if (static_cast<int64_t>(rows.size()) == batch.num_rows()) {
      return write_to(folder, without_partition_columns(batch));
    }
    HW_ASSIGN_OR_RETURN(const Batch part, gather(batch, rows));
    HW_TRY(write_to(folder, without_partition_columns(part)));
  }
  return Status::OK();
}

/// `dt=2015-07-15/hm=00%3A01/`
std::string FileWriter::folder_of(const Batch& batch, int64_t row) const {
  std::string folder;
  for (size_t key = 0; key < partition_columns_.size(); ++key) {
    const Column& column = *batch.column(partition_columns_[key]);
    std::string value;
    if (!column.is_null(row)) partition_printers_[key]->print(column, row, value);
    folder += target_->request.partition_keys[key] + "=" +
              (value.empty() ? target_->default_partition : escape_partition(value)) + "/";
  }
  return folder;
}

Status FileWriter::write(const Batch& batch) {
  if (batch.empty()) return Status::OK();
  HW_TRY(look_at_clock());
  return partition_columns_.empty() ? write_to("", batch) : write_partitioned(batch);
}

Status FileWriter::on_watermark(int64_t watermark_ms) {
  partitions_.on_watermark(watermark_ms);
  return look_at_clock();
}

Status FileWriter::on_end() {
  ended_ = true;
  return Status::OK();
}

Result<bool> FileWriter::has_room() {
  for (auto& [folder, open] : open_) {
    if (!open.part->full()) continue;
    const Status flushed = open.part->flush();
    if (flushed.IsCapacityError()) return false;
    HW_TRY(flushed);
  }
  return true;
}

// -------------------------------------------------------------------------------------- closing

Status FileWriter::close(std::map<std::string, Open>::iterator file) {
  Open& open = file->second;
  HW_TRY(open.part->close());
  closed_.push_back({file->first,
                     {.kind = PreparedPart::Kind::kFinished,
                      .hidden = open.hidden,
                      .name = open.name,
                      .length = open.part->length(),
                      .digest = open.part->digest()}});
  open_.erase(file);
  return Status::OK();
}

// Where there is none the file stays open and full(): rows wait, and it is closed when it is looked
// at next.
Status FileWriter::close_if_room(std::map<std::string, Open>::iterator file) {
  const Status flushed = file->second.part->flush();
  if (flushed.IsCapacityError()) return Status::OK();
  HW_TRY(flushed);
  return close(file);
}

Status FileWriter::close_in(const std::string& folder) {
  const auto found = open_.find(folder);
  return found == open_.end() ? Status::OK() : close(found);
}

Status FileWriter::close_oldest() {
  return close(std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
    return a.second.written_ms < b.second.written_ms;
  }));
}

Status FileWriter::close_all() {
  while (!open_.empty()) HW_TRY(close(open_.begin()));
  return Status::OK();
}

// Closes what is old or quiet, and finds partitions that are complete.
Status FileWriter::look_at_clock() {
  const int64_t now_ms = this->now_ms();
  if (now_ms >= next_look_ms_) {
    next_look_ms_ = now_ms + target_->rolling.check_ms;
    for (auto file = open_.begin(); file != open_.end();) {
      const auto next = std::next(file);
      const Open& open = file->second;
      const bool due = now_ms - open.opened_ms >= target_->rolling.rollover_ms ||
                       now_ms - open.written_ms >= target_->rolling.inactivity_ms;
      if (due) HW_TRY(close_if_room(file));
      file = next;
    }
    // With checkpoints a partition is complete as of one of them.
    if (!target_->by_checkpoints()) {
      for (std::string& folder : partitions_.take_complete(env_.wall_ms())) {
        HW_TRY(close_in(folder));
        complete_.push_back(std::move(folder));
      }
    }
    HW_TRY(hold_small_files());
    const Status merged = merge_due(/*all=*/false);
    // Small files may stay small until there is room.
    if (!merged.IsCapacityError()) HW_TRY(merged);
  }
  return target_->by_checkpoints() ? Status::OK() : show_closed();
}

// ---------------------------------------------------------------------------------- handing over

Status FileWriter::sync_folders() {
  if (!HW_PLANTED_BUG(47)) {
    for (const std::string& folder : unsynced_folders_) HW_TRY(env_.sync(folder));
    if (!unsynced_folders_.empty() && !table_folder_synced_) {
      // Its own name may be new, and those above it.
      Env::Location table = location_;
      while (table.path.size() > 1 && table.path.ends_with('/')) table.path.pop_back();
      HW_TRY(make_durable_directory(env_, table));
      table_folder_synced_ = true;
    }
  }
  unsynced_folders_.clear();
  return Status::OK();
}

/// `<prefix>-<job>-<generation>-<sink>-<subtask>-<epoch>-<count><suffix>`.
Result<PartName> FileWriter::next_name(const std::string& folder) {
  while (true) {
    PartName name{.before = path_of(folder) + "part-" + name_part(context_.job) + "-",
                  .generation = context_.generation,
                  .after = "-" + name_part(context_.sink) + "-" + std::to_string(context_.subtask) +
                           "-" + std::to_string(epoch_) + "-" + std::to_string(count_++) +
                           suffix_of(*target_->format)};
    if (target_->by_checkpoints()) return name;
    // No epoch tells the runs of a job without checkpoints apart.
    HW_ASSIGN_OR_RETURN(const auto there, location_.files->GetFileInfo(name.path()));
    if (there.type() == arrow::fs::FileType::NotFound) return name;
  }
}

Status FileWriter::show_closed() {
  if (closed_.empty() && complete_.empty()) return Status::OK();
  std::vector<Committable> committables;
  HW_TRY(name_and_pack(&committables));
  for (const Committable& committable : committables) HW_TRY(commit(committable));
  return Status::OK();
}

Status FileWriter::name_and_pack(std::vector<Committable>* committables) {
  HW_TRY(sync_folders());
  for (auto& [folder, part] : closed_) {
    if (part.name.before.empty()) {
      HW_ASSIGN_OR_RETURN(part.name, next_name(folder));
    }
    committables->push_back(part.pack());
    if (!target_->by_checkpoints()) unshown_.insert(part.hidden);
  }
  closed_.clear();
  for (const std::string& folder : complete_) {
    committables->push_back(
        PreparedPart{.kind = PreparedPart::Kind::kSuccess,
                     .name = {.before = path_of(folder) + target_->commit.success_name}}
            .pack());
  }
  complete_.clear();
  return Status::OK();
}

Result<std::vector<Committable>> FileWriter::prepare(int64_t checkpoint) {
  // What may fail for a full disk comes before anything changes.
  for (auto& [folder, open] : open_) HW_TRY(open.part->flush());
  if (epoch_ != checkpoint) count_ = 0;
  epoch_ = checkpoint;
  next_look_ms_ = std::min(next_look_ms_, now_ms());
  HW_TRY(look_at_clock());
  for (std::string& folder : partitions_.take_complete(env_.wall_ms()))
    complete_.push_back(std::move(folder));
  for (const std::string& folder : complete_) HW_TRY(close_in(folder));
  const bool closes = ended_ && !HW_PLANTED_BUG(39);
  if (closes || target_->bulk() || !target_->by_checkpoints()) HW_TRY(close_all());
  if (!ended_) HW_TRY(hold_small_files());
  HW_TRY(merge_due(/*all=*/ended_ || !target_->by_checkpoints()));

  for (auto& [folder, open] : open_) HW_TRY(open.part->sync());
  std::vector<Committable> committables;
  HW_TRY(name_and_pack(&committables));
  for (auto& [folder, open] : open_) {
    if (open.name.before.empty()) {
      HW_ASSIGN_OR_RETURN(open.name, next_name(folder));
    }
    committables.push_back(PreparedPart{.kind = PreparedPart::Kind::kUnfinished,
                                        .hidden = open.hidden,
                                        .name = open.name,
                                        .length = open.part->length(),
                                        .digest = open.part->digest()}
                               .pack());
  }
  for (auto& [folder, held] : held_) {
    for (PreparedPart& part : held.parts) {
      part.kind = PreparedPart::Kind::kHeld;
      if (part.name.before.empty()) {
        HW_ASSIGN_OR_RETURN(part.name, next_name(folder));
      }
      part.group = held.parts.front().name;
      committables.push_back(part.pack());
    }
  }
  for (const auto& [folder, since_ms] : partitions_.rest()) {
    committables.push_back(PreparedPart{.kind = PreparedPart::Kind::kOpenPartition,
                                        .name = {.before = folder},
                                        .since_ms = since_ms}
                               .pack());
  }
  return committables;
}

Status FileWriter::commit(const Committable& committable) {
  HW_ASSIGN_OR_RETURN(const PreparedPart part, PreparedPart::unpack(committable));
  HW_TRY(publisher_.commit(part));
  unshown_.erase(part.hidden);
  return Status::OK();
}

Status FileWriter::recover(std::span<const Committable> pending) {
  std::vector<PreparedPart> parts;
  for (const Committable& committable : pending) {
    HW_ASSIGN_OR_RETURN(PreparedPart part, PreparedPart::unpack(committable));
    if (part.kind == PreparedPart::Kind::kOpenPartition && target_->commit.success_file) {
      int64_t time_ms = 0;
      if (target_->commit.by_partition_time) {
        HW_ASSIGN_OR_RETURN(const std::vector<std::string> values, values_of(part.name.before));
        HW_ASSIGN_OR_RETURN(
            time_ms, partition_time_ms(target_->commit, target_->request.partition_keys, values));
      }
      partitions_.add(part.name.before, part.since_ms, time_ms);
    }
    parts.push_back(std::move(part));
  }
  return publisher_.recover(
      parts, {.generation = context_.generation,
              .hidden_path = [this](const std::string& path) { return hidden_copy_of(path); }});
}

// A file that has been handed over may be named by a checkpoint or savepoint, of which this one
// knows nothing: it stays.
void FileWriter::abort() {
  const auto remove = [&](const std::string& path) {
    // Leaves it when it cannot be deleted: it is hidden, and the failure before matters more.
    const Status ignored = location_.files->DeleteFile(path);
    static_cast<void>(ignored);
  };
  for (auto& [folder, open] : open_) {
    open.part.reset();
    if (open.name.before.empty()) remove(open.hidden);
  }
  for (const auto& [folder, part] : closed_)
    if (part.name.before.empty()) remove(part.hidden);
  for (const auto& [folder, held] : held_)
    for (const PreparedPart& part : held.parts)
      if (part.name.before.empty()) remove(part.hidden);
  for (const std::string& hidden : unshown_) remove(hidden);
  open_.clear();
  closed_.clear();
  held_.clear();
  unshown_.clear();
}

}  // namespace hw
