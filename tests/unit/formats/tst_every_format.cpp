// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for all formats: no two claim one file, and no order, cut or restart changes a total.
#include <QtTest/QtTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/unit/formats/rollout.h"

using namespace flyball;
using namespace flyball::test;

namespace fs = std::filesystem;

namespace {

struct File {
    std::string kind;
    std::string path;
    std::vector<std::string> lines;
};

std::string contentOf(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> linesOf(const std::string &text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back(text.substr(at, end - at));
        at = end;
    }
    return lines;
}

/// The kind a fixture is, told from its place; empty for what is no trace.
std::string kindOfFixture(const std::string &path)
{
    static const std::vector<std::pair<std::string, std::string>> places = {
        {"claude-code-2.1.197/projects/", "claude-code"},
        {"codex-0.169/sessions/", "codex"},
        {"gemini-cli-0.61/tmp/", "gemini-cli"},
        {"steps/steps.jsonl", "steps"},
        {"api-bodies/responses.jsonl", "api-usage"}};
    for (const auto &[place, kind] : places)
        if (!path.ends_with(".meta.json") && path.find(place) != std::string::npos)
            return kind;
    return {};
}

std::vector<fs::path> fixtures()
{
    std::vector<fs::path> files;
    for (const auto &entry : fs::recursive_directory_iterator(FLYBALL_FIXTURES))
        if (entry.is_regular_file() && (entry.path().extension() == ".jsonl" || entry.path().extension() == ".json"))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string liteLlmLine(unsigned n, std::mt19937 &random)
{
    const std::string id = std::to_string(random() % 3);
    return R"({"id":"r)" + id + R"(","litellm_call_id":")" + id + R"(","call_type":"completion","trace_id":")"
           + std::to_string(random() % 2)
           + R"(","model":"gpt-4o","custom_llm_provider":"openai","response_cost":0.1,"startTime":)"
           + std::to_string(1'795'255'200 + random() % 3) + R"(,"endTime":)" + std::to_string(1'795'255'203 + n % 2)
           + R"(,"status":")" + (random() % 3 ? "success" : "failure") + R"(","prompt_tokens":)"
           + std::to_string(random() % 3)
           + (random() % 2 ? R"(,"request_tags":["workflow:w)" + std::to_string(random() % 2) + "\"]" : "") + "}\n";
}

std::string stepLine(std::mt19937 &random)
{
    return R"({"name":"s","model":"gpt-4o","duration_ms":1,"cost_usd":0.)" + std::to_string(1 + random() % 3)
           + R"(,"run":")" + std::to_string(random() % 2) + "\""
           + (random() % 2 ? R"(,"id":")" + std::to_string(random() % 3) + "\"" : "")
           + (random() % 2 ? R"(,"ts":179525520)" + std::to_string(random() % 3) : "")
           + (random() % 3   ? ""
              : random() % 2 ? R"(,"outcome":"success")"
                             : R"(,"outcome":"capped")")
           + "}\n";
}

std::string bodyLine(std::mt19937 &random)
{
    const std::string id = std::to_string(random() % 3);
    switch (random() % 4) {
    case 0:
        return R"({"custom_id":"c)" + id
               + R"(","url":"/v1","body":{"model":"gpt-4o"}})"
                 "\n";
    case 1:
        return R"({"custom_id":"c)" + id + R"(","response":{"status_code":200,"body":{"id":"b)" + id
               + R"(","object":"chat.completion","model":"gpt-4o","usage":{"prompt_tokens":7}}}})"
                 "\n";
    case 2:
        return R"({"type":"message_start","message":{"id":"m)" + id
               + R"(","type":"message","model":"claude-sonnet-4-5","usage":{"input_tokens":5,"output_tokens":1}}})"
                 "\n"
               + R"({"type":"message_delta","usage":{"output_tokens":)" + std::to_string(random() % 20) + "}}\n";
    default:
        return R"({"id":"b)" + id
               + R"(","object":"chat.completion","created":1795255200,"model":"gpt-4o","usage":{"prompt_tokens":)"
               + std::to_string(random() % 9) + "}}\n";
    }
}

