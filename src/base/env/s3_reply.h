// SPDX-License-Identifier: Apache-2.0
//
// What S3 answers, taken apart: listings and errors in XML, times. The XML is S3's own few forms,
// not any. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/object_store.h"
#include "base/status.h"

namespace hw {

struct S3Error {
  std::string code;     // `NoSuchKey`; empty if the answer names none
  std::string message;  // as the store words it; never repeats what was signed
};
S3Error read_s3_error(std::string_view xml);

struct S3ListPage {
  ObjectListing found;
  std::string continuation;  // empty = the last page
};
/// Fails (SerializationError) when it is no answer to ListObjectsV2.
Result<S3ListPage> read_s3_list(std::string_view xml);

/// An answer to ListMultipartUploads.
struct S3Upload {
  std::string key;
  std::string id;
};
struct S3UploadPage {
  std::vector<S3Upload> uploads;
  std::string next_key;  // empty = the last page
  std::string next_id;
};
Result<S3UploadPage> read_s3_uploads(std::string_view xml);

/// The text of the first element of that name, entities resolved.
std::optional<std::string> s3_element(std::string_view xml, std::string_view name);
/// `text` as the contents of an element.
std::string xml_escaped(std::string_view text);

/// `Fri, 24 May 2013 00:00:00 GMT` or `2013-05-24T00:00:00.000Z`; 0 if it is neither.
int64_t s3_time_ns(const std::string& text);

}  // namespace hw
