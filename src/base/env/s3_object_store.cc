// SPDX-License-Identifier: Apache-2.0
//
// ObjectStore by the requests of S3.

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>

#include "base/env/env.h"
#include "base/env/object_store.h"
#include "base/env/s3_client.h"
#include "base/env/s3_options.h"
#include "base/env/s3_reply.h"
#include "base/env/sha256.h"

namespace hw {
namespace {

using Method = HttpRequest::Method;

constexpr int kNotFound = 404;
constexpr int kPreconditionFailed = 412;
constexpr int kRangeOutside = 416;
// Parts of an upload begin with this size and double every thousand parts: S3 takes ten thousand of
// them, and no object larger than 5 TB.
constexpr size_t kPartBytes = 8 << 20;
constexpr int kPartsPerSize = 1'000;

/// Requests of one store, with what goes wrong as errors.
class S3Requests {
 public:
  explicit S3Requests(S3Client client) : client_(std::move(client)) {}

  Result<S3Answer> send(const S3Request& request) { return client_.send(request); }
  /// The same, where anything but success is an error.
  Result<S3Answer> must(const S3Request& request) {
    HW_ASSIGN_OR_RETURN(S3Answer answer, client_.send(request));
    if (!answer.ok()) return client_.failure(request, answer);
    return answer;
  }
  Status failure(const S3Request& request, const S3Answer& answer) const {
    return client_.failure(request, answer);
  }

  Result<std::optional<StoredObject>> find(const ObjectName& name) {
    const S3Request request = {.method = Method::kHead, .name = name};
    HW_ASSIGN_OR_RETURN(const S3Answer answer, send(request));
    if (answer.http.status == kNotFound) return std::nullopt;
    if (!answer.ok()) return failure_with_reason(request, answer);
    const auto header = [&](const char* field) {
      const auto found = answer.http.headers.find(field);
      return found == answer.http.headers.end() ? std::string() : found->second;
    };
    StoredObject object = {.key = name.key,
                           .modified_ns = s3_time_ns(header("last-modified")),
                           .etag = header("etag")};
    const std::string length = header("content-length");
    if (length.empty() || length.size() > 18 ||
        length.find_first_not_of("0123456789") != std::string::npos) {
      return Status::IOError("the object store does not say how long '", name.uri(), "' is");
    }
    object.num_bytes = std::stoll(length);
    return object;
  }

  Result<std::string> read(const ObjectName& name) {
    HW_ASSIGN_OR_RETURN(S3Answer answer, must({.name = name}));
    return std::move(answer.http.body);
  }

  Status put(const ObjectName& name, std::string_view bytes) {
    return must({.method = Method::kPut, .name = name, .body = bytes}).status();
  }

 private:
  // An answer to HEAD has no body and so no reason: asking for a byte brings it.
  Status failure_with_reason(const S3Request& request, const S3Answer& answer) {
    const S3Request again = {.name = request.name, .headers = {{"range", "bytes=0-0"}}};
    const Result<S3Answer> reason = send(again);
    if (reason.ok() && !reason->ok()) return failure(again, *reason);
    return failure(request, answer);
  }

  S3Client client_;
};

class S3ObjectUpload final : public ObjectUpload {
 public:
  S3ObjectUpload(std::shared_ptr<S3Requests> requests, ObjectName name)
      : requests_(std::move(requests)), name_(std::move(name)) {}

  ~S3ObjectUpload() override {
    // What stays is found by unfinished().
    if (!id_.empty())
      (void)requests_->send({.method = Method::kDelete, .name = name_, .query = id()});
  }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const size_t count = std::min(bytes.size(), part_bytes_ - part_.size());
      part_.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      // A full part waits for more: an object of one part needs no parts.
      if (part_.size() == part_bytes_ && !bytes.empty()) HW_TRY(send_part());
    }
    return Status::OK();
  }

  Status finish() override {
    if (id_.empty()) return requests_->put(name_, part_);
    HW_TRY(send_part());
    std::string body = "<CompleteMultipartUpload>";
    for (size_t i = 0; i < etags_.size(); ++i) {
      body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
              xml_escaped(etags_[i]) + "</ETag></Part>";
    }
    body += "</CompleteMultipartUpload>";
    const S3Request request = {.method = Method::kPost, .name = name_, .query = id(), .body = body};
    HW_ASSIGN_OR_RETURN(S3Answer answer, requests_->send(request));
    // Also a success may carry an error: S3 sends its status before it has put the parts together.
    const S3Error late = read_s3_error(answer.http.body);
    if (!answer.ok() || !late.code.empty()) {
      answer.error = late;
      if (late.code != "NoSuchUpload") return requests_->failure(request, answer);
      HW_TRY(check_there());
    }
    id_.clear();
    return Status::OK();
  }

