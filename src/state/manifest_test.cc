// SPDX-License-Identifier: Apache-2.0

#include "state/manifest.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "state/manifest_bytes.h"

namespace hw {
namespace {

// One of everything.
Manifest small_manifest() {
  Manifest manifest;
  manifest.kind = ManifestKind::kSavepoint;
  manifest.job = "counts";
  manifest.generation = 3;
  manifest.attempt = 7;
  manifest.checkpoint = 12;
  manifest.parent = 11;
  manifest.wall_ms = 1'700'000'000'000;
  manifest.plan = "Source -> GroupAggregate -> Sink";
  manifest.graph_digest = digest_of("graph");
  manifest.num_key_groups = 16;
  manifest.files = {{.name = "data/a", .checksums = {10, {0x12345678}}, .digest = digest_of("a")},
                    {.name = "data/b", .checksums = {kChecksumBlockBytes + 1, {1, 2}}}};
  manifest.operators = {
      {.uid = "agg-1",
       .kind = "GroupAggregate",
       .name = "counts per word",
       .tables = {{.name = "groups",
                   .kind = "keyed",
                   .version = 2,
                   .columns = {{"word", "STRING", true}, {"COUNT(*)", "BIGINT NOT NULL", false}}}},
       .instances = {{.subtask = 0,
                      .key_groups = {0, 16},
                      .watermark_ms = 99,
                      .streams = {{"index", "data/a", 0, 4}, {"groups.arrow", "data/a", 4, 6}}}}},
  };
  manifest.sources = {{.uid = "source-1",
                       .name = "words",
                       .enumerator_position = "2 files",
                       .enumerator_finished = true,
                       .splits = {{"words.csv", "d", "17", "w", false}}}};
  manifest.committables = {{"sink-1", 1, 3, 12, std::string("part\0name", 9)}};
  return manifest;
}

// As a writer of a manifest would that does not check.
std::string recomputed(std::string bytes) {
  bytes.resize(bytes.size() - sizeof(uint32_t));
  put_field(bytes, crc32c(0, bytes.data(), bytes.size()));
  return bytes;
}

TEST(ManifestTest, ReadsBackWhatItWrote) {
  const Manifest manifest = small_manifest();
  ASSERT_TRUE(check(manifest).ok()) << check(manifest);
  const std::string bytes = encode(manifest);
  const Manifest again = decode_manifest(bytes).ValueOrDie();
  EXPECT_EQ(again, manifest);
  EXPECT_EQ(encode(again), bytes);
}

TEST(ManifestTest, DetectsEveryFlippedBit) {
  const std::string bytes = encode(small_manifest());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const Status status = decode_manifest(damaged).status();
      ASSERT_TRUE(status.IsSerializationError())
          << "byte " << i << " bit " << bit << ": " << status;
    }
  }
}

TEST(ManifestTest, DetectsEveryCut) {
  const std::string bytes = encode(small_manifest());
  for (size_t length = 0; length < bytes.size(); ++length) {
    ASSERT_TRUE(
        decode_manifest(std::string_view(bytes).substr(0, length)).status().IsSerializationError())
        << length;
  }
  EXPECT_TRUE(decode_manifest(bytes + '\0').status().IsSerializationError());
}

