// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sources/tail_model.h"

#include "tests/unit/sources/tail_support.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace flyball::test {

namespace {

using Kind = TailAction::Kind;

struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct Killed : std::exception {};

constexpr int kWeights[] = {40, 12, 6, 18, 6, 4, 4, 3, 3, 3, 2, 3, 5, 4, 6};
const char *const kNames[] = {"WriteLine", "PartialWrite", "WriteOld", "Read",         "ReadSome",
                              "RotateIn",  "RotateOut",    "Back",     "CopyTruncate", "Truncate",
                              "SameInode", "Delete",       "Kill",     "KillInRead",   "Pause"};

/// What stands for a JSON object: none of them begins another.
bool isWhole(std::string_view text)
{
    return text.size() > 1 && text.front() == '{' && text.find('}') == text.size() - 1;
}

/// One file as its writers see it.
struct LogFile {
    std::string name; ///< empty: deleted
    FileId id;
    std::int64_t size = 0;
    std::int64_t writeAt = 0;          ///< differs from size after a truncation under a writer
    std::vector<std::string> complete; ///< lines in it now
    std::string partial;
    std::string handedOver; ///< part of `partial` that was handed over as unterminated
    bool followed = false;
    bool adoptable = false; ///< by the first poll after a kill, from a position that can be proved
    bool truncated = false; ///< since the last full read
    std::int64_t sizeAtRead = -1;
    std::int64_t sizeSeen = -1;   ///< by any poll
    TimeNs hiddenSince = kNoTime; ///< when a read noticed that its name is gone
    TimeNs grewAt = kNoTime;
    TimeNs touchedAt = 0; ///< last change by a writer or a rename

    /// Truncated and refilled to the same size within one tick of the clock: no stat() could tell.
    [[nodiscard]] bool looksUntouched(std::size_t appended) const
    {
        const std::int64_t after = writeAt + static_cast<std::int64_t>(appended);
        return truncated && (after == sizeAtRead || after == sizeSeen);
    }
    [[nodiscard]] bool inFilter() const { return endsWith(name, ".jsonl"); }
};

class World {
public:
    World(bool inotify, PlantedBug bug) : m_rig({m_dir.path()}, options(inotify, bug)), m_bug(bug) {}

    void play(const TailAction &action);
    void finish();

private:
    static TailOptions options(bool inotify, PlantedBug bug)
    {
        TailOptions options;
        options.useInotify = inotify;
        options.isWhole = [bug](std::string_view text) { return bug == PlantedBug::AnythingIsWhole || isWhole(text); };
        options.blockBytes = 64; // several chunks, and lines longer than a block
        return options;
    }
    LogFile *live();
    LogFile *rotated(std::uint32_t value);
    void writeLine(LogFile &file, std::uint32_t value);
    void writePart(LogFile &file, std::uint32_t value);
    void append(LogFile &file, const std::string &text);
    void moveTo(LogFile &file, const std::string &name);
    void truncate(LogFile &file, bool hole);
    void remove(LogFile &file);
    void read();
    void kill();
    void adopt();
    void age();
    void killInRead(std::uint32_t value);
    void checkNew();
    void checkHandedOver();
    [[nodiscard]] std::string text(std::uint32_t value);

