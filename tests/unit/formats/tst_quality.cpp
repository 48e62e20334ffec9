// SPDX-License-Identifier: GPL-3.0-or-later
// The quality import: CSV by RFC 4180 and JSON lines, hostile text, and every refusal by name and line.
#include <QtTest/QtTest>
#include <random>

#include "core/domain/outcome.h"
#include "core/domain/signaladdress.h"
#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;

namespace {

const std::string kTrace = "0123456789abcdef0123456789ABCDEF";
const std::string kSpan = "00000000000000a1";

FactBatch read(World &w, const std::string &text) { return w.file("quality", "ratings.csv", text); }

/// The only signal of a file with one row.
SignalFact one(World &w, const std::string &text)
{
    const FactBatch batch = read(w, text);
    if (batch.signals.size() != 1)
        qFatal("%zu signals, first reject %s", batch.signals.size(),
               batch.rejects.empty() ? "none" : w.text(batch.rejects.front().reason).c_str());
    return batch.signals.front();
}

/// "reason@line" of every refused row.
std::string refused(World &w, const std::string &text)
{
    std::string out;
    for (const RejectFact &reject : read(w, text).rejects) {
        const std::string path = w.text(reject.path);
        out += (out.empty() ? "" : " ") + w.text(reject.reason) + "@" + path.substr(path.rfind(':') + 1);
    }
    return out;
}

/// Everything signals say, in words, in a fixed order.
std::string words(const World &w, const std::vector<SignalFact> &signals)
{
    std::vector<std::string> lines;
    for (const SignalFact &s : signals)
        lines.push_back(toHex(s.group) + ' ' + toHex64(s.span) + ' ' + toHex64(s.id) + ' ' + std::to_string(s.time)
                        + ' ' + w.text(s.name) + '|' + w.text(s.label) + '|' + w.text(s.comment) + '|'
                        + std::to_string(s.score) + std::to_string(int(s.verdict)) + std::to_string(int(s.address)));
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    std::string out;
    for (const std::string &line : lines)
        out += line + '\n';
    return out;
}

} // namespace

class TestQuality : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyWayToNameARun();
    void valuesAndVerdicts();
    void csvByTheRfc();
    void jsonLines();
    void refusedRowsByNameAndLine();
    void withoutAHeaderNothingIsGuessed();
    void theSameRowTwiceIsOneSignal();
    void cutAnywhereReadsTheSame();
    void damagedTextNeverBreaksAReader();
    void sniffed();
    void judged();
};

void TestQuality::everyWayToNameARun()
{
    World w;
    const Key128 trace = *key128FromHex(kTrace);
    SignalFact s = one(w, "trace,name,label\n" + kTrace + ",human,pass\n");
    QCOMPARE(s.group, addressOfRun(trace));
    QVERIFY(s.address == SignalAddress::Run && s.span == 0);
    s = one(w, "run,name,label\n" + kTrace + ",human,pass\n");
    QCOMPARE(s.group, addressOfRun(trace));
    s = one(w, "call,name,label\n" + kTrace + ":" + kSpan + ",human,pass\n");
    QCOMPARE(s.group, addressOfRun(trace));
    QCOMPARE(s.span, std::uint64_t(0xa1));
    s = one(w, "run,name,label\nr-17,human,pass\n");
    QCOMPARE(s.group, addressOfSession("r-17"));
    QVERIFY(s.address == SignalAddress::Session);
    s = one(w, "session,prompt,name,label\ns1,p1,human,pass\n");
    QCOMPARE(s.group, addressOfPrompt("s1", "p1"));
    QVERIFY(s.address == SignalAddress::Prompt);
    QVERIFY(addressOfPrompt("s1", "p1") != addressOfPrompt("s1p", "1"));
    s = one(w, "response_id,name,label\nchatcmpl-9,human,pass\n");
    QCOMPARE(s.group, addressOfRequest(hash64("chatcmpl-9")));
    QVERIFY(s.address == SignalAddress::Request);
    // The narrowest wins.
    s = one(w, "session,request,call,name,label\ns1,r1," + kTrace + ":" + kSpan + ",human,pass\n");
    QVERIFY(s.address == SignalAddress::Run && s.span != 0);
}

