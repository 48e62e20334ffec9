// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sources/tail_support.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace flyball::test {

namespace {

void check(bool ok, const std::string &what)
{
    if (!ok) {
        throw std::runtime_error(what);
    }
}

void put(const std::string &path, std::string_view bytes, int flags)
{
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600));
    check(static_cast<bool>(fd), "open " + path);
    check(::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "write " + path);
}

} // namespace

TempFolder::TempFolder()
{
    std::error_code none;
    const char *wanted = std::getenv("FLYBALL_TEST_TMP");
    const std::string shared = "/dev/shm";
    std::string base = wanted != nullptr ? wanted : std::filesystem::temp_directory_path(none).string();
    if (wanted == nullptr && ::access(shared.c_str(), W_OK) == 0) {
        base = shared;
    }
    std::string pattern = base + "/flyball-test-XXXXXX";
    check(::mkdtemp(pattern.data()) != nullptr, "mkdtemp " + pattern);
    m_path = pattern;
}

TempFolder::~TempFolder()
{
    std::error_code none;
    std::filesystem::remove_all(m_path, none);
}

std::string TempFolder::path(const std::string &name) const { return name.empty() ? m_path : m_path + "/" + name; }

void writeFile(const std::string &path, std::string_view bytes) { put(path, bytes, O_TRUNC); }
void appendFile(const std::string &path, std::string_view bytes) { put(path, bytes, O_APPEND); }
void makeFolder(const std::string &path) { std::filesystem::create_directories(path); }
void renameFile(const std::string &from, const std::string &to)
{
    check(::rename(from.c_str(), to.c_str()) == 0, from);
}
void deleteFile(const std::string &path) { check(::unlink(path.c_str()) == 0, path); }
void truncateFile(const std::string &path, std::int64_t size) { check(::truncate(path.c_str(), size) == 0, path); }

std::uint64_t inodeOf(const std::string &path)
{
    struct stat status {};
    check(::stat(path.c_str(), &status) == 0, path);
    return status.st_ino;
}

std::string gzipped(std::string_view bytes)
{
    z_stream z{};
    check(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflateInit2");
    std::string out(deflateBound(&z, bytes.size()), '\0');
    std::string in(bytes);
    z.next_in = reinterpret_cast<Bytef *>(in.data());
    z.avail_in = static_cast<uInt>(in.size());
    z.next_out = reinterpret_cast<Bytef *>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    check(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

std::string zstdOf(std::string_view bytes)
{
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1); // as the Collector writes it
    const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size());
    ZSTD_freeCCtx(context);
    check(ZSTD_isError(size) == 0U, "ZSTD_compress2");
    out.resize(size);
    return out;
}

std::string framed(std::string_view content)
{
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += static_cast<char>(content.size() >> shift & 0xFF);
    }
    return out + std::string(content);
}

std::int64_t openDescriptors()
{
    std::int64_t count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        count += entry.path().empty() ? 0 : 1;
    }
    return count - 1; // the listing itself
}

bool endsWith(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void Ledger::take(const Chunk &chunk)
{
    std::string_view rest = chunk.bytes;
    if (chunk.record && !rest.empty()) {
        lines.emplace_back(rest);
        rest = {};
    }
    if (chunk.unterminated) {
        unterminated.emplace_back(rest);
        rest = {};
    }
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        check(end != std::string_view::npos, "a chunk of half a line");
        lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    check(chunk.record || chunk.end - chunk.begin == static_cast<std::int64_t>(chunk.bytes.size()), "range of a chunk");
    check(chunk.after.offset == chunk.end, "position after a chunk");
    positions[chunk.id] = chunk.after;
    chunks.push_back(chunk);
    chunks.back().bytes = {};
}

std::vector<FilePosition> Ledger::committed() const
{
    std::vector<FilePosition> all;
    for (const auto &[id, position] : positions) {
        all.push_back(position);
    }
    return all;
}

TailRig::TailRig(std::vector<std::string> roots, TailOptions options, std::string suffix)
    : m_roots(std::move(roots)),
      m_options(std::move(options)),
      m_suffix(std::move(suffix)),
      m_now(std::make_shared<TimeNs>(1'000 * kSecond))
{
    m_options.clock = [now = m_now] { return *now; };
    restart();
}

void TailRig::restart()
{
    TailRoots roots{m_roots, [suffix = m_suffix](std::string_view path) { return endsWith(path, suffix); }};
    tail.reset(); // as with a kill: every descriptor is gone before the next start
    tail = std::make_unique<FileTail>(std::move(roots), m_options);
    tail->restore(ledger.committed());
}

PollResult TailRig::poll(std::int64_t budget)
{
    return tail->poll(
        budget, [this](const Chunk &chunk) { ledger.take(chunk); },
        [this](const Reject &reject) { ledger.rejects.push_back(reject); });
}

std::vector<std::string> TailRig::newLines()
{
    (void)poll();
    std::vector<std::string> fresh(ledger.lines.begin() + static_cast<std::ptrdiff_t>(m_seen), ledger.lines.end());
    m_seen = ledger.lines.size();
    return fresh;
}

std::vector<std::string> TailRig::newSorted()
{
    std::vector<std::string> fresh = newLines();
    std::sort(fresh.begin(), fresh.end());
    return fresh;
}

} // namespace flyball::test