// Behind a right checksum too, nothing is believed: no crash, no large allocation, and what is
// accepted is what encode() would have written.
TEST(ManifestTest, ImpossibleContentsAreRefusedBehindARightChecksum) {
  const std::string bytes = encode(small_manifest());
  for (size_t i = 0; i + sizeof(uint32_t) < bytes.size(); ++i) {
    for (const unsigned char value : {0x00, 0x01, 0x7f, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(value);
      damaged = recomputed(damaged);
      const Result<Manifest> read = decode_manifest(damaged);
      if (read.ok()) {
        EXPECT_EQ(encode(*read), damaged) << i;
      } else {
        // The last byte of the magic is the version.
        EXPECT_EQ(read.status().IsInvalid(), i == 7) << read.status();
        EXPECT_EQ(read.status().IsSerializationError(), i != 7) << read.status();
      }
    }
  }
}

TEST(ManifestTest, AnotherVersionIsRefusedByItsNumber) {
  std::string bytes = encode(small_manifest());
  bytes[7] = 2;
  EXPECT_TRUE(decode_manifest(bytes).status().IsSerializationError()) << "damaged";
  EXPECT_EQ(decode_manifest(recomputed(bytes)).status().message(),
            "this version reads format 1 of a checkpoint's manifest, but this one has format 2");
  EXPECT_TRUE(decode_manifest("PAR1 and other bytes").status().IsSerializationError());
}

TEST(ManifestTest, NamesStayInsideTheDirectory) {
  const auto accepted = [](std::string name) {
    Manifest manifest = small_manifest();
    manifest.operators.clear();
    manifest.files = {{.name = std::move(name)}};
    return check(manifest).ok();
  };
  EXPECT_TRUE(accepted("a"));
  EXPECT_TRUE(accepted("data/..a"));
  for (const char* name : {"", "/etc/passwd", "../a", "a/../b", "a//b", "a/", "./a", ".", ".."}) {
    EXPECT_FALSE(accepted(name)) << name;
  }
  EXPECT_FALSE(accepted(std::string("a\0b", 3)));
}

TEST(ManifestTest, SaysWhatCannotBe) {
  const auto message = [](auto change) {
    Manifest manifest = small_manifest();
    change(manifest);
    return check(manifest).message();
  };
  EXPECT_EQ(message([](Manifest& m) { m.operators[0].instances[0].streams[0].length = 11; }),
            "stream 'index' of counts per word leaves its file 'data/a'");
  EXPECT_EQ(message([](Manifest& m) { m.operators[0].instances[0].streams[0].offset = INT64_MAX; }),
            "stream 'index' of counts per word leaves its file 'data/a'");
  EXPECT_EQ(message([](Manifest& m) { m.operators[0].instances[0].streams[1].name = "index"; }),
            "stream 'index' of counts per word stands twice");
  EXPECT_EQ(
      message([](Manifest& m) { m.operators[0].instances[0].streams[0].file = "data/c"; }),
      "stream 'index' of counts per word lies in 'data/c', which is no file of the checkpoint");
  EXPECT_EQ(message([](Manifest& m) { m.files[1].name = "data/a"; }),
            "files of a checkpoint stand once and in order, but 'data/a' follows 'data/a'");
  EXPECT_EQ(message([](Manifest& m) { m.files[1].checksums.blocks.pop_back(); }),
            "file 'data/b' has 65537 bytes, but 1 checksums");
  EXPECT_EQ(message([](Manifest& m) { m.operators[0].instances[0].key_groups.end = 17; }),
            "instance 0 of counts per word cannot own the key groups 0 to 17");
  EXPECT_EQ(message([](Manifest& m) { m.operators.push_back(m.operators[0]); }),
            "two operators of the checkpoint have the uid 'agg-1'");
  EXPECT_EQ(message([](Manifest& m) { m.parent = 12; }),
            "checkpoint 12 after 12 of attempt 7 with 16 key groups cannot be");
}

TEST(ManifestTest, FindsFilesAndOperators) {
  const Manifest manifest = small_manifest();
  EXPECT_EQ(manifest.find_file("data/b")->checksums.length, kChecksumBlockBytes + 1);
  EXPECT_EQ(manifest.find_file("data/aa"), nullptr);
  EXPECT_EQ(manifest.find_operator("agg-1")->kind, "GroupAggregate");
  EXPECT_EQ(manifest.find_operator("agg-2"), nullptr);
}

// Frozen: part of the format.
TEST(ManifestTest, DigestsAreFrozen) {
  EXPECT_EQ(to_text(digest_of("")), "99aa06d3014798d86001c324468d497f");
  DigestStream stream;
  const std::string text(1000, 'x');
  for (const int length : {1, 99, 500, 400}) stream.update(text.data(), length);
  EXPECT_EQ(stream.digest(), digest_of(text));
}

}  // namespace
}  // namespace hw