    TempFolder m_dir;
    TailRig m_rig;
    PlantedBug m_bug;
    std::vector<std::unique_ptr<LogFile>> m_files;
    LogFile *m_live = nullptr;
    std::map<std::string, int> m_written; ///< line -> times read
    std::map<std::string, bool> m_must;
    std::size_t m_linesSeen = 0;
    std::size_t m_handedSeen = 0;
    int m_number = 0;
    int m_emptyWritten = 0; ///< line ends of what was handed over without
    int m_emptyRead = 0;
};

LogFile *World::live()
{
    if (m_live == nullptr) {
        m_files.push_back(std::make_unique<LogFile>());
        m_live = m_files.back().get();
        m_live->name = "a.jsonl";
        writeFile(m_dir.path(m_live->name), "");
        struct stat status {};
        ::stat(m_dir.path(m_live->name).c_str(), &status);
        m_live->id = idOf(status);
        m_live->touchedAt = m_rig.now();
    }
    return m_live;
}

LogFile *World::rotated(std::uint32_t value)
{
    std::vector<LogFile *> all;
    for (const auto &file : m_files) {
        if (file.get() != m_live && !file->name.empty()) {
            all.push_back(file.get());
        }
    }
    return all.empty() ? nullptr : all[value % all.size()];
}

std::string World::text(std::uint32_t value)
{
    std::string line = std::string("L").append(std::to_string(m_number++)).append(":");
    line.append(value % 7 == 0 ? value % 5000 : value % 40, static_cast<char>('a' + value % 26));
    return line;
}

void World::append(LogFile &file, const std::string &text)
{
    const UniqueFd fd(::open(m_dir.path(file.name).c_str(), O_WRONLY | O_CLOEXEC));
    if (::pwrite(fd.get(), text.data(), text.size(), file.writeAt) != static_cast<ssize_t>(text.size())) {
        throw std::runtime_error("pwrite");
    }
    file.writeAt += static_cast<std::int64_t>(text.size());
    file.size = file.writeAt;
    file.touchedAt = m_rig.now();
}

void World::writeLine(LogFile &file, std::uint32_t value)
{
    const std::string before = file.partial;
    const bool onlyItsEnd = !before.empty() && value % 2 == 0;
    std::string line = before + (onlyItsEnd ? "" : text(value));
    if (file.looksUntouched(line.size() - before.size() + 1)) {
        line += '+';
    }
    append(file, line.substr(before.size()) + "\n");
    const std::string expected = line.substr(file.handedOver.size());
    file.partial.clear();
    file.handedOver.clear();
    if (expected.empty()) {
        ++m_emptyWritten;
        return;
    }
    file.complete.push_back(expected);
    m_written.emplace(expected, 0);
}

void World::writePart(LogFile &file, std::uint32_t value)
{
    std::string part = value % 3 == 0 ? "{" + text(value) + "}" : text(value);
    if (file.looksUntouched(part.size())) {
        part.insert(1, "+");
    }
    append(file, part);
    file.partial += part;
}

void World::moveTo(LogFile &file, const std::string &name)
{
    renameFile(m_dir.path(file.name), m_dir.path(name));
    file.name = name;
    file.touchedAt = m_rig.now();
}

void World::truncate(LogFile &file, bool hole)
{
    truncateFile(m_dir.path(file.name), 0);
    file.size = 0;
    file.writeAt = hole ? file.writeAt : 0;
    file.complete.clear();
    file.partial.clear();
    file.handedOver.clear();
    file.truncated = true;
    file.touchedAt = m_rig.now();
}

void World::remove(LogFile &file)
{
    deleteFile(m_dir.path(file.name));
    file.touchedAt = file.inFilter() ? m_rig.now() : file.touchedAt; // else its minute runs already
    file.name.clear();
    m_live = m_live == &file ? nullptr : m_live;
}

/// What a reader that looks at every followed file must have seen by now.
void World::read()
{
    adopt();
    while (m_rig.poll().more) {
    }
    checkNew();
    for (const auto &file : m_files) {
        if (file->inFilter()) {
            file->followed = true;
        }
        if (!file->followed) {
            continue;
        }
        for (const std::string &line : file->complete) {
            m_must[line] = true;
            if (m_written[line] != 1) {
                throw Broken("not read from " + (file->name.empty() ? "a deleted file" : file->name) + ": " + line);
            }
        }
        if (isWhole(std::string_view(file->partial).substr(file->handedOver.size()))) {
            throw Broken("whole last line held: " + file->partial.substr(0, 60));
        }
        file->sizeAtRead = file->size;
        file->truncated = false;
    }
    age();
}

/// After any poll: files without a name run out of their minute.
void World::age()
{
    for (const auto &file : m_files) {
        if (file->size != file->sizeSeen && file->sizeSeen >= 0) {
            file->grewAt = m_rig.now();
        }
        file->sizeSeen = file->size;
        if (file->inFilter()) {
            file->hiddenSince = kNoTime;
            continue;
        }
        file->hiddenSince = file->hiddenSince == kNoTime ? m_rig.now() : file->hiddenSince;
        if (m_rig.now() - std::max(file->hiddenSince, file->grewAt) >= 60 * kSecond) {
            file->followed = false;
        }
    }
}

void World::kill()
{
    if (m_bug == PlantedBug::ForgetPositions) {
        m_rig.ledger.positions.clear();
    }
    m_rig.restart();
    for (const auto &file : m_files) {
        const auto position = m_rig.ledger.positions.find(file->id);
        file->adoptable = position != m_rig.ledger.positions.end() && !position->second.finished
                          && position->second.offset > 0 && !file->truncated;
        file->followed = false;
        file->hiddenSince = kNoTime;
        file->grewAt = kNoTime;
    }
}

void World::adopt()
{
    for (const auto &file : m_files) {
        file->followed = file->followed || (file->adoptable && !file->truncated && !file->name.empty());
        file->adoptable = false;
    }
}

void World::killInRead(std::uint32_t value)
{
    std::uint32_t left = value % 6;
    try {
        (void)m_rig.tail->poll(
            1 << 20,
            [&](const Chunk &chunk) {
                if (left-- == 0) {
                    if (m_bug == PlantedBug::LateOffsets) { // rows committed, their position not
                        const auto old = m_rig.ledger.positions;
                        m_rig.ledger.take(chunk);
                        m_rig.ledger.positions = old;
                    }
                    throw Killed();
                }
                m_rig.ledger.take(chunk);
            },
            [&](const Reject &reject) { m_rig.ledger.rejects.push_back(reject); });
    } catch (const Killed &) {
    }
    checkNew();
    kill();
}

void World::checkNew()
{
    for (; m_linesSeen < m_rig.ledger.lines.size(); ++m_linesSeen) {
        const std::string &line = m_rig.ledger.lines[m_linesSeen];
        if (line.empty()) {
            if (++m_emptyRead > m_emptyWritten) {
                throw Broken("an empty line nobody wrote");
            }
            continue;
        }
        const auto found = m_written.find(line);
        if (found == m_written.end()) {
            throw Broken("never written: " + line.substr(0, 60));
        }
        if (++found->second > 1) {
            throw Broken("read twice: " + line.substr(0, 60));
        }
    }
    checkHandedOver();
    if (!m_rig.ledger.rejects.empty()) {
        throw Broken("rejected: " + m_rig.ledger.rejects.front().reason);
    }
}

void World::checkHandedOver()
{
    for (; m_handedSeen < m_rig.ledger.unterminated.size(); ++m_handedSeen) {
        const std::string &part = m_rig.ledger.unterminated[m_handedSeen];
        const auto owner = std::find_if(m_files.begin(), m_files.end(), [&](const auto &file) {
            return !file->partial.empty() && file->partial.substr(file->handedOver.size()) == part;
        });
        if (owner == m_files.end()) {
            throw Broken("handed over, but not the end of any file: " + part.substr(0, 60));
        }
        if (!isWhole(part) && m_rig.now() - (*owner)->touchedAt < 60 * kSecond) {
            throw Broken("partial line handed over too early: " + part.substr(0, 60));
        }
        (*owner)->handedOver = (*owner)->partial;
    }
}

void World::play(const TailAction &action)
{
    const std::uint32_t value = action.value;
    LogFile *old = rotated(value);
    switch (action.kind) {
    case Kind::WriteLine:
        writeLine(*live(), value);
        break;
    case Kind::PartialWrite:
        writePart(*live(), value);
        break;
    case Kind::WriteOld:
        if (old != nullptr) {
            writeLine(*old, value);
        }
        break;
    case Kind::Read:
        read();
        break;
    case Kind::ReadSome:
        adopt();
        (void)m_rig.poll(1 + value % 300);
        checkNew();
        age();
        break;
    case Kind::RotateInFilter:
    case Kind::RotateOutOfFilter:
        if (m_live != nullptr) {
            const std::string number = std::to_string(m_number++);
            const bool followed = action.kind == Kind::RotateInFilter;
            moveTo(*m_live, std::string(followed ? "a." : "a.jsonl.").append(number).append(followed ? ".jsonl" : ""));
            m_live = nullptr;
        }
        break;
    case Kind::RenameBack:
        if (m_live == nullptr && old != nullptr) {
            moveTo(*old, "a.jsonl");
            m_live = old;
        }
        break;
    case Kind::CopyTruncate:
    case Kind::Truncate:
        truncate(*live(), action.kind == Kind::CopyTruncate);
        break;
    case Kind::RecreateSameInode:
        moveTo(*live(), "hidden");
        if (value % 2 == 0) {
            read();
        }
        truncate(*m_live, false);
        writeLine(*m_live, value);
        moveTo(*m_live, "a.jsonl");
        break;
    case Kind::Delete:
        if (LogFile *file = value % 3 == 0 ? old : m_live) {
            remove(*file);
        }
        break;
    case Kind::KillRestart:
        kill();
        break;
    case Kind::KillInRead:
        killInRead(value);
        break;
    case Kind::Pause:
        m_rig.wait((1 + value % 100) * kSecond);
        break;
    }
}

void World::finish()
{
    read();
    m_rig.wait(3 * kSecond);
    read();
    for (const auto &[line, must] : m_must) {
        if (must && m_written[line] != 1) {
            throw Broken("lost in the end: " + line.substr(0, 60));
        }
    }
}

} // namespace

