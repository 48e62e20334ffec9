// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/policy/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace flyball {

namespace {

std::string hex(const unsigned char *bytes, std::size_t size)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < size; ++i) {
        out += kDigits[bytes[i] >> 4U];
        out += kDigits[bytes[i] & 15U];
    }
    return out;
}

const unsigned char *raw(std::string_view bytes) { return reinterpret_cast<const unsigned char *>(bytes.data()); }

} // namespace

std::string sha256Hex(std::string_view bytes)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    // Only a broken OpenSSL installation fails here; an empty digest matches nothing.
    if (EVP_Digest(bytes.data(), bytes.size(), out, &size, EVP_sha256(), nullptr) != 1)
        return {};
    return hex(out, size);
}

std::string hmacSha256Hex(std::string_view key, std::string_view bytes)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(), out, &size))
        return {};
    return hex(out, size);
}

bool sameSecret(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && !a.empty() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace flyball