void TestQuality::valuesAndVerdicts()
{
    World w;
    const auto verdict = [&](const std::string &row) {
        return one(w, "run,name,label,score,threshold,time,comment\nr,judge," + row + "\n");
    };
    QVERIFY(verdict("PASS,,,,").verdict == Verdict::Pass);
    QVERIFY(verdict("incorrect,,,,").verdict == Verdict::Fail);
    QVERIFY(verdict("meh,,,,").verdict == Verdict::None);
    SignalFact s = verdict(",0.7,,,");
    QVERIFY(s.hasScore && s.score == 0.7 && s.verdict == Verdict::None); // no threshold: neither
    QVERIFY(verdict(",0.7,0.7,,").verdict == Verdict::Pass);
    QVERIFY(verdict(",0.69,0.7,,").verdict == Verdict::Fail);
    QVERIFY(verdict("pass,0.1,0.7,,").verdict == Verdict::Pass); // the person's word, not the number
    QCOMPARE(verdict("pass,,,2026-11-21T10:00:00Z,").time, kOtlpEpoch);
    QCOMPARE(verdict("pass,,,2026-11-21,").time, kOtlpEpoch - 10 * kHour); // a date: its midnight in UTC
    QCOMPARE(verdict("pass,,,,").time, w.arrival);
    QCOMPARE(w.text(verdict("pass,,,,looks right").comment), std::string("looks right"));
}

void TestQuality::csvByTheRfc()
{
    World w;
    const SignalFact s = one(w, "\xEF\xBB\xBF\"Run\",NAME,\"label\",comment\r\n"
                                "r,\"human, two\",pass,\"said \"\"fine\"\",\r\nthen left\"\r\n");
    QCOMPARE(w.text(s.name), std::string("human, two"));
    QCOMPARE(w.text(s.comment), std::string("said \"fine\",\r\nthen left"));
    QCOMPARE(w.text(one(w, "run;name;label\nr;a,b;pass\n").name), std::string("a,b"));
    QCOMPARE(w.text(one(w, "run\tname\tlabel\nr\ta\tpass\n").name), std::string("a"));
    // A column that is not ours stays unread, whatever is in it; of two of one name the first counts.
    QCOMPARE(w.text(one(w, "run,x,name,label,label\nr,\"{\"\"\n\",n,pass,fail\n").label), std::string("pass"));
    const FactBatch lines = read(w, "run,name,label\n\n\r\nr,a,pass\n\n");
    QCOMPARE(lines.signals.size(), std::size_t(1));
    QCOMPARE(lines.lines, std::int64_t(2));
    QCOMPARE(lines.ignored, std::int64_t(1)); // the header
    // Not UTF-8, control characters: kept as text, never more than that.
    QCOMPARE(w.text(one(w, "run,name,label\nr,a\xFF\x1B[31m,pass\n").name), std::string("a\xEF\xBF\xBD\x1B[31m"));
}

void TestQuality::jsonLines()
{
    World w;
    const SignalFact s = one(w, R"({"trace_id":")" + kTrace
                                    + R"(","signal":"judge","score":0.8,"threshold":"0.5","ts":1795255200})"
                                      "\n");
    QCOMPARE(s.group, addressOfRun(*key128FromHex(kTrace)));
    QVERIFY(s.verdict == Verdict::Pass && s.time == kOtlpEpoch);
    QVERIFY(one(w, R"({"run":17,"name":"ok","label":true})"
                   "\n")
                .verdict
            == Verdict::Pass);
    QCOMPARE(one(w, R"({"run":17,"name":"ok","label":true})"
                    "\n")
                 .group,
             addressOfSession("17"));
    QCOMPARE(refused(w, "{\"run\":\"r\",\"name\":\"a\",\"label\":\"pass\"}\n{\"run\":\n\nnonsense\n"),
             std::string("truncated_line@2 not_json@4"));
}

void TestQuality::refusedRowsByNameAndLine()
{
    World w;
    const std::string head = "run,trace,call,name,label,score,threshold,time,comment\n";
    QCOMPARE(refused(w, head + "r,,,,pass,,,,\n"                             // 2
                            + "r,,,a,,,,,\n"                                 // 3
                            + ",,,a,pass,,,,\n"                              // 4
                            + "r,,,a,,high,,,\n"                             // 5
                            + "r,,,a,,1,lots,,\n"                            // 6
                            + "r,,,a,pass,,,yesterday,\n"                    // 7
                            + ",xyz,,a,pass,,,,\n"                           // 8
                            + ",," + kTrace + ",a,pass,,,,\n"                // 9: a call needs its span
                            + "r,,,a,pass,,,,,extra\n"                       // 10
                            + "r,,,a,\"pass\"x,,,,\n"                        // 11
                            + "r,,,a,pass,,,,\"two\nlines\"\n"               // 12, 13: fine
                            + "r,,," + std::string(300, 'n') + ",pass,,,,\n" // 14
                            + "r,,,a,,nan,,,\n"),                            // 15
             std::string("no_signal_name@2 says_nothing@3 names_no_run@4 bad_score@5 bad_threshold@6 bad_time@7 "
                         "bad_trace_id@8 bad_call_id@9 wrong_number_of_fields@10 bad_quotes@11 name_too_long@14 "
                         "bad_score@15"));
    // A place per row would be a text per row: only the first few hundred are told by line.
    std::string many = "run,name,label\n";
    for (int i = 0; i < 5000; ++i)
        many += "r,a,\n";
    const FactBatch batch = read(w, many);
    QCOMPARE(batch.rejects.size(), std::size_t(5000));
    QCOMPARE(w.text(batch.rejects.back().path), std::string("ratings.csv"));
    QVERIFY(batch.rejects.back().offset > batch.rejects.front().offset);
}

