// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_form.h"
#include "core/sources/file_reader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace flyball {

namespace {

/// From length to length; where one is beyond any record, the rest is one piece and says so when it is read.
std::vector<FilePiece> splitAtRecords(int fd, std::int64_t size, std::int64_t pieceBytes)
{
    std::vector<FilePiece> pieces;
    std::array<char, kRecordHead> head{};
    std::int64_t begin = 0;
    for (std::int64_t at = 0; at < size;) {
        const std::int64_t length =
            readAtOnce(fd, head.data(), head.size(), at) == kRecordHead ? recordLength(head.data()) : kMaxLineBytes + 1;
        if (length > kMaxLineBytes) {
            break;
        }
        at += kRecordHead + length;
        if (at - begin >= pieceBytes && at < size) {
            pieces.push_back({begin, at});
            begin = at;
        }
    }
    pieces.push_back({begin, size});
    return pieces;
}

} // namespace

Result<std::vector<FilePiece>> splitFile(const std::string &path, std::int64_t size, std::int64_t pieceBytes)
{
    struct stat status {};
    int error = 0;
    const UniqueFd fd = openRegular(path, status, error);
    if (!fd) {
        return fileError(error, path);
    }
    std::vector<FilePiece> pieces;
    const FileForm form = formOf(fd.get());
    if (size <= pieceBytes || pieceBytes <= 0 || form == FileForm::Gzip || form == FileForm::Zstd
        || form == FileForm::Database) {
        pieces.push_back({0, size});
        return pieces;
    }
    if (form == FileForm::Records) {
        return splitAtRecords(fd.get(), size, pieceBytes);
    }
    std::array<char, 64U << 10> block{};
    std::int64_t begin = 0;
    std::int64_t at = pieceBytes - 1; // a '\n' just before the boundary ends the piece there
    while (at < size) {
        const ssize_t n = readAtOnce(fd.get(), block.data(), block.size(), at);
        if (n < 0) {
            return fileError(errno, path);
        }
        if (n == 0) {
            break;
        }
        const void *newline = std::memchr(block.data(), '\n', static_cast<std::size_t>(n));
        if (newline == nullptr) {
            at += n;
            continue;
        }
        const std::int64_t end = at + (static_cast<const char *>(newline) - block.data()) + 1;
        if (end >= size) {
            break;
        }
        pieces.push_back({begin, end});
        begin = end;
        at = begin + pieceBytes - 1;
    }
    pieces.push_back({begin, size});
    return pieces;
}

} // namespace flyball