 private:
  std::vector<std::pair<std::string, std::string>> id() const { return {{"uploadId", id_}}; }

  Status send_part() {
    if (id_.empty()) {
      HW_ASSIGN_OR_RETURN(
          const S3Answer begun,
          requests_->must({.method = Method::kPost, .name = name_, .query = {{"uploads", ""}}}));
      id_ = s3_element(begun.http.body, "UploadId").value_or("");
      if (id_.empty()) {
        return Status::IOError("the object store gives no number for the upload of '", name_.uri(),
                               "'");
      }
    }
    auto query = id();
    query.emplace_back("partNumber", std::to_string(etags_.size() + 1));
    HW_ASSIGN_OR_RETURN(
        S3Answer sent,
        requests_->must(
            {.method = Method::kPut, .name = name_, .query = std::move(query), .body = part_}));
    etags_.push_back(sent.http.headers["etag"]);
    num_bytes_ += static_cast<int64_t>(part_.size());
    part_.clear();
    if (etags_.size() % kPartsPerSize == 0) part_bytes_ *= 2;
    return Status::OK();
  }

  // The answer to an earlier try was lost.
  Status check_there() {
    HW_ASSIGN_OR_RETURN(const std::optional<StoredObject> object, requests_->find(name_));
    if (object && object->num_bytes == num_bytes_) return Status::OK();
    return Status::IOError("the upload of '", name_.uri(), "' is gone, and so is the object");
  }

  const std::shared_ptr<S3Requests> requests_;
  const ObjectName name_;
  std::string id_;  // empty before the first part
  std::vector<std::string> etags_;
  std::string part_;
  size_t part_bytes_ = kPartBytes;
  int64_t num_bytes_ = 0;
};

class S3ObjectStore final : public ObjectStore {
 public:
  explicit S3ObjectStore(S3Client client)
      : requests_(std::make_shared<S3Requests>(std::move(client))) {}

  Status put(const ObjectName& name, std::string_view bytes, Put how) override {
    if (how == Put::kReplace) return requests_->put(name, bytes);
    const S3Request request = {
        .method = Method::kPut, .name = name, .headers = {{"if-none-match", "*"}}, .body = bytes};
    HW_ASSIGN_OR_RETURN(const S3Answer answer, requests_->send(request));
    if (answer.ok()) return Status::OK();
    if (answer.http.status != kPreconditionFailed) return requests_->failure(request, answer);
    // The winner may be an earlier try of ours, whose answer was lost: also libcurl sends again,
    // and does not say so, when a connection that was kept turns out to be closed.
    HW_ASSIGN_OR_RETURN(const std::string there, requests_->read(name));
    if (there == bytes) return Status::OK();
    return Status::AlreadyExists("'", name.uri(), "' exists already");
  }

  Result<std::unique_ptr<ObjectUpload>> upload(const ObjectName& name) override {
    return std::make_unique<S3ObjectUpload>(requests_, name);
  }

  Result<std::vector<std::string>> unfinished(const ObjectName& name) override {
    HW_ASSIGN_OR_RETURN(const std::vector<S3Upload> uploads, list_uploads(name));
    std::vector<std::string> keys;
    for (const S3Upload& upload : uploads) {
      if (keys.empty() || keys.back() != upload.key) keys.push_back(upload.key);
    }
    return keys;
  }

  Status abandon(const ObjectName& name) override {
    HW_ASSIGN_OR_RETURN(const std::vector<S3Upload> uploads, list_uploads(name));
    for (const S3Upload& upload : uploads) {
      if (upload.key != name.key) continue;
      const S3Request request = {
          .method = Method::kDelete, .name = name, .query = {{"uploadId", upload.id}}};
      HW_ASSIGN_OR_RETURN(const S3Answer answer, requests_->send(request));
      if (!answer.ok() && answer.http.status != kNotFound)
        return requests_->failure(request, answer);
    }
    return Status::OK();
  }

  Result<std::optional<StoredObject>> find(const ObjectName& name) override {
    return requests_->find(name);
  }

