// SPDX-License-Identifier: Apache-2.0
//
// What one subtask of a file sink writes. Rows go to hidden files, one a folder at a time. A
// barrier hands over what is finished, under its final name, and how far the others are valid; only
// a commit shows a file. One thread at a time.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "columnar/text/type_text.h"
#include "connectors/files/part_file.h"
#include "connectors/files/part_publisher.h"
#include "connectors/files/partition_commit.h"
#include "connectors/files/prepared_part.h"
#include "runtime/sink.h"

namespace hw {

class FileWriter final : public SinkWriter {
 public:
  FileWriter(std::shared_ptr<const FileTarget> target, const SinkContext& context,
             Env::Location location);

  /// Before anything else. Fails (IOError) when the table's path is a file.
  Status open();

  Status write(const Batch& batch) override;
  Status on_watermark(int64_t watermark_ms) override;
  Status on_end() override;
  Result<bool> has_room() override;
  Result<std::vector<Committable>> prepare(int64_t checkpoint) override;
  Status commit(const Committable& committable) override;
  Status recover(std::span<const Committable> pending) override;
  void abort() override;

 private:
  struct Open {
    std::unique_ptr<PartFile> part;
    std::string hidden;
    PartName name;  // empty until a checkpoint has named it
    int64_t opened_ms = 0;
    int64_t written_ms = 0;
  };
  /// Whole and on disk, not handed over.
  struct Closed {
    std::string folder;  // below the table's, with a slash behind it, or empty
    PreparedPart part;
  };
  /// Small bulk files of a folder that wait for others.
  struct Held {
    std::vector<PreparedPart> parts;
    int64_t since_ms = 0;
  };

  int64_t now_ms() const { return env_.monotonic_ns() / 1'000'000; }
  std::string path_of(const std::string& folder) const { return location_.path + "/" + folder; }
  Result<std::vector<std::string>> values_of(const std::string& folder) const;
  Batch without_partition_columns(const Batch& batch) const;
  std::string hidden_path(const std::string& folder);
  std::string hidden_copy_of(const std::string& path);

  // Writing.
  Status make_folder(const std::string& folder);
  Status note_partition(const std::string& folder);
  Status begin_file(const std::string& folder);
  Status write_to(const std::string& folder, const Batch& batch);
  Status write_partitioned(const Batch& batch);
  std::string folder_of(const Batch& batch, int64_t row) const;

  // Closing.
  Status close(std::map<std::string, Open>::iterator file);
  Status close_if_room(std::map<std::string, Open>::iterator file);
  Status close_in(const std::string& folder);
  Status close_oldest();
  Status close_all();
  Status look_at_clock();
  Status hold_small_files();
  Status merge_due(bool all);
  Status merge(const std::string& folder, Held held);
  Status write_merged(const Held& held, PreparedPart& merged);
  Status show_closed();
  Status sync_folders();

  // Handing over.
  Result<PartName> next_name(const std::string& folder);
  Status name_and_pack(std::vector<Committable>* committables);

  // Constant after construction.
  const std::shared_ptr<const FileTarget> target_;
  const SinkContext context_;
  Env& env_;
  const Env::Location location_;
  std::vector<int> partition_columns_;
  std::vector<int> file_columns_;
  std::vector<std::unique_ptr<ValuePrinter>> partition_printers_;

  PartPublisher publisher_;
  std::map<std::string, Open> open_;
  std::vector<Closed> closed_;
  std::map<std::string, Held> held_;
  OpenPartitions partitions_;
  std::vector<std::string> complete_;       // partitions; to be said with the next checkpoint
  std::set<std::string> unsynced_folders_;  // with new names in them
  bool table_folder_synced_ = false;
  std::set<std::string> made_folders_;
  std::set<std::string> unshown_;  // without checkpoints: handed over, not committed
  int64_t next_look_ms_ = 0;
  int64_t hidden_count_ = 0;
  int64_t epoch_ = 0;  // that names are given in
  int64_t count_ = 0;  // of names in it
  bool ended_ = false;
};

}  // namespace hw
