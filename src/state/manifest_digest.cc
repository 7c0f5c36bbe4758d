// SPDX-License-Identifier: Apache-2.0

#include "state/manifest_digest.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace hw {

struct DigestStream::State {
  XXH3_state_t hash;  // XXH_ALIGN'ed: the type carries its alignment
};

namespace {

ContentDigest canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  ContentDigest digest;
  static_assert(sizeof(bytes.digest) == sizeof(digest));
  std::copy(std::begin(bytes.digest), std::end(bytes.digest), digest.begin());
  return digest;
}

}  // namespace

ContentDigest digest_of(std::string_view bytes) {
  return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string to_text(const ContentDigest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

DigestStream::DigestStream() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->hash);
}

DigestStream::~DigestStream() = default;

void DigestStream::update(const void* bytes, int64_t length) {
  XXH3_128bits_update(&state_->hash, bytes, static_cast<size_t>(length));
}

ContentDigest DigestStream::digest() const { return canonical(XXH3_128bits_digest(&state_->hash)); }

}  // namespace hw
