// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a file of records, and as a compressed one.
#include "core/sources/file_form.h"
#include "core/sources/record_block_reader.h"
#include "tests/fuzz/fuzz_check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace flyball;

namespace {

/// Every stretch is either given or refused, in order and without a gap.
std::int64_t readThrough(ByteSource &source, std::int64_t block, std::size_t &content)
{
    RecordBlockReader records(block, 1 << 20);
    records.start(0, {});
    std::int64_t at = 0;
    while (true) {
        const BlockReader::Step step = records.next(source);
        if (step == BlockReader::Step::End || step == BlockReader::Step::Error)
            break;
        fuzz::require(records.begin() >= at && records.end() > records.begin(), "records follow each other");
        fuzz::require(records.bytes().size() <= 1 << 20, "no record is longer than allowed");
        at = records.end();
        content += records.bytes().size();
    }
    return at;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
    static const ReadAt readAt = readAtOnce;
    fuzz::require(::ftruncate(fd, 0) == 0 && ::pwrite(fd, data, size, 0) == static_cast<ssize_t>(size), "a file");
    const auto length = static_cast<std::int64_t>(size);
    std::size_t one = 0;
    std::size_t two = 0;
    PlainSource small(readAt, fd, 0, length);
    PlainSource large(readAt, fd, 0, length);
    const std::int64_t end = readThrough(small, 16, one);
    fuzz::require(end == readThrough(large, 1 << 16, two) && one == two, "blocks of any size say the same");
    fuzz::require(end <= length, "nothing is read beyond the end");
    ZstdSource packed;
    (void)innerFormOf(packed, fd);
    std::vector<char> text(4096);
    for (std::int64_t total = 0; total < 1 << 20;) {
        const ssize_t n = packed.read(text.data(), text.size());
        if (n <= 0)
            break;
        total += n;
    }
    (void)formOf(fd);
    return 0;
}