  Result<std::shared_ptr<arrow::Buffer>> read(const ObjectName& name, const Range& range) override {
    if (range.length <= 0) return std::make_shared<arrow::Buffer>(nullptr, 0);
    S3Request request = {
        .name = name,
        .headers = {{"range", "bytes=" + std::to_string(range.offset) + "-" +
                                  std::to_string(range.offset + range.length - 1)}}};
    if (!range.etag.empty()) request.headers.emplace_back("if-match", range.etag);
    HW_ASSIGN_OR_RETURN(S3Answer answer, requests_->send(request));
    if (answer.http.status == kRangeOutside) return std::make_shared<arrow::Buffer>(nullptr, 0);
    if (answer.http.status == kPreconditionFailed) {
      return Status::IOError("the object '", name.uri(), "' was replaced while it was read");
    }
    if (!answer.ok()) return requests_->failure(request, answer);
    if (static_cast<int64_t>(answer.http.body.size()) > range.length) {
      return Status::IOError("the object store answers with more of '", name.uri(),
                             "' than was asked for");
    }
    return arrow::Buffer::FromString(std::move(answer.http.body));
  }

  Result<ObjectListing> list(const ObjectName& prefix, const ListOptions& options) override {
    constexpr int64_t kPageMax = 1'000;
    ObjectListing all;
    std::string continuation;
    do {
      std::vector<std::pair<std::string, std::string>> query = {
          {"list-type", "2"},
          {"max-keys", std::to_string(std::min(kPageMax, options.objects_max))},
          {"prefix", prefix.key}};
      if (options.by_folder) query.emplace_back("delimiter", "/");
      if (!continuation.empty()) query.emplace_back("continuation-token", continuation);
      HW_ASSIGN_OR_RETURN(const S3Answer answer, requests_->must({.name = {.bucket = prefix.bucket},
                                                                  .query = std::move(query)}));
      HW_ASSIGN_OR_RETURN(S3ListPage page, read_s3_list(answer.http.body));
      std::move(page.found.objects.begin(), page.found.objects.end(),
                std::back_inserter(all.objects));
      std::move(page.found.folders.begin(), page.found.folders.end(),
                std::back_inserter(all.folders));
      continuation = std::move(page.continuation);
    } while (!continuation.empty() &&
             static_cast<int64_t>(all.objects.size()) < options.objects_max);
    return all;
  }

  Status remove(const ObjectName& name) override {
    const S3Request request = {.method = Method::kDelete, .name = name};
    HW_ASSIGN_OR_RETURN(const S3Answer answer, requests_->send(request));
    if (answer.ok() || answer.error.code == "NoSuchKey") return Status::OK();
    return requests_->failure(request, answer);
  }

 private:
  Result<std::vector<S3Upload>> list_uploads(const ObjectName& prefix) {
    std::vector<S3Upload> all;
    S3UploadPage page;
    do {
      std::vector<std::pair<std::string, std::string>> query = {{"uploads", ""},
                                                                {"prefix", prefix.key}};
      if (!page.next_key.empty()) {
        query.emplace_back("key-marker", page.next_key);
        query.emplace_back("upload-id-marker", page.next_id);
      }
      HW_ASSIGN_OR_RETURN(const S3Answer answer, requests_->must({.name = {.bucket = prefix.bucket},
                                                                  .query = std::move(query)}));
      HW_ASSIGN_OR_RETURN(page, read_s3_uploads(answer.http.body));
      // Not every store heeds the prefix here.
      for (S3Upload& upload : page.uploads) {
        if (upload.key.starts_with(prefix.key)) all.push_back(std::move(upload));
      }
    } while (!page.next_key.empty());
    return all;
  }

  const std::shared_ptr<S3Requests> requests_;
};

}  // namespace

std::shared_ptr<ObjectStore> make_s3_store(S3Client client) {
  return std::make_shared<S3ObjectStore>(std::move(client));
}

Result<std::shared_ptr<ObjectStore>> make_s3_store(const S3Options& given, Env& env) {
  HW_ASSIGN_OR_RETURN(S3Access access, s3_access(given, env));
  HW_TRY(load_sha256());
  HW_ASSIGN_OR_RETURN(std::unique_ptr<HttpClient> http, make_http_client({}));
  return make_s3_store(S3Client(env, std::move(access), std::move(http), S3Patience{}));
}

}  // namespace hw
