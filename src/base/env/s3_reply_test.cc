// SPDX-License-Identifier: Apache-2.0

#include "base/env/s3_reply.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(S3ReplyTest, ReadsAListingWithFoldersAndItsNextPage) {
  const S3ListPage page = *read_s3_list(
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Name>b</Name><Prefix>a/</Prefix><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>t&amp;1</NextContinuationToken>"
      "<Contents><Key>a/x &lt;1&gt;</Key><LastModified>2013-05-24T00:00:00.250Z</LastModified>"
      "<ETag>&quot;abc&quot;</ETag><Size>12</Size></Contents>"
      "<Contents><Key>a/y&#xF6;&#246;</Key><Size>0</Size></Contents>"
      "<CommonPrefixes><Prefix>a/b/</Prefix></CommonPrefixes></ListBucketResult>");
  ASSERT_EQ(page.found.objects.size(), 2U);
  EXPECT_EQ(page.found.objects[0].key, "a/x <1>");
  EXPECT_EQ(page.found.objects[0].num_bytes, 12);
  EXPECT_EQ(page.found.objects[0].etag, "\"abc\"");
  EXPECT_EQ(page.found.objects[0].modified_ns, 1'369'353'600'250'000'000);
  EXPECT_EQ(page.found.objects[1].key, "a/y\xC3\xB6\xC3\xB6");
  EXPECT_EQ(page.found.folders, std::vector<std::string>{"a/b/"});
  EXPECT_EQ(page.continuation, "t&1");
}

TEST(S3ReplyTest, ReadsAnEmptyListing) {
  const S3ListPage page = *read_s3_list(
      "<ListBucketResult><Prefix/><IsTruncated>false</IsTruncated></ListBucketResult>");
  EXPECT_TRUE(page.found.objects.empty());
  EXPECT_TRUE(page.continuation.empty());
}

TEST(S3ReplyTest, RefusesWhatIsNoListing) {
  for (const char* const xml :
       {"", "<html>login</html>", "<ListBucketResult>", "<ListBucketResultX></ListBucketResultX>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>1x</Size></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"}) {
    EXPECT_TRUE(read_s3_list(xml).status().IsSerializationError()) << xml;
  }
}

TEST(S3ReplyTest, ReadsCodeAndMessageOfAnErrorAndNothingElse) {
  const S3Error error = read_s3_error(
      "<Error><Code>SignatureDoesNotMatch</Code><Message>wrong</Message>"
      "<AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>");
  EXPECT_EQ(error.code, "SignatureDoesNotMatch");
  EXPECT_EQ(error.message, "wrong");
  EXPECT_TRUE(read_s3_error("<html>502</html>").code.empty());
}

TEST(S3ReplyTest, ReadsUnfinishedUploads) {
  const S3UploadPage page = *read_s3_uploads(
      "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>"
      "<NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>2</NextUploadIdMarker>"
      "<Upload><Key>k</Key><UploadId>1</UploadId></Upload></ListMultipartUploadsResult>");
  ASSERT_EQ(page.uploads.size(), 1U);
  EXPECT_EQ(page.uploads[0].id, "1");
  EXPECT_EQ(page.next_key, "k");
  EXPECT_EQ(page.next_id, "2");
}

TEST(S3ReplyTest, ReadsBothFormsOfTime) {
  EXPECT_EQ(s3_time_ns("Fri, 24 May 2013 00:00:01 GMT"), 1'369'353'601'000'000'000);
  EXPECT_EQ(s3_time_ns("2013-05-24T00:00:01Z"), 1'369'353'601'000'000'000);
  EXPECT_EQ(s3_time_ns("yesterday"), 0);
}

TEST(S3ReplyTest, EscapesWhatXmlWouldRead) {
  EXPECT_EQ(xml_escaped("<\"a&b\">"), "&lt;&quot;a&amp;b&quot;&gt;");
}

TEST(S3ReplyTest, TakesBucketAndKeyOfAUri) {
  EXPECT_EQ(*parse_object_uri("s3://b/a/c d"), (ObjectName{.bucket = "b", .key = "a/c d"}));
  EXPECT_EQ(*parse_object_uri("s3://b"), (ObjectName{.bucket = "b"}));
  EXPECT_EQ((ObjectName{.bucket = "b", .key = "a"}).uri(), "s3://b/a");
}

TEST(S3ReplyTest, RefusesKeysAndOptionsInAUriWithoutRepeatingThem) {
  for (const char* const uri :
       {"s3://AKIA:hush@b/a", "s3://b/a?secret_key=hush&scheme=http", "s3:///hush", "s3://"}) {
    const Status status = parse_object_uri(uri).status();
    EXPECT_TRUE(status.IsInvalid()) << uri;
    EXPECT_EQ(status.message().find("hush@"), std::string::npos) << status.message();
    EXPECT_EQ(status.message().find("=hush"), std::string::npos) << status.message();
  }
}

}  // namespace
}  // namespace hw
