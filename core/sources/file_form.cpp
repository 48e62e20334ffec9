// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/file_form.h"

#include "core/sources/opencode_database.h"
#include "core/sources/source_types.h"
#include "core/sources/zstd_source.h"

#include <array>

namespace flyball {

namespace {

constexpr std::size_t kRecordBytes = 9; ///< of a file of records, to know it
constexpr char kFirstField = '\x0a';    ///< of any export request: field 1, length-delimited

/// A message inside a record: its length must fit the record's.
bool firstFieldFits(std::string_view content, std::int64_t record)
{
    std::int64_t length = 0;
    for (std::size_t i = 1; i < content.size(); ++i) {
        const auto byte = static_cast<unsigned char>(content[i]);
        length |= static_cast<std::int64_t>(byte & 0x7FU) << (7 * (i - 1));
        if (byte < 0x80) {
            return static_cast<std::int64_t>(i) + 1 + length <= record;
        }
    }
    return false;
}

bool startsLikeRecords(std::string_view head)
{
    if (head.size() < static_cast<std::size_t>(kRecordHead) + 2) {
        return false;
    }
    const std::int64_t length = recordLength(head.data());
    const std::string_view content = head.substr(kRecordHead, kRecordBytes - kRecordHead);
    if (length < 2 || length > kMaxLineBytes) {
        return false;
    }
    return startsLikeZstd(content) || (content.front() == kFirstField && firstFieldFits(content, length));
}

} // namespace

std::int64_t recordLength(const char *frame)
{
    std::int64_t length = 0;
    for (int i = 0; i < kRecordHead; ++i) {
        length = length << 8 | static_cast<unsigned char>(frame[i]);
    }
    return length;
}

FileForm formOfHead(std::string_view head)
{
    if (head.size() >= 3 && head[0] == '\x1f' && head[1] == '\x8b' && head[2] == 8) {
        return FileForm::Gzip;
    }
    if (startsLikeZstd(head)) {
        return FileForm::Zstd;
    }
    if (startsLikeDatabase(head)) {
        return FileForm::Database;
    }
    return startsLikeRecords(head) ? FileForm::Records : FileForm::Plain;
}

bool headIsTooShort(std::string_view head)
{
    if (head.empty()) {
        return true;
    }
    const auto first = static_cast<unsigned char>(head.front());
    return (first == 0x1f && head.size() < 3) || (first == 0x28 && head.size() < 4)
           || (first <= (kMaxLineBytes >> 24) && head.size() < kRecordBytes)
           || (first == 'S' && head.size() < kFormBytes && std::string_view("SQLite format 3").starts_with(head));
}

FileForm formOf(int fd)
{
    std::array<char, kFormBytes> head{};
    const ssize_t n = readAtOnce(fd, head.data(), head.size(), 0);
    return formOfHead({head.data(), n > 0 ? static_cast<std::size_t>(n) : 0});
}

FileForm innerFormOf(PackedSource &source, int fd)
{
    std::array<char, kFormBytes> head{};
    std::size_t have = 0;
    source.open(fd);
    while (have < head.size()) {
        const ssize_t n = source.read(head.data() + have, head.size() - have);
        if (n <= 0) {
            break;
        }
        have += static_cast<std::size_t>(n);
    }
    source.open(fd);
    return formOfHead({head.data(), have}) == FileForm::Records ? FileForm::Records : FileForm::Plain;
}

} // namespace flyball
