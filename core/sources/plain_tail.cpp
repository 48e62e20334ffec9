// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/plain_tail.h"

#include "core/sources/marker.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball {

namespace {

constexpr std::int64_t kMarker = static_cast<std::int64_t>(kMarkerBytes);

std::string_view view(const char *from, std::int64_t bytes) { return {from, static_cast<std::size_t>(bytes)}; }

/// Marker at `end`, where `buffer` holds everything from at most kMarker before it.
std::uint64_t markerEndingAt(const char *end, std::int64_t offset)
{
    const std::int64_t bytes = std::min(offset, kMarker);
    return markerOf(view(end - bytes, bytes));
}

} // namespace

PlainTail::PlainTail(const TailOptions &options)
    : m_readAt(options.readAt),
      m_isWhole(options.isWhole),
      m_block(std::min(options.blockBytes, options.maxLineBytes + 1)),
      m_maxLine(options.maxLineBytes),
      m_longLine(std::max<std::int64_t>(m_block / 2, 1)),
      m_buffer(new char[static_cast<std::size_t>(m_block + kMarker)])
{}

ssize_t PlainTail::readAt(const TrackedFile &file, char *to, std::int64_t bytes, std::int64_t offset)
{
    const ssize_t n = m_readAt(file.fd.get(), to, static_cast<std::size_t>(bytes), offset);
    m_error = n < 0 ? errno : 0;
    return n;
}

int PlainTail::read(TrackedFile &file, TailOutput &out, std::int64_t quantum)
{
    const std::int64_t stopAt = out.bytesRead + quantum;
    while (true) {
        struct stat status {};
        if (::fstat(file.fd.get(), &status) != 0) {
            return errno;
        }
        file.size = status.st_size;
        file.mtimeNs = mtimeNsOf(status);
        if (file.size < file.offset) {
            ++out.counters.truncations;
            out.startAgain(file);
            return 0;
        }
        file.scanned = std::clamp(file.scanned, file.offset, file.size);
        const bool longLine = file.scanned - file.offset >= m_longLine;
        switch (longLine ? seekLongLine(file, out) : readBlock(file, out)) {
        case Step::Failed:
            return m_error;
        case Step::StartAgain:
            return 0;
        case Step::End:
            file.pending = false;
            return 0;
        case Step::Again:
            if (out.bytesRead >= stopAt) {
                return 0;
            }
        }
    }
}

PlainTail::Step PlainTail::startAgain(TrackedFile &file, TailOutput &out)
{
    ++out.counters.rewrites;
    out.startAgain(file);
    return Step::StartAgain;
}

PlainTail::Step PlainTail::readBlock(TrackedFile &file, TailOutput &out)
{
    const std::int64_t lead = std::min(file.offset, kMarker);
    const ssize_t n = readAt(file, m_buffer.get(), lead + m_block, file.offset - lead);
    if (n < 0) {
        return Step::Failed;
    }
    if (n < lead) {
        return Step::End; // it shrank since fstat: the next look tells
    }
    const char *text = m_buffer.get() + lead;
    if (markerOf(view(m_buffer.get(), lead)) != file.marker) {
        return startAgain(file, out);
    }
    const std::int64_t bytes = n - lead;
    if (bytes == 0) {
        return Step::End;
    }
    if (file.atStart && text[0] == '\0') {
        return passNuls(file, file.offset);
    }
    file.scanned = file.offset + bytes;
    const void *last = ::memrchr(text, '\n', static_cast<std::size_t>(bytes));
    const std::int64_t whole = last == nullptr ? 0 : static_cast<const char *>(last) - text + 1;
    if (bytes - whole >= m_longLine) {
        file.heldMarker = markerOf(view(text + whole, std::min(m_longLine, kMarker)));
    }
    if (whole > 0) {
        handOver(file, out, view(text, whole), false);
    }
    if (bytes == m_block) {
        return Step::Again;
    }
    const std::string_view rest = view(text + whole, bytes - whole);
    if (!rest.empty() && m_isWhole && m_isWhole(rest)) {
        handOver(file, out, rest, true);
    }
    return Step::End;
}

/// `lines` stands behind the marker text, or what was handed over before it, in the buffer.
void PlainTail::handOver(TrackedFile &file, TailOutput &out, std::string_view lines, bool unterminated)
{
    file.offset += static_cast<std::int64_t>(lines.size());
    file.marker = markerEndingAt(lines.data() + lines.size(), file.offset);
    file.finished = false;
    out.lines(file, lines, unterminated);
}

