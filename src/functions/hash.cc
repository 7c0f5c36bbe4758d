// SPDX-License-Identifier: Apache-2.0
//
// MD5 and the SHA family, as lower-case hex. The digests of OpenSSL without its EVP layer: linked
// statically and hidden, they cost nothing at the start of the process (docs/adr/0004).

#define OPENSSL_SUPPRESS_DEPRECATED

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include <openssl/md5.h>
#include <openssl/sha.h>

#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// One digest: its context, three steps, and the bytes of its result.
template <typename Context, auto kInit, auto kUpdate, auto kFinal, size_t kBytes>
void digest_to_hex(TextWriter& out, std::string_view value) {
  Context context;
  std::array<unsigned char, kBytes> digest;
  kInit(&context);
  kUpdate(&context, value.data(), value.size());
  kFinal(digest.data(), &context);
  char* to = out.extend(kBytes * 2);
  for (const unsigned char byte : digest) {
    *to++ = "0123456789abcdef"[byte >> 4];
    *to++ = "0123456789abcdef"[byte & 15];
  }
}

constexpr auto md5 = digest_to_hex<MD5_CTX, MD5_Init, MD5_Update, MD5_Final, 16>;
constexpr auto sha1 = digest_to_hex<SHA_CTX, SHA1_Init, SHA1_Update, SHA1_Final, 20>;
constexpr auto sha224 = digest_to_hex<SHA256_CTX, SHA224_Init, SHA224_Update, SHA224_Final, 28>;
constexpr auto sha256 = digest_to_hex<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final, 32>;
constexpr auto sha384 = digest_to_hex<SHA512_CTX, SHA384_Init, SHA384_Update, SHA384_Final, 48>;
constexpr auto sha512 = digest_to_hex<SHA512_CTX, SHA512_Init, SHA512_Update, SHA512_Final, 64>;

/// False for a width that SHA-2 does not have.
bool sha2(TextWriter& out, std::string_view value, int32_t bits) {
  switch (bits) {
    case 224:
      sha224(out, value);
      return true;
    case 0:
    case 256:
      sha256(out, value);
      return true;
    case 384:
      sha384(out, value);
      return true;
    case 512:
      sha512(out, value);
      return true;
    default:
      return false;
  }
}

Result<bool> sha2_checked(TextWriter& out, std::string_view value, int32_t bits) {
  if (sha2(out, value, bits)) return true;
  return Status::Invalid("SHA2 has 224, 256, 384 and 512 bits, but not ", bits);
}

KernelResult bind_sha2(const CallBinding& binding) {
  const ColumnPtr& bits = binding.literals[1];
  if (bits != nullptr && !literal_is_null(bits)) {
    const int64_t number = literal_integer(*bits);
    if (number != 0 && number != 224 && number != 256 && number != 384 && number != 512) {
      return Status::Invalid("SHA2 has 224, 256, 384 and 512 bits, but not ", number);
    }
  }
  return row_kernel<sha2_checked>()(binding);
}

ScalarFunction digest(std::string name, ScalarBind kernel, std::string of_empty) {
  ScalarFunction function;
  function.sentence = "The " + name + " digest of the text's UTF-8 bytes, in lower-case hex.";
  function.examples = {{name + "('')", std::move(of_empty)},
                       {name + "(CAST(NULL AS STRING))", "NULL"}};
  function.name = std::move(name);
  function.family = "hash";
  function.signatures = {"(value VARCHAR) -> VARCHAR", "(value VARBINARY) -> VARCHAR"};
  function.kernel = std::move(kernel);
  return function;
}

}  // namespace

void register_hash(FunctionCatalogue& catalogue) {
  catalogue.add(digest("MD5", row_kernel<md5>(), "d41d8cd98f00b204e9800998ecf8427e"));
  catalogue.add(digest("SHA1", row_kernel<sha1>(), "da39a3ee5e6b4b0d3255bfef95601890afd80709"));
  catalogue.add(digest("SHA224", row_kernel<sha224>(),
                       "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"));
  catalogue.add(digest("SHA256", row_kernel<sha256>(),
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  catalogue.add(digest("SHA384", row_kernel<sha384>(),
                       "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76"
                       "f65fbd51ad2f14898b95b"));
  catalogue.add(digest("SHA512", row_kernel<sha512>(),
                       "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d8"
                       "5f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"));
  catalogue.add(ScalarFunction{
      .name = "SHA2",
      .family = "hash",
      .signatures = {"(value VARCHAR, bits INT) -> VARCHAR",
                     "(value VARBINARY, bits INT) -> VARCHAR"},
      .sentence = "The SHA-2 digest of 224, 256, 384 or 512 `bits` (0 is 256), in lower-case hex.",
      .examples = {{"SHA2('abc', 224)", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
                   {"SHA2('abc', 256)",
                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}},
      .can_fail = true,
      .kernel = bind_sha2,
  });
}

}  // namespace hw