void TestQuality::withoutAHeaderNothingIsGuessed()
{
    World w;
    QCOMPARE(refused(w, "r1,human,pass\nr2,human,fail\n"), std::string("no_header@1 no_header@2"));
    QCOMPARE(refused(w, "run,label\nr,pass\n"), std::string("no_header@1 no_header@2"));
}

void TestQuality::theSameRowTwiceIsOneSignal()
{
    World w;
    const std::string row = "r,human,pass,,\n";
    const FactBatch twice = read(w, "run,name,label,score,time\n" + row + row + "r,human,pass,,2026-11-21\n");
    QCOMPARE(twice.signals.size(), std::size_t(3));
    QCOMPARE(twice.signals[0].id, twice.signals[1].id);
    QVERIFY(twice.signals[0].id != twice.signals[2].id);
    w.arrival += kDay; // read again another day: the same signal
    QCOMPARE(read(w, "run,name,label,score,time\n" + row).signals[0].id, twice.signals[0].id);
}

void TestQuality::cutAnywhereReadsTheSame()
{
    World w;
    const std::vector<std::string> lines = {"\xEF\xBB\xBFrun,name,label,comment\r\n",
                                            "r1,a,pass,\"x\r\n",
                                            "y, \"\"z\"\"\r\n",
                                            "\"\r\n",
                                            "r2,b,fail,\n",
                                            "\n",
                                            "r3,c,pass,\"open\n",
                                            "end\"\n",
                                            "bad\n",
                                            "r4,d,pass,done\n"};
    std::string text;
    for (const std::string &line : lines)
        text += line;
    const FactBatch whole = read(w, text);
    QCOMPARE(whole.signals.size(), std::size_t(4));
    for (unsigned cuts = 0; cuts < 1U << (lines.size() - 1); ++cuts) {
        auto reader = w.reader("quality", "ratings.csv");
        FactBatch batch;
        std::int64_t offset = 0;
        std::string piece;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            piece += lines[i];
            if (i + 1 < lines.size() && (cuts >> i & 1U) == 0)
                continue;
            reader->read(piece, offset, batch);
            offset += static_cast<std::int64_t>(piece.size());
            piece.clear();
            const std::string state = reader->saveState(); // a restart between any two pieces
            reader = w.reader("quality", "ratings.csv");
            reader->restoreState(state);
        }
        QCOMPARE(words(w, batch.signals), words(w, whole.signals));
        QCOMPARE(batch.lines, whole.lines);
        QCOMPARE(batch.rejects.size(), std::size_t(1));
        QCOMPARE(w.text(batch.rejects[0].path), w.text(whole.rejects[0].path));
        QCOMPARE(batch.rejects[0].offset, whole.rejects[0].offset);
    }
}

void TestQuality::damagedTextNeverBreaksAReader()
{
    std::mt19937 random(7);
    const std::string good = "run,name,label,score,time,comment\nr1,a,pass,1,2026-11-21,\"q\"\"x\n\"\nr2,b,,0.5,,\n";
    for (int round = 0; round < 3000; ++round) {
        World w;
        std::string text = good;
        for (int i = 0; i < 4; ++i) {
            const std::size_t at = random() % text.size();
            switch (random() % 3) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, random() % 5);
                break;
            default:
                text.insert(at, 1, "\",\n\r\0;"[random() % 6]);
            }
            if (text.empty())
                text = "x";
        }
        const FactBatch batch = read(w, text);
        QVERIFY(batch.signals.size() + batch.rejects.size() <= static_cast<std::size_t>(batch.lines));
        auto reader = w.reader("quality", "ratings.csv");
        reader->restoreState(text); // a damaged state as well
        FactBatch after;
        reader->read(good, 0, after);
    }
    World w; // a quote that never closes ends somewhere
    std::string open = "run,name,label\nr,a,\"";
    for (int i = 0; i < 40'000; ++i)
        open += "0123456789abcdef0123456789abcdef0123456789\n";
    open += "r,a,pass\n";
    QVERIFY(!read(w, open).rejects.empty());
}