std::string geminiLine(std::mt19937 &random)
{
    const std::string id = std::to_string(random() % 3);
    if (random() % 4 == 0)
        return R"({"id":"u)" + id
               + R"(","type":"user"})"
                 "\n";
    if (random() % 6 == 0)
        return R"({"sessionId":"s)" + id + R"(","projectHash":"p","startTime":"2026-11-21T10:00:0)" + id + "Z\"}\n";
    return R"({"id":"g)" + id + R"(","timestamp":"2026-11-21T10:00:0)" + std::to_string(random() % 3)
           + R"(Z","type":"gemini","model":"gemini-2.5-pro","tokens":)"
           + (random() % 4 ? R"({"input":)" + std::to_string(random() % 3) + R"(,"output":2})" : "null") + "}\n";
}

std::string codexLine(std::mt19937 &random)
{
    const std::string id = std::to_string(random() % 3);
    const auto n = [&] { return static_cast<long long>(1 + random() % 3); };
    const std::string lines[] = {turn("u" + id),
                                 oldTurn(),
                                 record("u" + id, "r" + std::to_string(random() % 4), {n(), 0, 0, n(), 0}),
                                 count({n(), 0, 0, n(), 0}),
                                 count({n(), 0, 0, n(), 0}, {n(), 0, 0, n(), 0}),
                                 eventLine(R"("type":"task_complete","turn_id":"u)" + id
                                           + R"(","duration_ms":5,"error":)"
                                           + (random() % 2 ? "null" : R"({"message":"m"})")),
                                 count({n(), 0, 0, n(), 0})};
    return at("10:0" + std::to_string(random() % 3), lines[random() % 7]);
}

/// Files of all new formats, full of collisions: few ids, few counts, few times.
std::vector<File> randomFiles(std::mt19937 &random)
{
    std::vector<File> files;
    for (unsigned f = 0; f < 8; ++f) {
        static const char *kinds[] = {"codex",      "codex", "codex",     "gemini-cli",
                                      "gemini-cli", "steps", "api-usage", "litellm-log"};
        File file{kinds[f], "d/chats/rollout-" + std::to_string(f) + ".jsonl", {}};
        if (f < 3)
            file.lines.push_back(meta("t" + std::to_string(random() % 2), "10:0" + std::to_string(random() % 2),
                                      f == 2 ? R"("source":{"subagent":{"thread_spawn":{"parent_thread_id":"t0"}}})"
                                             : R"("source":"cli")"));
        for (unsigned i = 0; i < 8; ++i) {
            const std::string &kind = file.kind;
            std::string text = kind == "codex"        ? codexLine(random)
                               : kind == "gemini-cli" ? geminiLine(random)
                               : kind == "steps"      ? stepLine(random)
                               : kind == "api-usage"  ? bodyLine(random)
                                                      : liteLlmLine(i, random);
            if (random() % 25 == 0)
                text = text.substr(0, text.size() / 2) + "\n";
            for (std::string &line : linesOf(text))
                file.lines.push_back(std::move(line));
        }
        files.push_back(std::move(file));
    }
    return files;
}

/// Every file in its own order, in a random interleaving, with restarts at random lines.
void readShuffled(World &w, const std::vector<File> &files, std::mt19937 &random)
{
    struct Place {
        std::unique_ptr<LineReader> reader;
        std::size_t next = 0;
        std::int64_t offset = 0;
    };
    std::vector<Place> places(files.size());
    for (std::size_t left = files.size(); left > 0;) {
        const std::size_t f = random() % files.size();
        Place &place = places[f];
        if (place.next == files[f].lines.size())
            continue;
        if (!place.reader || random() % 3 == 0) {
            auto reader = w.reader(files[f].kind, files[f].path);
            if (place.reader)
                reader->restoreState(place.reader->saveState());
            place.reader = std::move(reader);
        }
        std::string text;
        for (auto n = 1 + random() % 3; n > 0 && place.next < files[f].lines.size(); --n)
            text += files[f].lines[place.next++];
        FactBatch batch;
        place.reader->read(text, place.offset, batch);
        place.offset += static_cast<std::int64_t>(text.size());
        w.add(batch);
        left -= place.next == files[f].lines.size() ? 1U : 0U;
    }
}

std::string whole(const File &file)
{
    std::string text;
    for (const std::string &line : file.lines)
        text += line;
    return text;
}

} // namespace

class TestEveryFormat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void noTwoClaimOneFile();
    void kindsAndLabelsAreTheirOwn();
    void filesRestartsAndBatchesInAnyOrder();
    void sightingsInAnyOrder();
    void damagedFilesReadTheSameInPieces();
    void keysOfRunsNeverChange();
};

