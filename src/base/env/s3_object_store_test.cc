// SPDX-License-Identifier: Apache-2.0
//
// The store against a server whose answers are written down: what is asked, what is asked again,
// what a user is told.

#include <deque>
#include <functional>
#include <utility>

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "base/env/s3_client.h"
#include "base/env/sha256.h"

namespace hw {
namespace {

struct Server {
  std::deque<Result<HttpAnswer>> answers;  // 500 when there are none left
  std::vector<HttpRequest> requests;
  std::vector<std::string> bodies;
};

class ScriptedClient final : public HttpClient {
 public:
  explicit ScriptedClient(Server& server) : server_(server) {}
  Result<HttpAnswer> send(const HttpRequest& request) override {
    server_.requests.push_back(request);
    server_.bodies.emplace_back(request.body);
    if (server_.answers.empty()) return HttpAnswer{.status = 500};
    Result<HttpAnswer> answer = std::move(server_.answers.front());
    server_.answers.pop_front();
    return answer;
  }

 private:
  Server& server_;
};

HttpAnswer answer(int status, std::string body = "",
                  std::map<std::string, std::string> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}
HttpAnswer error(int status, const std::string& code) {
  return answer(status, "<Error><Code>" + code + "</Code><Message>so it is</Message></Error>");
}

class S3ObjectStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(load_sha256().ok());
    store_ = make_s3_store(S3Client(*env_,
                                    {.scheme = "http",
                                     .host = "store:9000",
                                     .region = "r",
                                     .credentials = {.access_key = "AKIA", .secret_key = "hush"},
                                     .path_style = true},
                                    std::make_unique<ScriptedClient>(server_),
                                    {.num_tries = 3, .first_pause_ms = 0}));
  }
  Status put_new(std::string_view bytes) {
    return store_->put(name_, bytes, ObjectStore::Put::kNew);
  }

  const std::unique_ptr<Env> env_ = make_test_env(1, 1'369'353'600'000);
  const ObjectName name_ = {.bucket = "b", .key = "a c"};
  Server server_;
  std::shared_ptr<ObjectStore> store_;
};

TEST_F(S3ObjectStoreTest, PutsUnderANewNameByACondition) {
  server_.answers = {answer(200)};
  EXPECT_TRUE(put_new("x").ok());
  ASSERT_EQ(server_.requests.size(), 1U);
  EXPECT_EQ(server_.requests[0].url, "http://store:9000/b/a%20c");
  const auto& headers = server_.requests[0].headers;
  EXPECT_NE(std::find(headers.begin(), headers.end(),
                      std::pair<std::string, std::string>("if-none-match", "*")),
            headers.end());
}

TEST_F(S3ObjectStoreTest, SaysThatANameIsTaken) {
  server_.answers = {error(412, "PreconditionFailed"), answer(200, "y")};
  EXPECT_TRUE(put_new("x").IsAlreadyExists());
}

TEST_F(S3ObjectStoreTest, KnowsItsOwnBytesWhenTheAnswerToAnEarlierTryWasLost) {
  server_.answers = {Status::IOError("reset"), error(412, "PreconditionFailed"), answer(206, "x")};
  EXPECT_TRUE(put_new("x").ok());
}

TEST_F(S3ObjectStoreTest, KnowsItsOwnBytesAlsoWhenTheTransportHasSentThemTwice) {
  server_.answers = {error(412, "PreconditionFailed"), answer(200, "x")};
  EXPECT_TRUE(put_new("x").ok());
}

TEST_F(S3ObjectStoreTest, AsksForTheReasonThatAnAnswerToHeadDoesNotHave) {
  server_.answers = {answer(403), error(403, "InvalidAccessKeyId")};
  const Status status = store_->find(name_).status();
  EXPECT_NE(status.message().find("HTTP 403 InvalidAccessKeyId: so it is; check the access key"),
            std::string::npos)
      << status.message();
}

TEST_F(S3ObjectStoreTest, LeavesTheNameToAnotherWriterWhoWasFasterThanItsSecondTry) {
  server_.answers = {Status::IOError("reset"), error(412, "PreconditionFailed"), answer(206, "y")};
  EXPECT_TRUE(put_new("x").IsAlreadyExists());
}

TEST_F(S3ObjectStoreTest, TriesAgainWhatMayPass) {
  server_.answers = {error(503, "SlowDown"), error(409, "ConditionalRequestConflict"), answer(200)};
  EXPECT_TRUE(put_new("x").ok());
  EXPECT_EQ(server_.requests.size(), 3U);
}

TEST_F(S3ObjectStoreTest, GivesUpAfterABoundedNumberOfTries) {
  server_.answers = {error(503, "SlowDown"), error(503, "SlowDown"), error(503, "SlowDown")};
  const Status status = put_new("x");
  EXPECT_TRUE(status.IsIOError());
  EXPECT_NE(status.message().find("HTTP 503 SlowDown: so it is"), std::string::npos)
      << status.message();
  EXPECT_EQ(server_.requests.size(), 3U);
}

TEST_F(S3ObjectStoreTest, NamesTheStoreThatDoesNotAnswer) {
  server_.answers = {Status::IOError("x"), Status::IOError("x"), Status::IOError("refused")};
  const Status status = store_->find(name_).status();
  EXPECT_TRUE(status.IsIOError());
  EXPECT_NE(status.message().find("the object store at http://store:9000 does not answer for "
                                  "'s3://b/a c': refused (tried 3 times"),
            std::string::npos)
      << status.message();
}