/// A writer that keeps its offset leaves a hole of NULs when the file is truncated below it. The hole is
/// passed only once text stands behind it: a preallocated file is NULs to its end and filled later.
PlainTail::Step PlainTail::passNuls(TrackedFile &file, std::int64_t from)
{
    const off_t data = ::lseek(file.fd.get(), from, SEEK_DATA);
    std::int64_t at = data < 0 ? (errno == ENXIO ? file.size : from) : data;
    while (at < file.size) {
        const ssize_t n = readAt(file, m_buffer.get(), m_block, at);
        if (n < 0) {
            return Step::Failed;
        }
        const char *end = m_buffer.get() + n;
        const char *text = std::find_if(static_cast<const char *>(m_buffer.get()), end, [](char c) { return c != 0; });
        at += text - m_buffer.get();
        if (text != end) {
            const std::string nuls(static_cast<std::size_t>(std::min(at, kMarker)), '\0');
            file.offset = file.scanned = at;
            file.marker = markerOf(nuls);
            return Step::Again;
        }
        if (n == 0) {
            break;
        }
    }
    return Step::End;
}

PlainTail::Step PlainTail::seekLongLine(TrackedFile &file, TailOutput &out)
{
    if (!verify(file.fd.get(), file.offset, file.marker)) {
        return m_error != 0 ? Step::Failed : startAgain(file, out);
    }
    const std::int64_t head = std::min(m_longLine, kMarker);
    const ssize_t held = readAt(file, m_buffer.get(), head, file.offset);
    if (held < 0) {
        return Step::Failed;
    }
    if (markerOf(view(m_buffer.get(), held)) != file.heldMarker) { // truncated and refilled behind the offset
        file.scanned = file.offset;
        file.notWhole = -1;
        return Step::Again;
    }
    const ssize_t n = readAt(file, m_buffer.get(), m_block, file.scanned);
    if (n <= 0) {
        return n < 0 ? Step::Failed : endOfLongLine(file, out);
    }
    const void *newline = std::memchr(m_buffer.get(), '\n', static_cast<std::size_t>(n));
    if (newline == nullptr) {
        file.scanned += n;
        out.bytesRead += n;
        return n < m_block ? endOfLongLine(file, out) : Step::Again;
    }
    const std::int64_t end = file.scanned + (static_cast<const char *>(newline) - m_buffer.get()) + 1;
    return takeLongLine(file, out, end, LineEnd::Newline);
}

/// The whole line has to be read to tell: once for every length it has had.
PlainTail::Step PlainTail::endOfLongLine(TrackedFile &file, TailOutput &out)
{
    const std::int64_t length = file.scanned - file.offset;
    if (!m_isWhole || length > m_maxLine || file.notWhole == file.scanned) {
        return Step::End;
    }
    return takeLongLine(file, out, file.scanned, LineEnd::Whole);
}

PlainTail::Step PlainTail::takeLongLine(TrackedFile &file, TailOutput &out, std::int64_t end, LineEnd how)
{
    const std::int64_t length = end - file.offset;
    const bool oversize = length - (how == LineEnd::Newline ? 1 : 0) > m_maxLine;
    const std::int64_t from = oversize ? end - std::min(end, kMarker) : file.offset - std::min(file.offset, kMarker);
    const std::int64_t lead = oversize ? end - from : file.offset - from;
    const std::unique_ptr<char[]> text(new char[static_cast<std::size_t>(end - from)]);
    std::int64_t have = 0;
    while (have < end - from) {
        const ssize_t n = readAt(file, text.get() + have, end - from - have, from + have);
        if (n <= 0) {
            return n < 0 ? Step::Failed : Step::End;
        }
        have += n;
    }
    if (!oversize && markerOf(view(text.get(), lead)) != file.marker) {
        return startAgain(file, out);
    }
    const std::string_view line = view(text.get() + lead, oversize ? 0 : length);
    if (how == LineEnd::Whole && !m_isWhole(line)) {
        file.notWhole = end;
        out.bytesRead += length; // it cost as much as reading it
        return Step::End;
    }
    const std::int64_t begin = file.offset;
    file.offset = file.scanned = end;
    file.marker = markerEndingAt(text.get() + (end - from), end);
    file.finished = how == LineEnd::GivenUp;
    if (oversize) {
        out.reject(file, "oversize", begin, length);
        out.positionOnly(file);
    } else {
        out.lines(file, line, how != LineEnd::Newline);
    }
    return Step::Again;
}

int PlainTail::handOverRest(TrackedFile &file, TailOutput &out)
{
    if (file.atStart) {
        char first = 0;
        if (readAt(file, &first, 1, file.offset) == 1 && first == '\0' && passNuls(file, file.offset) == Step::End) {
            return m_error; // nothing but NULs
        }
    }
    return takeLongLine(file, out, file.size, LineEnd::GivenUp) == Step::Failed ? m_error : 0;
}

bool PlainTail::verify(int fd, std::int64_t offset, std::uint64_t marker)
{
    const std::int64_t lead = std::min(offset, kMarker);
    const ssize_t n = m_readAt(fd, m_buffer.get(), static_cast<std::size_t>(lead), offset - lead);
    m_error = n < 0 ? errno : 0;
    return n == lead && markerOf(view(m_buffer.get(), lead)) == marker;
}

} // namespace flyball