void TestEveryFormat::noTwoClaimOneFile()
{
    std::map<std::string, int> seen;
    for (const fs::path &path : fixtures()) {
        const std::string content = contentOf(path).substr(0, 64 * 1024);
        const std::string known = kindOfFixture(path.string());
        int claims = 0;
        for (const Format &format : formats()) {
            const bool claimed = format.sniff(content);
            claims += claimed ? 1 : 0;
            if (!known.empty())
                QVERIFY2(claimed == (format.kind == known), (path.string() + " " + std::string(format.kind)).c_str());
            if (format.kind == known)
                QVERIFY2(format.wantsPath(path.string()), path.c_str());
        }
        QVERIFY2(claims <= 1, path.c_str());
        const Format *format = sniffFormat(content);
        if (path.filename() == "expected.json" || path.string().find("/stdout.exec") != std::string::npos)
            QVERIFY2(!format, path.c_str());
        ++seen[format ? std::string(format->kind) : std::string()];
    }
    for (const char *kind : {"claude-code", "codex", "gemini-cli", "steps", "api-usage", "otlp-json"})
        QVERIFY2(seen[kind] > 0, kind);
    std::mt19937 random(3);
    QCOMPARE(sniffFormat(liteLlmLine(0, random))->kind, std::string_view("litellm-log"));
    QCOMPARE(sniffFormat("[" + liteLlmLine(0, random) + "]")->kind, std::string_view("litellm-log"));
    QCOMPARE(sniffFormat(R"({"custom_id":"c","result":{"type":"expired"}})")->kind, std::string_view("api-usage"));
    QCOMPARE(sniffFormat(
                 "{\n  \"sessionId\": \"s\",\n  \"projectHash\": \"p\",\n  \"startTime\": \"t\",\n  \"messages\": [\n")
                 ->kind,
             std::string_view("gemini-cli"));
    QCOMPARE(sniffFormat(meta("t").substr(0, 120))->kind, std::string_view("codex")); // its first line is long
    for (const char *other : {R"({"name":"x","model":"y"})", R"({"usage":{"input_tokens":1}})",
                              R"({"type":"turn.completed","usage":{"input_tokens":1}})",
                              R"({"timestamp":"t","type":"user"})", R"({"id":"x","type":"message"})", "[]", "{", ""})
        QVERIFY2(!sniffFormat(other), other);
}

void TestEveryFormat::kindsAndLabelsAreTheirOwn()
{
    std::set<std::string_view> kinds;
    std::set<std::string_view> labels;
    for (const Format &format : formats()) {
        QVERIFY(kinds.insert(format.kind).second);
        QVERIFY(labels.insert(format.label).second);
        QVERIFY(formatOfKind(format.kind) == &format);
    }
}

void TestEveryFormat::filesRestartsAndBatchesInAnyOrder()
{
    std::mt19937 random(20261122);
    std::int64_t merged = 0;
    std::int64_t calls = 0;
    for (int set = 0; set < 120; ++set) {
        const std::vector<File> files = randomFiles(random);
        World reference;
        for (const File &file : files)
            reference.file(file.kind, file.path, whole(file));
        const std::string expected = reference.describe();
        calls += reference.totals().calls;
        merged += reference.collator.coverage().duplicates;
        for (int round = 0; round < 4; ++round) {
            World w;
            readShuffled(w, files, random);
            QVERIFY2(w.describe() == expected,
                     (std::to_string(set) + "\n" + w.describe() + "---\n" + expected).c_str());
            QCOMPARE(w.collator.coverage().lines, reference.collator.coverage().lines);
            QCOMPARE(w.collator.coverage().ignored, reference.collator.coverage().ignored);
            QVERIFY(w.collator.coverage().rejects == reference.collator.coverage().rejects);
        }
        World twice;
        readShuffled(twice, files, random);
        readShuffled(twice, files, random);
        QVERIFY(twice.describe() == expected);
    }
    QVERIFY2(calls > 1500 && merged > 300, qPrintable(QString("%1 %2").arg(calls).arg(merged)));
}

