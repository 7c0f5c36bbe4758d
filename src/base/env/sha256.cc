// SPDX-License-Identifier: Apache-2.0

#include "base/env/sha256.h"

#include <openssl/sha.h>

#include "base/assert.h"
#include "base/env/late_library.h"

namespace hw {
namespace {

constexpr size_t kBlockBytes = 64;

using Digest = decltype(SHA256);

struct Loaded {
  Status status;
  Digest* digest = nullptr;
};

const Loaded& loaded() {
  static const Loaded* const once = [] {
    auto* all = new Loaded;
    const auto library = LateLibrary::load("libcrypto.so.3", "libssl3");
    all->status = library.status();
    if (library.ok()) all->status = library->find("SHA256", all->digest);
    return all;
  }();
  return *once;
}

}  // namespace

Status load_sha256() { return loaded().status; }

std::string sha256(std::string_view bytes) {
  HW_CHECK(loaded().digest != nullptr);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  loaded().digest(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                  reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

// RFC 2104.
std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string padded = key.size() > kBlockBytes ? sha256(key) : std::string(key);
  padded.resize(kBlockBytes, '\0');
  std::string inner = padded;
  std::string outer = padded;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  inner.append(bytes);
  return sha256(outer + sha256(inner));
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace hw
