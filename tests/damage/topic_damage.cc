// SPDX-License-Identifier: Apache-2.0

#include "topic_damage.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "columnar/type_parser.h"
#include "log/retention.h"
#include "log/topic.h"
#include "log/topic_reader.h"
#include "log/topic_verification.h"
#include "log/topic_writer.h"

namespace hw {
namespace {

constexpr int kPartitions = 2;
constexpr std::string_view kLog = "/log";
constexpr std::string_view kRoot = "/log/t";

SchemaPtr schema() { return *parse_schema("n BIGINT, s STRING"); }

// Keys come again, so that compaction has something to leave out.
Batch rows(int64_t epoch) {
  std::string text;
  for (int64_t i = 0; i < 12; ++i) {
    text += (i > 0 ? " | + " : "+ ") + std::to_string((epoch * 5 + i) % 17) + " e" +
            std::to_string(epoch) + "r" + std::to_string(i);
  }
  return *parse_batch(schema(), text);
}

Result<std::unique_ptr<TopicWriter>> open_writer(Env& env, int64_t attempt) {
  TopicWriterOptions options;
  options.directory = std::string(kLog);
  options.topic = "t";
  options.identity = {.job = "job", .generation = 1, .sink = "sink", .slot = 0};
  options.attempt = attempt;
  options.partitions = {0, 1};
  return TopicWriter::open(env, std::move(options));
}

Result<std::string> write_epoch(TopicWriter& writer, int64_t epoch) {
  for (int partition = 0; partition < kPartitions; ++partition) {
    HW_TRY(writer.append(partition, rows(epoch), {}));
  }
  return writer.prepare(epoch);
}

/// Offsets and rows, each partition's in a line of its own.
Result<std::string> read_rows(MemoryDisk& disk) {
  MemoryDiskEnv env(disk, 50'000'000);
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<Topic> topic, Topic::open(env, std::string(kLog), "t"));
  std::string text;
  for (int partition = 0; partition < topic->num_partitions(); ++partition) {
    HW_ASSIGN_OR_RETURN(const auto reader, TopicReader::open(*topic, {.partition = partition}));
    while (true) {
      HW_ASSIGN_OR_RETURN(const std::optional<TopicBatch> read, reader->next());
      if (!read) break;
      for (int64_t row = 0; row < read->batch.num_rows(); ++row) {
        const int64_t offset =
            read->offsets ? read->offsets->value<int64_t>(row) : read->first_offset + row;
        text += std::to_string(offset) + ":" + value_text(*read->batch.column(0), row) + "=" +
                value_text(*read->batch.column(1), row) + " ";
      }
    }
    text += "\n";
  }
  return text;
}

struct TopicImage {
  std::string name;
  MemoryDisk disk;
  /// What the writer's job has in its checkpoint: an epoch that is prepared, perhaps committed.
  std::string token;
  int64_t next_epoch = 0;
  std::string newest_record = {};
};

struct TopicRule {
  std::string name;
  int num_epochs = 6;
  bool compacts = false;
  bool commits_the_last = true;
};

Result<TopicImage> written(const TopicRule& rule) {
  TopicImage image{.name = rule.name, .disk = {}, .token = "", .next_epoch = rule.num_epochs + 1};
  MemoryDiskEnv env(image.disk, 1'000'000);
  TopicOptions options{.segment_bytes = 4096};
  if (rule.compacts) {
    options.cleanup_compact = true;
    options.cleanup_delete = false;
    options.key = {"n"};
  }
  HW_TRY(create_topic(
      env, std::string(kLog),
      {.name = "t", .schema = schema(), .num_partitions = kPartitions, .options = options}));
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<TopicWriter> writer, open_writer(env, 1));
  for (int64_t epoch = 1; epoch <= rule.num_epochs; ++epoch) {
    HW_ASSIGN_OR_RETURN(image.token, write_epoch(*writer, epoch));
    env.advance_ms(1'000);
    if (epoch == rule.num_epochs && !rule.commits_the_last) break;
    HW_TRY(writer->commit({&image.token, 1}).status());
    if (rule.compacts && epoch % 4 == 0) {
      HW_ASSIGN_OR_RETURN(const auto topic, Topic::open(env, std::string(kLog), "t"));
      HW_TRY(clean(*topic).status());
    }
  }
  for (const std::string& path : image.disk.below(std::string(kRoot) + "/chain/")) {
    if (path.ends_with(".rec")) image.newest_record = path;
  }
  return image;
}

/// The job that writes the topic starts again, commits what it had prepared, and writes an epoch.
Status go_on(const TopicImage& image, MemoryDisk& disk) {
  MemoryDiskEnv env(disk, 60'000'000);
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<TopicWriter> writer, open_writer(env, 2));
  HW_TRY(writer->commit({&image.token, 1}).status());
  HW_ASSIGN_OR_RETURN(const std::string token, write_epoch(*writer, image.next_epoch));
  return writer->commit({&token, 1}).status();
}

