// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>
#include <random>
#include <sstream>

#include "core/base/jsoncursor.h"
#include "core/formats/otlp_proto/otlpproto.h"
#include "tests/unit/formats/format_world.h"

using namespace flyball;
using namespace flyball::test;
namespace fs = std::filesystem;
using protozero::pbf_writer;

namespace {

std::string contentOf(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Every captured request body, with the signal its name tells.
std::vector<std::pair<fs::path, OtlpSignal>> bodies()
{
    std::vector<std::pair<fs::path, OtlpSignal>> found;
    for (const auto &entry : fs::recursive_directory_iterator(FLYBALL_FIXTURES)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() == ".pb")
            found.emplace_back(entry.path(), name.starts_with("traces") ? OtlpSignal::Traces
                                             : name.starts_with("logs") ? OtlpSignal::Logs
                                                                        : OtlpSignal::Metrics);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string bytesOf(std::uint64_t value, int count)
{
    std::string bytes;
    for (int i = count - 1; i >= 0; --i)
        bytes += static_cast<char>(i < 8 ? value >> (8 * i) & 0xFF : 0);
    return bytes;
}

std::string stringValue(std::string_view text)
{
    std::string out;
    pbf_writer(out).add_string(1, text.data(), text.size());
    return out;
}
std::string intValue(std::int64_t value)
{
    std::string out;
    pbf_writer(out).add_int64(3, value);
    return out;
}
std::string doubleValue(double value)
{
    std::string out;
    pbf_writer(out).add_double(4, value);
    return out;
}
std::string keyValue(std::string_view key, const std::string &value)
{
    std::string out;
    pbf_writer writer(out);
    writer.add_string(1, key.data(), key.size());
    writer.add_message(2, value);
    return out;
}

using Attributes = std::vector<std::pair<std::string, std::string>>;
const Attributes kChat = {{"gen_ai.operation.name", stringValue("chat")},
                          {"gen_ai.provider.name", stringValue("openai")},
                          {"gen_ai.response.model", stringValue("gpt-4o-mini")},
                          {"gen_ai.usage.input_tokens", intValue(1302)},
                          {"gen_ai.usage.output_tokens", intValue(57)}};

std::string spanOf(std::uint64_t id, const Attributes &attributes, std::uint64_t end = kOtlpEpoch + kSecond)
{
    std::string out;
    pbf_writer span(out);
    span.add_bytes(1, bytesOf(7, 16));
    span.add_bytes(2, bytesOf(id, 8));
    span.add_string(5, "chat gpt-4o-mini");
    span.add_enum(6, 3);
    span.add_fixed64(7, static_cast<std::uint64_t>(kOtlpEpoch));
    span.add_fixed64(8, end);
    for (const auto &[key, value] : attributes)
        span.add_message(9, keyValue(key, value));
    return out;
}

std::string requestOf(const std::vector<std::string> &leaves)
{
    std::string name, scope, resource, request;
    pbf_writer(name).add_string(1, "my.scope");
    pbf_writer writer(scope);
    writer.add_message(1, name);
    for (const std::string &leaf : leaves)
        writer.add_message(2, leaf);
    pbf_writer(resource).add_message(2, scope);
    pbf_writer(request).add_message(1, resource);
    return request;
}

std::string jsonOf(const std::string &request, OtlpSignal signal = OtlpSignal::Traces)
{
    std::string json;
    const char *reason = otlpToJson(request, signal, json);
    return reason ? reason : json;
}

/// All that `part` says, `whole` says as well.
bool isPartOf(const nlohmann::json &part, const nlohmann::json &whole, const std::string &at, std::string &fault)
{
    if (part.is_object() && whole.is_object()) {
        for (const auto &[key, value] : part.items()) {
            if (!whole.contains(key)) {
                fault = at + "/" + key + " is not there";
                return false;
            }
            if (!isPartOf(value, whole[key], at + "/" + key, fault))
                return false;
        }
        return true;
    }
    if (part.is_array() && whole.is_array() && part.size() == whole.size()) {
        for (std::size_t i = 0; i < part.size(); ++i)
            if (!isPartOf(part[i], whole[i], at + "/" + std::to_string(i), fault))
                return false;
        return true;
    }
    fault = at + ": " + part.dump() + " is not " + whole.dump();
    return part == whole;
}

std::string reasonsOf(const World &w)
{
    std::string text;
    for (const auto &[reason, count] : w.collator.coverage().rejects)
        text += reason + " " + std::to_string(count) + ";";
    return text;
}

} // namespace

/// The binary form of OTLP says what its JSON form says.
class TestOtlpProto : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void realBodiesEqualTheirJson();
    void bodiesSayWhatTheirLinesSay();
    void numbersAreExact();
    void valuesOfEveryKind();
    void textsAreKeptByteForByte();
    void idsOfAWrongLengthAreRefused();
    void repeatedFieldsAsProtobufHasThem();
    void theThreeRequestsAreToldApart();
    void aLeafThatFitsTwoWaysIsReadWhole();
    void anExportOfNothingIsIgnored();
    void malformedIsOneNamedReject_data();
    void malformedIsOneNamedReject();
    void cutAnywhere();
    void nestingIsBounded();
    void aReceiverReadsOneBody();
};

void TestOtlpProto::realBodiesEqualTheirJson()
{
    std::map<std::string, std::vector<nlohmann::json>> lines;
    QCOMPARE(bodies().size(), std::size_t{16});
    for (const auto &[path, signal] : bodies()) {
        const std::string name = path.filename().string();
        const fs::path derived =
            path.parent_path() / ("derived-collector-style." + name.substr(0, name.find('-')) + ".jsonl");
        auto &rest = lines[derived.string()];
        if (rest.empty()) {
            std::ifstream file(derived);
            for (std::string line; std::getline(file, line);)
                rest.insert(rest.begin(), nlohmann::json::parse(line));
        }
        QVERIFY2(!rest.empty(), derived.c_str());
        const nlohmann::json mine = nlohmann::json::parse(jsonOf(contentOf(path), signal));
        std::string fault;
        QVERIFY2(isPartOf(mine, rest.back(), "", fault), (path.string() + fault).c_str());
        QCOMPARE(mine.size(), rest.back().size());
        rest.pop_back();
    }
    for (const auto &[name, rest] : lines)
        QVERIFY2(rest.empty(), name.c_str());
}

void TestOtlpProto::bodiesSayWhatTheirLinesSay()
{
    std::map<fs::path, std::vector<fs::path>> folders;
    for (const auto &[path, signal] : bodies())
        folders[path.parent_path()].push_back(path);
    for (const auto &[folder, files] : folders) {
        World binary;
        World text;
        for (const fs::path &path : files)
            binary.file("otlp-proto", "x", contentOf(path));
        for (const auto &entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".jsonl")
                text.file("otlp-json", "x", contentOf(entry.path()));
        QVERIFY(text.totals().calls > 5);
        QCOMPARE(binary.describe(), text.describe());
        QCOMPARE(binary.collator.coverage().ignored, text.collator.coverage().ignored);
        QCOMPARE(binary.collator.coverage().lines, static_cast<std::int64_t>(files.size()));
        QCOMPARE(reasonsOf(binary), std::string());
    }
}

void TestOtlpProto::numbersAreExact()
{
    constexpr std::int64_t kBig = (std::int64_t{1} << 53) - 1; // the next one but one has no double
    Attributes attributes = kChat;
    attributes[3].second = intValue(kBig);
    attributes.emplace_back("gen_ai.usage.cost", doubleValue(0.000012345));
    World w;
    w.file("otlp-proto", "x",
           requestOf({spanOf(1, attributes, static_cast<std::uint64_t>(kOtlpEpoch) + 1'234'567'891)}));
    const Call call = w.only();
    QCOMPARE(call.usage[TokenClass::InFresh], kBig);
    QCOMPARE(call.time, kOtlpEpoch + 1'234'567'891);
    QCOMPARE(call.reportedPico, std::int64_t{12'345'000});
    for (const std::int64_t n : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                 std::numeric_limits<std::int64_t>::max()})
        QVERIFY(jsonOf(requestOf({spanOf(1, {{"n", intValue(n)}})})).find("\"intValue\":\"" + std::to_string(n) + "\"")
                != std::string::npos);
    for (const double d : {0.1, 1e-300, -2.5, 1.7976931348623157e308, 5e-324, 100.0, 1e21}) {
        const std::string json = jsonOf(requestOf({spanOf(1, {{"d", doubleValue(d)}})}));
        const auto value = nlohmann::json::parse(
            json)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"][0]["value"]["doubleValue"];
        QVERIFY(value.get<double>() == d && std::signbit(value.get<double>()) == std::signbit(d));
    }
    QVERIFY(jsonOf(requestOf({spanOf(1, {{"d", doubleValue(std::nan(""))}})})).find("\"NaN\"") != std::string::npos);
    const double infinite = std::numeric_limits<double>::infinity();
    QVERIFY(jsonOf(requestOf({spanOf(1, {{"d", doubleValue(-infinite)}})})).find("\"-Infinity\"") != std::string::npos);
    World beyond; // a time that no signed nanosecond holds
    beyond.file("otlp-proto", "x", requestOf({spanOf(1, kChat, ~std::uint64_t{0}), spanOf(2, kChat)}));
    QCOMPARE(beyond.totals().calls, std::int64_t{1});
    QVERIFY(!reasonsOf(beyond).empty());
}

void TestOtlpProto::valuesOfEveryKind()
{
    std::string flag, list, map, bytes, inner;
    pbf_writer(flag).add_bool(2, true);
    pbf_writer(bytes).add_bytes(7, std::string("\x00\xff\x10\x80", 4));
    pbf_writer values(inner);
    values.add_message(1, stringValue("stop"));
    values.add_message(1, intValue(2));
    values.add_message(1, std::string());
    pbf_writer(list).add_message(5, inner);
    std::string pairs;
    pbf_writer(pairs).add_message(1, keyValue("k", list));
    pbf_writer(map).add_message(6, pairs);
    const std::string json =
        jsonOf(requestOf({spanOf(1, {{"f", flag}, {"l", list}, {"m", map}, {"b", bytes}, {"none", std::string()}})}));
    const auto attributes = nlohmann::json::parse(json)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"];
    const auto listJson =
        nlohmann::json::parse(R"({"arrayValue":{"values":[{"stringValue":"stop"},{"intValue":"2"},{}]}})");
    QVERIFY(attributes[0]["value"] == nlohmann::json({{"boolValue", true}}));
    QVERIFY(attributes[1]["value"] == listJson);
    QVERIFY(attributes[2]["value"]["kvlistValue"]["values"][0]["value"] == listJson);
    QVERIFY(attributes[3]["value"]["bytesValue"] == nlohmann::json("AP8QgA=="));
    QVERIFY(attributes[4]["value"] == nlohmann::json::object());
    std::string unset; // a key without a value at all
    pbf_writer(unset).add_string(1, "gen_ai.usage.input_tokens");
    std::string span = spanOf(1, {kChat[0], kChat[2], kChat[4]});
    pbf_writer(span).add_message(9, unset);
    World w;
    w.file("otlp-proto", "x", requestOf({span}));
    QCOMPARE(w.only().usage[TokenClass::OutText], std::int64_t{57});
}

void TestOtlpProto::textsAreKeptByteForByte()
{
    std::string odd = "quote \" slash \\ tab \t nul ";
    odd += '\0';
    odd += "\x1f \x7f \xc3\xa9 \xe2\x82\xac";
    Attributes attributes = kChat;
    attributes.emplace_back("gen_ai.agent.name", stringValue(odd));
    World w;
    w.file("otlp-proto", "x", requestOf({spanOf(1, attributes)}));
    QCOMPARE(w.text(w.only().names.agent), odd);
    attributes.back().second = stringValue("bad \xff\xfe utf-8 \xed\xa0\x80");
    World invalid;
    invalid.file("otlp-proto", "x", requestOf({spanOf(1, attributes)}));
    QVERIFY(isValidUtf8(invalid.text(invalid.only().names.agent)));
    QVERIFY(invalid.text(invalid.only().names.agent).starts_with("bad "));
}

void TestOtlpProto::idsOfAWrongLengthAreRefused()
{
    for (const std::size_t length : {std::size_t{1}, std::size_t{11}, std::size_t{15}, std::size_t{32}}) {
        std::string span;
        pbf_writer(span).add_bytes(1, std::string(length, 'a')); // 11 bytes in hex could pass for base64 of 16
        span += spanOf(1, kChat).substr(18);
        World w;
        FactBatch batch;
        OtlpProtoReader reader({&w.cache, 0, "x", w.arrival});
        reader.readRequest(requestOf({span, spanOf(2, kChat)}), OtlpSignal::Traces, 0, batch);
        QCOMPARE(batch.calls.size(), std::size_t{1});
        QCOMPARE(batch.rejects.size(), std::size_t{1});
        QCOMPARE(w.text(batch.rejects[0].reason), std::string("bad_id"));
    }
}

void TestOtlpProto::repeatedFieldsAsProtobufHasThem()
{
    // Of a single field the last one counts, single messages are joined, of a choice the last member counts.
    std::string span = spanOf(1, kChat);
    pbf_writer(span).add_fixed64(8, static_cast<std::uint64_t>(kOtlpEpoch + 5 * kSecond));
    std::string value = stringValue("first");
    pbf_writer(value).add_int64(3, 99);
    pbf_writer(span).add_message(9, keyValue("gen_ai.usage.cache_read.input_tokens", value));
    std::string status;
    pbf_writer(status).add_string(2, "boom");
    pbf_writer(span).add_message(15, status);
    status.clear();
    pbf_writer(status).add_enum(3, 2);
    pbf_writer(span).add_message(15, status);
    World w;
    w.file("otlp-proto", "x", requestOf({span}));
    const Call call = w.only();
    QCOMPARE(call.time, kOtlpEpoch + 5 * kSecond);
    QCOMPARE(call.usage[TokenClass::CacheRead], std::int64_t{99});
    QVERIFY((call.flags & CallFailed) != 0);
    const auto json = nlohmann::json::parse(jsonOf(requestOf({span})));
    QVERIFY(json["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["status"]
            == nlohmann::json({{"message", "boom"}, {"code", 2}}));
}

void TestOtlpProto::theThreeRequestsAreToldApart()
{
    for (const auto &[path, signal] : bodies()) {
        const std::string body = contentOf(path);
        QVERIFY2(otlpSignalOf(body) == signal, path.c_str());
        QVERIFY(looksLikeOtlpRequest(body));
        for (const std::size_t length : {20U, 200U, 2000U}) // a look at the head must do
            QVERIFY2(looksLikeOtlpRequest(std::string_view(body).substr(0, length)), path.c_str());
    }
    for (const std::string &other :
         {std::string("{\"resourceSpans\":[]}"), std::string("\n{\"a\":1}\n"), std::string("\x0a\x03\x1b\x1b\x1b"),
          std::string(), std::string("\x0a\x02\x0f\x0f")})
        QVERIFY2(!looksLikeOtlpRequest(other), other.c_str());
    const std::string request = requestOf({spanOf(1, kChat)});
    QVERIFY(sniffFormat(request, true) == formatOfKind("otlp-proto"));
    QVERIFY(!sniffFormat(request)); // no line is a record
    QVERIFY(sniffFormat("{\"resourceSpans\":[]}", true) == formatOfKind("otlp-json"));
}

void TestOtlpProto::aLeafThatFitsTwoWaysIsReadWhole()
{
    // A metric whose name is as long as a trace id, and a description as long as a span id.
    std::string point, sum, metric;
    pbf_writer dataPoint(point);
    dataPoint.add_fixed64(3, static_cast<std::uint64_t>(kOtlpEpoch));
    dataPoint.add_sfixed64(6, 12);
    pbf_writer(sum).add_message(1, point);
    pbf_writer writer(metric);
    writer.add_string(1, "sixteen.letters.");
    writer.add_string(2, "eight it");
    writer.add_message(5, sum);
    QVERIFY(otlpSignalOf(requestOf({metric})) == OtlpSignal::Metrics);
    QVERIFY(jsonOf(requestOf({metric}), OtlpSignal::Metrics).find("\"asInt\":\"12\"") != std::string::npos);
    std::string span; // the same fields as a span without times
    pbf_writer bare(span);
    bare.add_bytes(1, bytesOf(7, 16));
    bare.add_bytes(2, bytesOf(1, 8));
    bare.add_string(5, "chat");
    QVERIFY(otlpSignalOf(requestOf({span})) == OtlpSignal::Traces);
    std::string nothing; // ids alone could be either
    pbf_writer ids(nothing);
    ids.add_bytes(1, "sixteen.letters.");
    ids.add_bytes(2, "eight it");
    QVERIFY(!otlpSignalOf(requestOf({nothing})));
    World w;
    w.file("otlp-proto", "x", requestOf({nothing}));
    QCOMPARE(reasonsOf(w), std::string("not_an_export 1;"));
}

void TestOtlpProto::anExportOfNothingIsIgnored()
{
    for (const std::string &request : {requestOf({}), std::string("\x0a\x00", 2)}) {
        World w;
        w.file("otlp-proto", "x", request);
        QCOMPARE(w.collator.coverage().ignored, std::int64_t{1});
        QCOMPARE(w.collator.coverage().lines, std::int64_t{1});
        QCOMPARE(reasonsOf(w), std::string());
    }
}

void TestOtlpProto::malformedIsOneNamedReject_data()
{
    QTest::addColumn<QByteArray>("leaf");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *name, std::string tail, const char *reason) {
        const std::string leaf = spanOf(2, kChat) + tail;
        QTest::newRow(name) << QByteArray(leaf.data(), static_cast<qsizetype>(leaf.size())) << QString(reason);
    };
    row("varint without end", std::string("\x50\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "protobuf_varint");
    row("length beyond the message", std::string("\x4a\x7f\x01"), "protobuf_truncated");
    row("length beyond 64 bits", std::string("\x4a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "protobuf_truncated");
    row("fixed64 cut short", std::string("\x41\x01\x02"), "protobuf_truncated");
    row("attributes as a number", std::string("\x48\x01"), "protobuf_wire_type");
    row("time as a varint", std::string("\x40\x01"), "protobuf_wire_type");
    row("group", std::string("\xa3\x06\xa4\x06"), "protobuf_wire_type");
    row("wire type seven", std::string("\xa7\x06"), "protobuf_wire_type");
    row("field zero", std::string("\x02\x01\x61"), "protobuf_wire_type");
    row("attribute that is no message", std::string("\x4a\x02\x0f\x0f"), "protobuf_wire_type");
}

void TestOtlpProto::malformedIsOneNamedReject()
{
    QFETCH(QByteArray, leaf);
    QFETCH(QString, reason);
    const std::string request = requestOf({spanOf(1, kChat), leaf.toStdString()});
    World w;
    FactBatch batch;
    OtlpProtoReader reader({&w.cache, 0, "x", w.arrival});
    reader.readRequest(request, OtlpSignal::Traces, 77, batch);
    // A request counts as a whole or not at all.
    QVERIFY(batch.calls.empty() && batch.spans.empty());
    QCOMPARE(batch.rejects.size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(w.text(batch.rejects[0].reason)), reason);
    QCOMPARE(batch.rejects[0].offset, std::int64_t{77});
    QCOMPARE(batch.rejects[0].length, static_cast<std::int64_t>(request.size()));
    World told; // and where nobody says which request it is
    told.file("otlp-proto", "x", request);
    QCOMPARE(told.totals().calls, std::int64_t{0});
    QVERIFY(!reasonsOf(told).empty());
}

void TestOtlpProto::cutAnywhere()
{
    const std::string request = requestOf({spanOf(1, kChat), spanOf(2, kChat)});
    for (std::size_t length = 1; length < request.size(); ++length) {
        const std::vector<char> exact(request.begin(), request.begin() + static_cast<std::ptrdiff_t>(length));
        World w;
        w.file("otlp-proto", "x", {exact.data(), exact.size()});
        QCOMPARE(w.totals().calls, std::int64_t{0});
        QCOMPARE(w.collator.coverage().lines, std::int64_t{1});
        QVERIFY(!reasonsOf(w).empty());
    }
}

void TestOtlpProto::nestingIsBounded()
{
    std::string value = stringValue("deep");
    for (int i = 0; i < 20'000; ++i) {
        std::string list, outer;
        pbf_writer(list).add_message(1, value);
        pbf_writer(outer).add_message(5, list);
        value = outer;
        if (i == 30)
            QVERIFY(jsonOf(requestOf({spanOf(1, {{"v", value}})})).find("deep") != std::string::npos);
    }
    QCOMPARE(jsonOf(requestOf({spanOf(1, {{"v", value}})})), std::string("protobuf_too_deep"));
}

void TestOtlpProto::aReceiverReadsOneBody()
{
    World w;
    FactBatch batch;
    OtlpProtoReader reader({&w.cache, 0, "receiver", w.arrival});
    const std::string request = requestOf({spanOf(1, kChat)});
    reader.readRequest(request, OtlpSignal::Traces, 0, batch);
    reader.readRequest(request, OtlpSignal::Logs, 0, batch); // said to be something else
    reader.readRequest({}, OtlpSignal::Metrics, 0, batch);
    QCOMPARE(batch.calls.size(), std::size_t{1});
    QCOMPARE(batch.rejects.size(), std::size_t{1});
    QCOMPARE(batch.ignored, std::int64_t{1});
    QCOMPARE(batch.lines, std::int64_t{3});
    QCOMPARE(batch.bytes, static_cast<std::int64_t>(2 * request.size()));
}

QTEST_GUILESS_MAIN(TestOtlpProto)
#include "tst_otlp_proto.moc"