/// Harder than real reading: single facts in any order whatever.
void TestEveryFormat::sightingsInAnyOrder()
{
    std::mt19937 random(5);
    for (int set = 0; set < 120; ++set) {
        World w;
        std::vector<FactBatch> single;
        for (const File &file : randomFiles(random)) {
            const auto reader = w.reader(file.kind, file.path);
            std::int64_t offset = 0;
            for (const std::string &line : file.lines) {
                reader->read(line, offset, single.emplace_back());
                offset += static_cast<std::int64_t>(line.size());
            }
        }
        std::string expected;
        for (int round = 0; round < 4; ++round) {
            Collator collator(w.symbols, w.pricer);
            for (const FactBatch &batch : single)
                collator.add(batch);
            std::vector<std::string> lines;
            collator.resolveAll([&](const Call &call) { lines.push_back(w.describe(call)); }, [](const RunInfo &) {});
            std::sort(lines.begin(), lines.end());
            std::string now;
            for (const std::string &line : lines)
                now += line + "\n";
            if (round == 0)
                expected = now;
            QVERIFY2(now == expected, (std::to_string(set) + "\n" + now + "---\n" + expected).c_str());
            std::shuffle(single.begin(), single.end(), random);
        }
    }
}

/// Bytes changed, lost and repeated: nothing is read beyond the text, and pieces say what the whole says.
void TestEveryFormat::damagedFilesReadTheSameInPieces()
{
    std::mt19937 random(9);
    for (const fs::path &path : fixtures()) {
        const std::string kind = kindOfFixture(path.string());
        if (kind.empty() || kind == "claude-code")
            continue;
        const std::string good = contentOf(path);
        for (int round = 0; round < 12; ++round) {
            std::string text = good;
            for (int i = 0; i < 8; ++i) {
                const std::size_t at = random() % text.size();
                static constexpr std::string_view bytes("\0\"\\{}[],:\n0-9e\xff", 15);
                if (random() % 2)
                    text[at] = bytes[random() % bytes.size()];
                else
                    text.erase(at, 1 + random() % 40);
            }
            World together;
            together.file(kind, path.string(), text);
            File file{kind, path.string(), linesOf(text)};
            World pieces;
            readShuffled(pieces, {file}, random);
            QCOMPARE(pieces.describe(), together.describe());
            QVERIFY(pieces.collator.coverage().rejects == together.collator.coverage().rejects);
        }
    }
}

/// The keys of runs are stored: a ledger written by an earlier version finds its runs again.
void TestEveryFormat::keysOfRunsNeverChange()
{
    const std::string text(300, 'x');
    for (const std::string &prompt : {std::string("p1"), text}) {
        World w;
        w.file("claude-code", "p/s.jsonl", userLine("2026-11-21T10:00:00.000Z", prompt) + toText({}));
        QCOMPARE(w.only().run, hashKey("s1\x1f" + prompt, 0xC1A0DE03));
        World o;
        o.file(
            "opencode", "/data/opencode.db",
            R"({"id":"m","sessionID":"s2","role":"assistant","time":{"created":1795255200000,"completed":1795255203500},"parentID":")"
                + prompt
                + R"(","modelID":"x","tokens":{"input":1,"output":1,"reasoning":0,"cache":{"read":0,"write":0}}})"
                  "\n");
        const Call call = o.only();
        QCOMPARE(call.run, hashKey("s2\x1f" + prompt, 0x09E2C0DF));
        const RunInfo run = o.runs().at(call.run);
        QCOMPARE(run.start, 1795255200000 * (kSecond / 1000));
        QCOMPARE(run.end, 1795255203500 * (kSecond / 1000));
        QCOMPARE(run.session, call.names.session);
        QCOMPARE(run.prompt, call.prompt);
        World g;
        g.file(
            "gemini-cli", "tmp/shop/chats/session-1.jsonl",
            R"({"sessionId":"s3","projectHash":"e828","startTime":"2026-11-21T10:00:00.000Z","kind":"main"})"
            "\n"
            R"({"id":")"
                + prompt
                + R"(","timestamp":"2026-11-21T10:00:01Z","type":"user","content":"x"})"
                  "\n"
                  R"({"id":"a","timestamp":"2026-11-21T10:00:02Z","type":"gemini","content":"x","tokens":{"input":1,"output":1,"cached":0,"thoughts":0,"tool":0,"total":2},"model":"gemini-2.5-pro"})"
                  "\n");
        QCOMPARE(g.only().run, hashKey("s3\x1f" + prompt, 0x6E3143));
    }
}

QTEST_GUILESS_MAIN(TestEveryFormat)
#include "tst_every_format.moc"
