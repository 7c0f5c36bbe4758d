// SPDX-License-Identifier: Apache-2.0
//
// The examples that the documentation of S3 gives for its signature.

#include "base/env/aws_signature.h"

#include <gtest/gtest.h>

#include "base/env/sha256.h"

namespace hw {
namespace {

constexpr const char* kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string signature(RequestToSign request) {
  EXPECT_TRUE(load_sha256().ok());
  request.headers.emplace_back("host", "examplebucket.s3.amazonaws.com");
  request.headers.emplace_back("x-amz-content-sha256", request.payload_sha256);
  request.headers.emplace_back("x-amz-date", "20130524T000000Z");
  const std::string value =
      aws_authorization(request,
                        {.access_key = "AKIAIOSFODNN7EXAMPLE",
                         .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
                        "us-east-1", "20130524T000000Z");
  return value.substr(value.find("Signature=") + 10);
}

TEST(AwsSignatureTest, SignsAReadOfARange) {
  EXPECT_EQ(signature({.method = "GET",
                       .path = "/test.txt",
                       .headers = {{"range", "bytes=0-9"}},
                       .payload_sha256 = kEmptySha256}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(AwsSignatureTest, SignsAPutWithAnEncodedKey) {
  ASSERT_TRUE(load_sha256().ok());
  EXPECT_EQ(signature({.method = "PUT",
                       .path = "/" + percent_encoded("test$file.text", true),
                       .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                   {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                       .payload_sha256 = hex(sha256("Welcome to Amazon S3."))}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(AwsSignatureTest, SignsAParameterWithoutAValue) {
  EXPECT_EQ(signature({.method = "GET",
                       .path = "/",
                       .query = {{"lifecycle", ""}},
                       .payload_sha256 = kEmptySha256}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(AwsSignatureTest, SignsAListing) {
  EXPECT_EQ(signature({.method = "GET",
                       .path = "/",
                       .query = {{"prefix", "J"}, {"max-keys", "2"}},
                       .payload_sha256 = kEmptySha256}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(AwsSignatureTest, HashesAsTheStandardsSay) {
  ASSERT_TRUE(load_sha256().ok());
  EXPECT_EQ(hex(sha256("")), kEmptySha256);
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, cases 2 and 6: a short key, and one that is longer than a block.
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(AwsSignatureTest, WritesTheTimeInUtc) {
  EXPECT_EQ(aws_timestamp(1'369'353'600'999), "20130524T000000Z");
}

TEST(AwsSignatureTest, EncodesEveryByteButTheUnreservedOnes) {
  EXPECT_EQ(percent_encoded("a b/c=\xC3\xB6+~", true), "a%20b/c%3D%C3%B6%2B~");
  EXPECT_EQ(percent_encoded("a/b", false), "a%2Fb");
  EXPECT_EQ(canonical_query({{"prefix", "a b"}, {"list-type", "2"}}), "list-type=2&prefix=a%20b");
}

}  // namespace
}  // namespace hw