void TestQuality::sniffed()
{
    const auto kind = [](std::string_view head) {
        const Format *format = sniffFormat(head);
        return format ? std::string(format->kind) : std::string();
    };
    QCOMPARE(kind("run,name,label\nr,a,pass\n"), std::string("quality"));
    QCOMPARE(kind("\xEF\xBB\xBF\"trace_id\";\"signal\";\"score\"\n"), std::string("quality"));
    QCOMPARE(kind(R"({"session":"s","name":"csat","score":4})"), std::string("quality"));
    QCOMPARE(kind("name,label\na,b\n"), std::string());
    QCOMPARE(kind("run,total\n"), std::string());
    QCOMPARE(kind(R"({"name":"s","run":"r","label":"x","model":"gpt-4o","duration_ms":3,"cost_usd":1})"),
             std::string("steps"));
}

/// Rule 3a.11 on its own: the one function that every page's outcome comes from.
void TestQuality::judged()
{
    SymbolTable t;
    const auto signal = [&](const char *name, const char *label, double score = -1) {
        SignalFact s;
        s.name = t.intern(name);
        s.label = t.intern(label);
        s.verdict = verdictOf(label);
        s.hasScore = score >= 0;
        s.score = score;
        return s;
    };
    const auto outcome = [&](const std::vector<SignalFact> &signals, const SuccessRule *rule = nullptr,
                             Outcome stated = Outcome::Unknown, Outcome status = Outcome::Unknown) {
        RunInfo run;
        run.stated = stated;
        run.status = status;
        decideOutcome(run, judge(signals, rule, t));
        return run;
    };
    QVERIFY(outcome({}).outcome == Outcome::Unknown && outcome({}).origin == OutcomeOrigin::None);
    QVERIFY(outcome({signal("csat", "pass")}).outcome == Outcome::Unknown); // not a name of "the task succeeded"
    QVERIFY(outcome({signal("success", "fail"), signal("task_success", "pass")}).outcome == Outcome::Success);
    QVERIFY(outcome({signal("success", "pass"), signal("success", "fail")}).outcome == Outcome::Failure);
    QVERIFY(outcome({signal("success", "pass")}, nullptr, Outcome::Failure).origin == OutcomeOrigin::Stated);
    QVERIFY(outcome({signal("success", "pass")}, nullptr, Outcome::Unknown, Outcome::Capped).outcome
            == Outcome::Success);
    QVERIFY(outcome({}, nullptr, Outcome::Unknown, Outcome::Capped).origin == OutcomeOrigin::Status);
    const SuccessRule scored{"w", "judge", {}, 0.8};
    QVERIFY(outcome({signal("judge", "", 0.8)}, &scored).outcome == Outcome::Success);
    QVERIFY(outcome({signal("judge", "", 0.79)}, &scored).outcome == Outcome::Failure);
    QVERIFY(outcome({signal("success", "fail")}, &scored).outcome == Outcome::Unknown); // only the chosen one
    const SuccessRule labelled{"w", "judge", {"Good", "fine"}, 0.8};
    QVERIFY(outcome({signal("judge", "good", 0.1)}, &labelled).outcome == Outcome::Success);
    QVERIFY(outcome({signal("judge", "pass", 0.9)}, &labelled).outcome == Outcome::Failure);
    const SuccessRule plain{"w", "judge", {}, std::nullopt};
    QVERIFY(outcome({signal("judge", "", 0.9)}, &plain).outcome == Outcome::Unknown); // a score is neither
    // Any order, any grouping, repeats: one answer.
    std::mt19937 random(3);
    for (int round = 0; round < 500; ++round) {
        std::vector<SignalFact> all;
        for (int i = 0; i < 5; ++i)
            all.push_back(signal(std::vector{"success", "passed", "csat"}[random() % 3],
                                 std::vector{"pass", "fail", "meh"}[random() % 3]));
        const Judgement expected = judge(all, nullptr, t);
        std::shuffle(all.begin(), all.end(), random);
        Judgement left = judge(std::span(all).first(2), nullptr, t);
        Judgement right = judge(std::span(all).subspan(1), nullptr, t);
        Judgement merged = right;
        merged.merge(left);
        left.merge(right);
        QVERIFY(left == expected && merged == expected);
    }
}

QTEST_GUILESS_MAIN(TestQuality)
#include "tst_quality.moc"
