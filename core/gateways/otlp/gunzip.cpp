// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateways/otlp/gunzip.h"

#include <array>

#include <zlib.h>

namespace flyball::otlp {

namespace {

constexpr int kGzipOnly = 15 + 16; // zlib: the largest window, gzip wrapper

struct Inflater {
    z_stream stream{};
    bool ready = inflateInit2(&stream, kGzipOnly) == Z_OK;
    Inflater() = default;
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;
    ~Inflater()
    {
        if (ready)
            inflateEnd(&stream);
    }
};

} // namespace

Result<std::string> gunzip(std::string_view packed, std::size_t most)
{
    Inflater inflater;
    if (!inflater.ready)
        return Error{ErrorCode::Internal, "zlib cannot be used"};
    z_stream &z = inflater.stream;
    // zlib reads through a pointer to non-const and never writes there.
    z.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
    z.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    std::array<char, 64 * 1024> room;
    for (;;) {
        z.next_out = reinterpret_cast<Bytef *>(room.data());
        z.avail_out = static_cast<uInt>(room.size());
        const int state = inflate(&z, Z_NO_FLUSH);
        const std::size_t made = room.size() - z.avail_out;
        if (out.size() + made > most)
            return Error{ErrorCode::OutOfRange, "the body is too large when unpacked"};
        out.append(room.data(), made);
        if (state == Z_STREAM_END) {
            if (z.avail_in == 0)
                return out;
            inflateReset(&z); // the next member
        } else if (state != Z_OK) {
            return z.avail_in == 0 ? Error{ErrorCode::Unreadable, "the gzip body is cut short"}
                                   : Error{ErrorCode::Malformed, "the body is no gzip"};
        }
    }
}

} // namespace flyball::otlp
