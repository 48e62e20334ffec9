// SPDX-License-Identifier: GPL-3.0-or-later
// A parser remembers the members that every line of a session repeats, and knows counts by the form the API sends them
// in. Neither may change what is read: lines read by one parser equal the same lines each read by a parser of its own
// and written so that nothing is as usual.
#include <QtTest/QtTest>
#include <algorithm>
#include <random>

#include "core/formats/claude_code/line.h"

using namespace flyball;

// Declared first: what follows is text that moc does not get past.
class TestClaudeRemembered : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneParserEqualsOnePerLine_data();
    void oneParserEqualsOnePerLine();
    void headsCutShort();
};

namespace {

std::string words(const claude::Line &l)
{
    std::string text = std::to_string(static_cast<int>(l.type));
    for (const std::string_view field : {l.timestamp, l.session, l.request, l.agentId, l.cwd, l.prompt, l.version,
                                         l.messageId, l.model, l.stopReason, l.serviceTier, l.speed, l.geo, l.error})
        text += "|" + std::string(field);
    for (const bool field :
         {l.sidechain, l.apiError, l.hasMessage, l.hasUsage, l.stopNull, l.outOfRange, l.hasWriteKinds})
        text += field ? "1" : "0";
    for (const std::int64_t field : {l.input, l.output, l.cacheRead, l.cacheWriteFlat, l.write5m, l.write1h, l.thinking,
                                     l.searches, l.reportedPico})
        text += "," + std::to_string(field);
    return text;
}

std::string parsed(claude::LineParser &parser, const std::string &text)
{
    // An exact copy on the heap: reading one byte too far is seen by a sanitiser.
    const std::vector<char> exact(text.begin(), text.end());
    claude::Line line;
    return parser.parse({exact.data(), exact.size()}, line) ? words(line) : "refused";
}

class Lines {
public:
    explicit Lines(unsigned seed) : m_random(seed) {}

    /// The members of a line, its message last; `between` stands in front of each and around the values of counts.
    [[nodiscard]] std::vector<std::string> next()
    {
        std::vector<std::string> members = {
            any({R"("parentUuid":"a-b")", R"("parentUuid":null)"}, {R"("cwd":"/first")"})};
        if (m_random() % 6 == 0)
            m_session = head();
        members.insert(members.end(), m_session.begin(), m_session.end());
        if (m_random() % 10 == 0)
            members[m_random() % members.size()] = odd();
        if (m_random() % 10 == 0)
            members.insert(members.begin() + static_cast<std::ptrdiff_t>(m_random() % members.size()), odd());
        members.push_back(any({R"("type":"assistant")", R"("type":"user")"}, {R"("type":null)"}));
        members.push_back(R"("message":{"model":"claude-opus-4","id":"m1","usage":)" + usage() + "}");
        if (m_random() % 10 == 0)
            std::shuffle(members.begin(), members.end(), m_random);
        return members;
    }

private:
    std::string any(std::initializer_list<const char *> usual, std::initializer_list<const char *> odd)
    {
        const auto &from = m_random() % 10 == 0 ? odd : usual;
        return *(from.begin() + static_cast<std::ptrdiff_t>(m_random() % from.size()));
    }
    std::string odd()
    {
        return any({R"("cwd":"/o\"dd")", R"("cwd":null)", R"("sessionId":"s9")", R"("agentId":"")",
                    R"("isSidechain":true)", R"("slug":{"a":[1,"}"]})"},
                   {R"("isSidechain":"true")", R"("sessionId":7)", R"("cwd":"cut)", R"("isSidechain":falsehood)"});
    }
    std::vector<std::string> head()
    {
        std::vector<std::string> members = {
            any({R"("isSidechain":false)", R"("isSidechain":true)"}, {R"("isSidechain":1)"}),
            R"("userType":"external")",
            any({R"("cwd":"/home/a")", R"("cwd":"/home/größe")"}, {R"("cwd":"/tab\there")", R"("cwd":"")"}),
            any({R"("sessionId":"s1")", R"("sessionId":"s2")"}, {R"("sessionId":null)"}), R"("version":"2.1.3")"};
        if (m_random() % 2 == 0)
            members.push_back(any({R"("agentId":"a1")"}, {R"("agentId":null)"}));
        if (m_random() % 3 == 0) // a literal at the end of what is remembered
            std::rotate(members.begin(), members.begin() + 1, members.end());
        return members;
    }
    std::string count()
    {
        return any({"0", "7", "123456", "999999999999999"}, {"-1", "1.0", "null", "\"5\"", "1e3", "9999999999999999"});
    }
    std::string usage()
    {
        std::vector<std::string> members = {R"("input_tokens":)" + count(),
                                            R"("cache_creation_input_tokens":)" + count(),
                                            R"("cache_read_input_tokens":)" + count(),
                                            R"("cache_creation":)"
                                                + (m_random() % 10 == 0
                                                       ? any({"null", "{}"}, {"7"})
                                                       : R"({"ephemeral_5m_input_tokens":)" + count()
                                                             + R"(,"ephemeral_1h_input_tokens":)" + count()
                                                             + (m_random() % 10 == 0 ? R"(,"more":1})" : "}")),
                                            R"("output_tokens":)" + count(),
                                            R"("service_tier":"standard")"};
        if (m_random() % 6 == 0)
            members.erase(members.begin() + static_cast<std::ptrdiff_t>(m_random() % members.size()));
        if (m_random() % 10 == 0)
            members.push_back(members[m_random() % members.size()]);
        if (m_random() % 10 == 0)
            std::shuffle(members.begin(), members.end(), m_random);
        std::string text = "{";
        for (const std::string &member : members)
            text += (text.size() > 1 ? "," : "") + member;
        return text + "}";
    }