std::vector<TailAction> randomActions(std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::discrete_distribution<int> kinds(std::begin(kWeights), std::end(kWeights));
    std::vector<TailAction> actions(5 + random() % 45);
    for (TailAction &action : actions) {
        action = {static_cast<Kind>(kinds(random)), static_cast<std::uint32_t>(random() % 1'000'000)};
    }
    return actions;
}

std::optional<std::string> playActions(const std::vector<TailAction> &actions, bool inotify, PlantedBug bug)
{
    World world(inotify, bug);
    std::size_t at = 0;
    try {
        for (; at < actions.size(); ++at) {
            world.play(actions[at]);
        }
        world.finish();
        return std::nullopt;
    } catch (const Broken &broken) {
        return "at action " + std::to_string(at) + ": " + broken.what();
    }
}

std::vector<TailAction> shrunk(std::vector<TailAction> actions, bool inotify, PlantedBug bug)
{
    for (std::size_t step = std::max<std::size_t>(actions.size() / 2, 1); step > 0;) {
        bool smaller = false;
        for (std::size_t at = 0; at + step <= actions.size();) {
            std::vector<TailAction> fewer = actions;
            const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(from, from + static_cast<std::ptrdiff_t>(step));
            if (playActions(fewer, inotify, bug)) {
                actions = std::move(fewer);
                smaller = true;
            } else {
                at += step;
            }
        }
        step = smaller ? step : step / 2;
    }
    return actions;
}

std::string describe(const std::vector<TailAction> &actions)
{
    std::string text;
    for (const TailAction &action : actions) {
        text.append(text.empty() ? "" : ", ").append(kNames[static_cast<std::size_t>(action.kind)]);
        text.append("(").append(std::to_string(action.value)).append(")");
    }
    return text;
}

} // namespace flyball::test