bool names(const std::string& message, const Damage& damage) {
  // Of a topic without beginning there is only its chain to name.
  if (damage.file.starts_with(std::string(kRoot) + "/chain") &&
      message.find("has lost its chain") != std::string::npos) {
    return true;
  }
  const auto name_of = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  return message.find(name_of(damage.file)) != std::string::npos ||
         (!damage.other.empty() && message.find(name_of(damage.other)) != std::string::npos);
}

bool removes_newest_record(const TopicImage& image, const Damage& damage) {
  return damage.kind == Damage::Kind::kRemove && damage.file == image.newest_record;
}

struct TopicView {
  std::string before;  // all rows that are committed
  std::string after;   // once the job has gone on
};

/// What is wrong with what readers and `log verify` see; empty = nothing.
std::string reading_complaint(const TopicImage& image, const TopicView& view, const Damage& damage,
                              MemoryDisk& disk, Verdict& verdict) {
  MemoryDiskEnv env(disk, 50'000'000);
  const Result<TopicVerification> found = verify_topic(env, std::string(kLog), "t");
  const Result<std::string> got = read_rows(disk);
  if (!got.ok()) {
    verdict = Verdict::kStopped;
    if (!names(got.status().message(), damage)) {
      return "the damaged file is not named: " + got.status().ToString();
    }
    if (found.ok() && found->damage.empty()) {
      return "a reader finds it, `log verify` does not: " + got.status().ToString();
    }
    return "";
  }
  // Without its newest record a topic is what it was before that.
  if (*got != view.before && !removes_newest_record(image, damage))
    return "expected\n" + view.before + "got\n" + *got;
  if (!found.ok()) return "verify: " + found.status().ToString();
  if (!found->damage.empty()) {
    verdict = Verdict::kFellBack;
    if (!names(found->damage[0], damage)) return "verify names another: " + found->damage[0];
  }
  return "";
}

std::string writing_complaint(const TopicImage& image, const TopicView& view, const Damage& damage,
                              MemoryDisk& disk, Verdict& verdict) {
  const Status gone_on = go_on(image, disk);
  if (!gone_on.ok()) {
    verdict = Verdict::kStopped;
    return names(gone_on.message(), damage) || removes_newest_record(image, damage)
               ? ""
               : "the writer stops, and the damaged file is not named: " + gone_on.ToString();
  }
  const Result<std::string> got = read_rows(disk);
  if (!got.ok()) {
    verdict = Verdict::kStopped;
    return names(got.status().message(), damage)
               ? ""
               : "behind the writer's restart: " + got.status().ToString();
  }
  return *got == view.after
             ? ""
             : "behind the writer's restart, expected\n" + view.after + "got\n" + *got;
}

Result<Tally> damage_topic(TopicImage image, const DamageRule& rule) {
  TopicView view;
  HW_ASSIGN_OR_RETURN(view.before, read_rows(image.disk));
  MemoryDisk disk = image.disk;
  HW_TRY(go_on(image, disk));
  HW_ASSIGN_OR_RETURN(view.after, read_rows(disk));
  std::vector<std::string> directories;
  for (const std::string& directory : disk.directories()) {
    if (directory.starts_with(std::string(kRoot) + "/")) directories.push_back(directory);
  }
  std::vector<Damage> damages =
      all_damages(image.disk, image.disk.below(std::string(kRoot) + "/"), directories);
  if (rule.cases > 0) damages = some_of(std::move(damages), rule.cases, rule.seed);
  Tally tally;
  for (const Damage& damage : damages) {
    disk = image.disk;
    if (!apply(damage, disk)) continue;
    say_under_way(image.name + ": " + to_text(damage));
    Verdict verdict = Verdict::kHarmless;
    std::string why = reading_complaint(image, view, damage, disk, verdict);
    if (why.empty()) why = writing_complaint(image, view, damage, disk, verdict);
    if (why.empty()) {
      tally.add(damage, verdict);
    } else {
      tally.add_wrong(image.name, damage, why);
    }
  }
  return tally;
}

}  // namespace

Result<Tally> damage_topics(const DamageRule& rule) {
  const TopicRule topics[] = {
      {.name = "topic"},
      {.name = "topic with a prepared epoch", .commits_the_last = false},
      {.name = "compacted topic", .num_epochs = 9, .compacts = true},
  };
  DamageRule each = rule;
  each.cases = rule.cases / std::size(topics);
  Tally all;
  for (const TopicRule& topic : topics) {
    HW_ASSIGN_OR_RETURN(TopicImage image, written(topic));
    HW_ASSIGN_OR_RETURN(const Tally tally, damage_topic(std::move(image), each));
    all.add(tally);
  }
  return all;
}

}  // namespace hw