    std::mt19937 m_random;
    std::vector<std::string> m_session = head();
};

/// `space` in front of each key, of the line and inside.
std::string lineOf(const std::vector<std::string> &members, const char *space)
{
    std::string text;
    for (const std::string &member : members)
        text += (text.empty() ? "{" : ",") + std::string(space) + member;
    text += "}";
    std::string spaced;
    for (const char c :
         text) // a quote behind a comma or a brace begins a key or the string of a list: space may stand there
        spaced += (c == '"' && !spaced.empty() && (spaced.back() == ',' || spaced.back() == '{') ? space : "")
                  + std::string(1, c);
    return spaced;
}

} // namespace

void TestClaudeRemembered::oneParserEqualsOnePerLine_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 20; ++seed)
        QTest::newRow(std::to_string(seed).c_str()) << seed;
}

void TestClaudeRemembered::oneParserEqualsOnePerLine()
{
    QFETCH(unsigned, seed);
    Lines lines(seed);
    claude::LineParser together;
    int refused = 0;
    for (int i = 0; i < 1000; ++i) {
        const std::vector<std::string> members = lines.next();
        claude::LineParser apart;
        const std::string expected = parsed(apart, lineOf(members, " "));
        QCOMPARE(parsed(together, lineOf(members, "")), expected);
        refused += expected == "refused" ? 1 : 0;
    }
    QVERIFY(refused > 0 && refused < 200); // both kinds are there
}

void TestClaudeRemembered::headsCutShort()
{
    claude::LineParser parser;
    const std::string head = R"({"parentUuid":null,"cwd":"/a","isSidechain":false)";
    const std::string good = head + R"(,"type":"user","sessionId":"s1"})";
    const std::string expected = parsed(parser, good);
    QVERIFY(expected != "refused");
    // Once it is known, a text that only begins like it is still refused, or read as what it is.
    for (std::size_t length = 0; length < good.size(); ++length)
        QCOMPARE(parsed(parser, good.substr(0, length)), std::string("refused"));
    QCOMPARE(parsed(parser, head + R"(ly,"type":"user","sessionId":"s1"})"), std::string("refused"));
    QCOMPARE(parsed(parser, head + "}"), [&] {
        claude::LineParser other;
        return parsed(other, head + " }");
    }());
    QCOMPARE(parsed(parser, good), expected);
}

QTEST_GUILESS_MAIN(TestClaudeRemembered)
#include "tst_claude_remembered.moc"