TEST_F(S3ObjectStoreTest, DoesNotTryAgainWhatIsForbiddenAndShowsNoKey) {
  server_.answers = {error(403, "SignatureDoesNotMatch")};
  const Status status = store_->list(name_, {}).status();
  EXPECT_EQ(server_.requests.size(), 1U);
  EXPECT_NE(status.message().find("check the access key"), std::string::npos) << status.message();
  EXPECT_EQ(status.message().find("AKIA"), std::string::npos);
  EXPECT_EQ(status.message().find("hush"), std::string::npos);
}

TEST_F(S3ObjectStoreTest, TellsAMissingBucketFromAMissingObject) {
  server_.answers = {error(404, "NoSuchBucket"), error(404, "NoSuchKey")};
  EXPECT_EQ(store_->list(name_, {}).status().message(),
            "there is no bucket 'b' at http://store:9000");
  EXPECT_EQ(store_->read(name_, {.length = 1}).status().message(),
            "there is no object 's3://b/a c'");
}

TEST_F(S3ObjectStoreTest, FindsNothingWhereNothingIs) {
  server_.answers = {answer(404), answer(200, "", {{"content-length", "7"}, {"etag", "\"e\""}})};
  EXPECT_FALSE(store_->find(name_)->has_value());
  EXPECT_EQ((*store_->find(name_))->num_bytes, 7);
}

TEST_F(S3ObjectStoreTest, ReadsARangeOfOneVersion) {
  server_.answers = {answer(206, "cd"), error(412, "PreconditionFailed"), answer(416)};
  EXPECT_EQ((*store_->read(name_, {.offset = 2, .length = 2, .etag = "e"}))->ToString(), "cd");
  EXPECT_NE(store_->read(name_, {.offset = 2, .length = 2, .etag = "e"})
                .status()
                .message()
                .find("was replaced while it was read"),
            std::string::npos);
  EXPECT_EQ((*store_->read(name_, {.offset = 9, .length = 2}))->size(), 0);
}

TEST_F(S3ObjectStoreTest, ListsAllPages) {
  const auto page = [](const std::string& key, const std::string& rest) {
    return answer(200, "<ListBucketResult>" + rest + "<Contents><Key>" + key +
                           "</Key><Size>1</Size></Contents></ListBucketResult>");
  };
  server_.answers = {
      page("a", "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"),
      page("b", "<IsTruncated>false</IsTruncated>")};
  EXPECT_EQ(store_->list({.bucket = "b"}, {})->objects.size(), 2U);
  EXPECT_NE(server_.requests[1].url.find("continuation-token=t"), std::string::npos);
}

TEST_F(S3ObjectStoreTest, UploadsASmallObjectInOneRequest) {
  server_.answers = {answer(200)};
  const auto upload = *store_->upload(name_);
  EXPECT_TRUE(upload->append("ab").ok());
  EXPECT_TRUE(upload->append("c").ok());
  EXPECT_TRUE(upload->finish().ok());
  EXPECT_EQ(server_.bodies, std::vector<std::string>{"abc"});
}

TEST_F(S3ObjectStoreTest, UploadsALargeObjectInParts) {
  server_.answers = {answer(200, "<X><UploadId>u</UploadId></X>"),
                     answer(200, "", {{"etag", "\"1\""}}), answer(200, "", {{"etag", "\"2\""}}),
                     answer(200, "<CompleteMultipartUploadResult/>")};
  const auto upload = *store_->upload(name_);
  EXPECT_TRUE(upload->append(std::string(9 << 20, 'x')).ok());
  EXPECT_TRUE(upload->finish().ok());
  ASSERT_EQ(server_.bodies.size(), 4U);
  EXPECT_EQ(server_.bodies[1].size(), size_t{8} << 20);
  EXPECT_EQ(server_.bodies[2].size(), size_t{1} << 20);
  EXPECT_NE(server_.bodies[3].find("<PartNumber>2</PartNumber><ETag>&quot;2&quot;</ETag>"),
            std::string::npos);
}

TEST_F(S3ObjectStoreTest, SeesAnErrorBehindASuccessfulStatus) {
  server_.answers = {answer(200, "<X><UploadId>u</UploadId></X>"),
                     answer(200, "", {{"etag", "\"1\""}}), answer(200, "", {{"etag", "\"2\""}}),
                     error(200, "InternalError"), answer(204)};
  const auto upload = *store_->upload(name_);
  EXPECT_TRUE(upload->append(std::string(9 << 20, 'x')).ok());
  EXPECT_TRUE(upload->finish().IsIOError());
}

TEST_F(S3ObjectStoreTest, GivesUpAnUploadThatNobodyFinishes) {
  server_.answers = {answer(200, "<X><UploadId>u</UploadId></X>"),
                     answer(200, "", {{"etag", "\"1\""}}), answer(204)};
  {
    const auto upload = *store_->upload(name_);
    EXPECT_TRUE(upload->append(std::string(9 << 20, 'x')).ok());
  }
  EXPECT_EQ(server_.requests.back().method, HttpRequest::Method::kDelete);
  EXPECT_NE(server_.requests.back().url.find("uploadId=u"), std::string::npos);
}

}  // namespace
}  // namespace hw
