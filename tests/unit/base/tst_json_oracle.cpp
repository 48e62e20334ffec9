// SPDX-License-Identifier: GPL-3.0-or-later
// JsonCursor against nlohmann/json: what the oracle accepts, the cursor walks to the same values.
#include "core/base/jsoncursor.h"

#include <QtTest/QtTest>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

using namespace flyball;
using Json = nlohmann::json;

namespace {

constexpr int kTexts = 20'000;
constexpr quint32 kSeed = 20261121;

/// The tree a full walk sees. Keys are decoded here, numbers kept as the oracle keeps them.
bool build(JsonCursor &json, Json &out)
{
    std::string_view text;
    std::string scratch;
    switch (json.peek()) {
    case '{': {
        out = Json::object();
        if (!json.beginObject())
            return false;
        while (json.nextKey(text)) {
            std::string key;
            decodeJsonString(text, key);
            Json value;
            if (!build(json, value))
                return false;
            out[key] = std::move(value); // a repeated key: the last one wins
        }
        return !json.failed();
    }
    case '[':
        out = Json::array();
        if (!json.beginArray())
            return false;
        while (json.nextElement()) {
            Json value;
            if (!build(json, value))
                return false;
            out.push_back(std::move(value));
        }
        return !json.failed();
    case '"':
        if (!json.readText(text, scratch))
            return false;
        out = std::string(text);
        return true;
    case 't':
    case 'f': {
        bool value = false;
        if (!json.readBool(value))
            return false;
        out = value;
        return true;
    }
    case 'n':
        out = nullptr;
        return json.takeNull();
    default: {
        if (!json.readNumber(text))
            return false;
        std::int64_t whole = 0;
        double number = 0;
        const bool integer = text.find_first_of(".eE") == std::string_view::npos;
        if (integer && parseInt64(text, whole))
            out = whole;
        else if (parseDouble(text, number))
            out = number;
        else
            return false;
        return true;
    }
    }
}

class Generator {
public:
    explicit Generator(std::mt19937 &random) : m_random(random) {}

    std::string object(int depth)
    {
        std::string out = "{" + space();
        const unsigned members = below(5);
        for (unsigned i = 0; i < members; ++i)
            out += (i ? "," + space() : "") + string() + space() + ":" + space() + value(depth + 1) + space();
        return out + "}";
    }

private:
    unsigned below(unsigned n) { return static_cast<unsigned>(m_random() % n); }
    std::string space()
    {
        static constexpr const char *spaces[] = {"", "", "", " ", "\t", "  \n", "\r"};
        return spaces[below(7)];
    }
    std::string string()
    {
        static constexpr const char *pieces[] = {"a",
                                                 "input_tokens",
                                                 "usage",
                                                 "\\\"",
                                                 "\\\\",
                                                 "\\/",
                                                 "\\n",
                                                 "\\u00e9",
                                                 "\\u0000",
                                                 "\\ud83d\\ude00",
                                                 "\xC3\xA4",
                                                 "\xE2\x82\xAC",
                                                 "\xF0\x9F\x98\x80",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 ":",
                                                 ",",
                                                 " long text of more than sixteen bytes "};
        std::string out = "\"";
        for (unsigned n = below(4); n > 0; --n)
            out += pieces[below(20)];
        return out + "\"";
    }
    std::string number()
    {
        static constexpr const char *numbers[] = {"0",     "-0",      "7",       "-12",  "1302", "9007199254740993",
                                                  "1.5",   "1e3",     "-2.5E-7", "1e22", "0.1",  "9223372036854775807",
                                                  "1e300", "4.9e-324"};
        return numbers[below(14)];
    }
    std::string value(int depth)
    {
        switch (below(depth > 5 ? 5 : 8)) {
        case 0:
            return "null";
        case 1:
            return below(2) ? "true" : "false";
        case 2:
            return number();
        case 3:
        case 4:
            return string();
        case 5: {
            std::string out = "[" + space();
            const unsigned members = below(4);
            for (unsigned i = 0; i < members; ++i)
                out += (i ? "," + space() : "") + value(depth + 1) + space();
            return out + "]";
        }
        default:
            return object(depth + 1);
        }
    }
    std::mt19937 &m_random;
};

std::string mutated(std::string text, std::mt19937 &random)
{
    static constexpr char bytes[] = "{}[]\",:\\0123456789.-+eEtfnu \n\x01\xC3\x80\xFF";
    for (unsigned n = random() % 4; n > 0 && !text.empty(); --n) {
        const std::size_t at = random() % text.size();
        const char byte = bytes[random() % (sizeof bytes - 1)];
        switch (random() % 4) {
        case 0:
            text[at] = byte;
            break;
        case 1:
            text.erase(at, 1 + random() % 3);
            break;
        case 2:
            text.insert(at, 1, byte);
            break;
        default:
            text.insert(at, text.substr(random() % text.size(), random() % 8));
        }
    }
    return text;
}

bool walksTo(const std::string &text, Json &tree)
{
    const std::vector<char> exact(text.begin(), text.end());
    JsonCursor json(std::string_view(exact.data(), exact.size()));
    return build(json, tree) && json.atEnd();
}

bool skips(const std::string &text)
{
    const std::vector<char> exact(text.begin(), text.end());
    JsonCursor json(std::string_view(exact.data(), exact.size()));
    return json.skipValue() && json.atEnd();
}

} // namespace

class TestJsonOracle : public QObject {
    Q_OBJECT
private slots:
    void whatTheOracleAcceptsIsWalkedToTheSameTree();
    void walkingAcceptsOnlyWhatIsNearlyJson();
    void truncatedLinesAreRefused();
};

void TestJsonOracle::whatTheOracleAcceptsIsWalkedToTheSameTree()
{
    std::mt19937 random(kSeed);
    Generator generator(random);
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < kTexts; ++i) {
        const std::string text = mutated(generator.object(0), random);
        const Json expected = Json::parse(text, nullptr, false);
        if (expected.is_discarded() || !expected.is_object()) {
            ++refused;
            continue;
        }
        ++accepted;
        Json walked;
        QVERIFY2(walksTo(text, walked), text.c_str());
        QVERIFY2(walked == expected, (text + " -> " + walked.dump()).c_str());
        QVERIFY2(skips(text), text.c_str());
    }
    QVERIFY2(accepted > kTexts / 4 && refused > kTexts / 8, qPrintable(QString("%1 %2").arg(accepted).arg(refused)));
}

/// The other way round the cursor is wider, in ways that are named here: raw control characters and
/// invalid UTF-8 in strings (F8: one bad byte does not cost the line), unknown escapes, odd numbers.
void TestJsonOracle::walkingAcceptsOnlyWhatIsNearlyJson()
{
    std::mt19937 random(kSeed + 1);
    Generator generator(random);
    int wider = 0;
    for (int i = 0; i < kTexts; ++i) {
        const std::string text = mutated(generator.object(0), random);
        Json walked;
        if (!walksTo(text, walked) || !Json::parse(text, nullptr, false).is_discarded())
            continue;
        ++wider;
        const bool control = text.find_first_of("\x01\n\t\r") != std::string::npos;
        const bool badText = !isValidUtf8(text) || text.find('\\') != std::string::npos;
        const bool number = text.find_first_of("0123456789") != std::string::npos;
        QVERIFY2(control || badText || number, text.c_str());
    }
    QVERIFY(wider > 0);
}

void TestJsonOracle::truncatedLinesAreRefused()
{
    std::mt19937 random(kSeed + 2);
    Generator generator(random);
    int cuts = 0;
    while (cuts < kTexts) {
        const std::string text = generator.object(0);
        const std::size_t last = text.rfind('}');
        for (std::size_t size = 0; size <= last; size += 1 + random() % 5, ++cuts) {
            Json walked;
            QVERIFY2(!walksTo(text.substr(0, size), walked), text.substr(0, size).c_str());
            QVERIFY2(!skips(text.substr(0, size)), text.substr(0, size).c_str());
        }
    }
}

QTEST_GUILESS_MAIN(TestJsonOracle)
#include "tst_json_oracle.moc"
