// SPDX-License-Identifier: GPL-3.0-or-later
// Revisions, audit chain, signed envelopes.
#include "tests/unit/policy/policy_support.h"

#include "core/policy/audit.h"
#include "core/policy/digest.h"
#include "core/policy/envelope.h"
#include "core/policy/revision.h"

#include <functional>

using namespace flyball;
using namespace flyball::test;

class TestPolicyHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void digests();
    void revisionsGrow();
    void conflictsAndRefusals();
    void rollbackIsANewRevision();
    void restoreSeesEveryChange();
    void auditChain();
    void auditLines();
    void envelope();
    void envelopeRefuses_data();
    void envelopeRefuses();
    void payload();
    void payloadRefuses_data();
    void payloadRefuses();
};

static const TimeNs kThen = *parseRfc3339("2026-11-21T21:00:00Z");

void TestPolicyHistory::digests()
{
    // FIPS 180-2 and RFC 4231, test case 2.
    QCOMPARE(sha256Hex("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    QCOMPARE(sha256Hex(""), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    QCOMPARE(hmacSha256Hex("Jefe", "what do ya want for nothing?"),
             std::string("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    QVERIFY(sameSecret("abc", "abc"));
    QVERIFY(!sameSecret("abc", "abd"));
    QVERIFY(!sameSecret("abc", "ab"));
    QVERIFY(!sameSecret("", ""));
}

static PolicyDocument capped(int iterations)
{
    return document("{\"budget\":{\"max_iterations\":" + std::to_string(iterations) + "}}");
}

void TestPolicyHistory::revisionsGrow()
{
    RevisionLog log;
    const auto first = log.append(capped(5), 0, {"ann", "start", kThen});
    QVERIFY(first);
    QCOMPARE(first->number, std::int64_t{2}); // the first keeps its own number
    const auto second = log.append(capped(4), 2, {"ben", "lower", kThen + kHour});
    QVERIFY(second);
    QCOMPARE(second->number, std::int64_t{3});
    QCOMPARE(second->parent, std::int64_t{2});
    QCOMPARE(second->sha256, sha256Hex(second->text));
    QCOMPARE(second->etag(), "3-" + second->sha256.substr(0, 8));
    const PolicyDocument d = *readPolicy(second->text).document;
    QCOMPARE(d.revision, std::int64_t{3});
    QCOMPARE(*d.parentRevision, std::int64_t{2});
    QCOMPARE(*d.author, std::string("ben"));
    QCOMPARE(*d.comment, std::string("lower"));
    QCOMPARE(*d.createdAt, std::string("2026-11-21T22:00:00Z"));
    QVERIFY(!d.rollbackOf);
    QCOMPARE(log.head()->number, std::int64_t{3});
    QVERIFY(log.find(2) && !log.find(4));
}

void TestPolicyHistory::conflictsAndRefusals()
{
    RevisionLog log;
    QVERIFY(log.append(capped(5), 0, {"ann", "", kThen}));
    QVERIFY(log.append(capped(4), 2, {"ann", "", kThen}));
    const auto refused = [&](const PolicyDocument &d, std::int64_t parent) {
        const auto result = log.append(d, parent, {"ben", "", kThen});
        return result ? ErrorCode::Internal : result.error().code;
    };
    QCOMPARE(refused(capped(3), 2), ErrorCode::Locked); // ann was faster
    QCOMPARE(refused(capped(3), 0), ErrorCode::Locked);
    QCOMPARE(refused(capped(4), 3), ErrorCode::InvalidArgument); // no change
    PolicyDocument other = capped(3);
    other.policyId = "q";
    QCOMPARE(refused(other, 3), ErrorCode::InvalidArgument);
    PolicyDocument wrong = capped(3);
    wrong.defaults.routing.emplace().defaultTier = "nowhere";
    QCOMPARE(refused(wrong, 3), ErrorCode::InvalidArgument);
    QCOMPARE(log.revisions().size(), std::size_t{2});
}

void TestPolicyHistory::rollbackIsANewRevision()
{
    RevisionLog log;
    QVERIFY(log.append(capped(5), 0, {"ann", "", kThen}));
    QVERIFY(log.append(capped(4), 2, {"ann", "", kThen}));
    const auto back = log.rollback(2, 3, {"ben", "quality fell", kThen});
    QVERIFY(back);
    QCOMPARE(back->number, std::int64_t{4});
    QCOMPARE(*back->rollbackOf, std::int64_t{2});
    const PolicyDocument d = *readPolicy(back->text).document;
    QCOMPARE(*d.rollbackOf, std::int64_t{2});
    QVERIFY(d.defaults == capped(5).defaults);
    QCOMPARE(log.rollback(9, 4, {}).error().code, ErrorCode::NotFound);
    QCOMPARE(log.rollback(3, 3, {}).error().code, ErrorCode::Locked);
    const auto again = log.append(capped(6), 4, {"ann", "", kThen}); // rollback_of does not stick
    QVERIFY(again && !again->rollbackOf && !readPolicy(again->text).document->rollbackOf);
}

void TestPolicyHistory::restoreSeesEveryChange()
{
    RevisionLog log;
    QVERIFY(log.append(capped(5), 0, {"ann", "", kThen}));
    QVERIFY(log.append(capped(4), 2, {"ann", "", kThen}));
    const std::vector<PolicyRevision> good = log.revisions();
    const auto restored = RevisionLog::restore(good);
    QVERIFY(restored && restored->revisions() == good);
    const auto broken = [&](const std::function<void(std::vector<PolicyRevision> &)> &edit) {
        std::vector<PolicyRevision> revisions = good;
        edit(revisions);
        const auto result = RevisionLog::restore(revisions);
        return !result && result.error().code == ErrorCode::Corrupt;
    };
    QVERIFY(broken([](auto &r) { r[0].text[20] ^= 1; }));
    QVERIFY(broken([](auto &r) { r[1].sha256[0] ^= 1; }));
    QVERIFY(broken([](auto &r) { r[1].number = 4; }));
    QVERIFY(broken([](auto &r) { r[1].parent = 1; }));
    QVERIFY(broken([](auto &r) { std::swap(r[0], r[1]); }));
    QVERIFY(broken([](auto &r) { r.push_back(r[1]); }));
    QVERIFY(RevisionLog::restore({})->head() == nullptr);
}

static std::vector<AuditEntry> chain()
{
    std::vector<AuditEntry> entries;
    for (int i = 0; i < 4; ++i) {
        AuditEntry entry;
        entry.time = kThen + i * kSecond + 7; // nanoseconds are not kept
        entry.operatorName = "ann";
        entry.action = "push";
        entry.policyId = "prod";
        entry.revision = 40 + i;
        entry.comment = "line\n\"quoted\" \xc3\xa9";
        entry.diff = {"run hard cap $0.50 -> $0.30 (-40%)"};
        entry.results = {{"agents", "applied", "37 of 40"}, {"litellm", "verified", ""}};
        entries.push_back(chained(entry, entries.empty() ? nullptr : &entries.back()));
    }
    return entries;
}

void TestPolicyHistory::auditChain()
{
    const std::vector<AuditEntry> good = chain();
    QVERIFY(!firstBroken(good));
    QCOMPARE(good[3].sequence, std::int64_t{4});
    QCOMPARE(good[3].previous, good[2].hash);
    const auto brokenAt = [&](const std::function<void(std::vector<AuditEntry> &)> &edit) {
        std::vector<AuditEntry> entries = good;
        edit(entries);
        return firstBroken(entries);
    };
    QCOMPARE(brokenAt([](auto &e) { e[1].comment += '!'; }), std::optional<std::size_t>(1));
    QCOMPARE(brokenAt([](auto &e) { e[2].results[0].state = "failed"; }), std::optional<std::size_t>(2));
    QCOMPARE(brokenAt([](auto &e) { e.erase(e.begin() + 1); }), std::optional<std::size_t>(1));
    QCOMPARE(brokenAt([](auto &e) { e.erase(e.begin()); }), std::optional<std::size_t>(0));
    QCOMPARE(brokenAt([](auto &e) { std::swap(e[2], e[3]); }), std::optional<std::size_t>(2));
    QCOMPARE(brokenAt([](auto &e) { // rewritten with a fitting hash of its own: the next one tells
                 e[1].comment = "nothing to see";
                 e[1] = chained(e[1], &e[0]);
             }),
             std::optional<std::size_t>(2));
}

void TestPolicyHistory::auditLines()
{
    for (const AuditEntry &entry : chain()) {
        const std::string line = auditLine(entry);
        QVERIFY(line.find('\n') == std::string::npos);
        const auto read = readAuditLine(line);
        QVERIFY(read && *read == entry);
        QCOMPARE(auditLine(*read), line);
    }
    for (const char *bad : {"", "[]", "{}", "{\"sequence\":\"1\"}"})
        QCOMPARE(readAuditLine(bad).error().code, ErrorCode::Malformed);
    std::string line = auditLine(chain()[0]);
    line.replace(line.find("\"diff\":["), 8, "\"diff\":[1,");
    QVERIFY(!readAuditLine(line));
}

void TestPolicyHistory::envelope()
{
    const std::string payload = R"({"format":"flyball-policy/1","x":"é"})";
    const std::string sealed = sealEnvelope(payload, "key");
    QCOMPARE(*openEnvelope(sealed, "key"), payload);
    QCOMPARE(*json(sealed).find("sig")->string(), hmacSha256Hex("key", payload));
}

void TestPolicyHistory::envelopeRefuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<int>("code");
    const QByteArray good = QByteArray::fromStdString(sealEnvelope(R"({"a":1})", "key"));
    const auto row = [](const char *name, const QByteArray &text, const char *key, ErrorCode code) {
        QTest::newRow(name) << text << QByteArray(key) << static_cast<int>(code);
    };
    row("another key", good, "kez", ErrorCode::Corrupt);
    row("no key", QByteArray::fromStdString(sealEnvelope("{}", "")), "", ErrorCode::Corrupt);
    row("payload changed", QByteArray(good).replace("1}", "2}"), "key", ErrorCode::Corrupt);
    row("signature changed", QByteArray(good).replace(good.size() - 3, 1, good[good.size() - 3] == 'a' ? "b" : "a"),
        "key", ErrorCode::Corrupt);
    row("signature cut", QByteArray(good).replace(good.size() - 6, 4, ""), "key", ErrorCode::Corrupt);
    row("signature empty", R"({"payload":"{}","sig":""})", "key", ErrorCode::Corrupt);
    row("no signature", R"({"payload":"{}"})", "key", ErrorCode::Malformed);
    row("payload is an object", R"({"payload":{},"sig":"00"})", "key", ErrorCode::Malformed);
    row("cut", good.left(good.size() / 2), "key", ErrorCode::Malformed);
    row("empty", "", "key", ErrorCode::Malformed);
    row("list", "[]", "key", ErrorCode::Malformed);
}

void TestPolicyHistory::envelopeRefuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, key);
    QFETCH(int, code);
    const auto opened = openEnvelope(text.toStdString(), key.toStdString());
    QVERIFY(!opened);
    QCOMPARE(static_cast<int>(opened.error().code), code);
}

static PolicyPayload examplePayload()
{
    const PolicyDocument d = *readPolicy(fixture("example.json")).document;
    PolicyPayload payload;
    payload.source = "6a1c";
    payload.revision = 42;
    payload.issuedAt = kThen;
    payload.scope = {"support_triage", "bot", "free", "", {"beta"}};
    payload.require = {"/budget/run_hard", "/routing"};
    payload.rates = json(R"({"openai/gpt-4o-mini":{"input":0.15,"output":0.6}})");
    payload.tiers = d.tiers;
    payload.policy = effectivePolicy(d, payload.scope).body;
    return payload;
}

void TestPolicyHistory::payload()
{
    const PolicyPayload sent = examplePayload();
    const std::string text = payloadText(sent);
    std::vector<std::string> unknown;
    const auto read = readPayload(text, &unknown);
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(*read == sent);
    QVERIFY(unknown.empty());
    for (const std::string &pointer : sent.require)
        QVERIFY(json(text).find("policy")->at(pointer));
    JsonValue more = json(text);
    more.set("later", true);
    QVERIFY(readPayload(more.compact(), &unknown)); // what is unknown is ignored and listed
    QCOMPARE(unknown, std::vector<std::string>{"/later"});
    PolicyPayload back = sent;
    back.rollbackOf = 40;
    QCOMPARE(*readPayload(payloadText(back))->rollbackOf, std::int64_t{40});
}

void TestPolicyHistory::payloadRefuses_data()
{
    QTest::addColumn<QString>("member");
    QTest::addColumn<QString>("value");
    QTest::addColumn<int>("code");
    const auto row = [](const char *member, const char *value, ErrorCode code = ErrorCode::Malformed) {
        QTest::addRow("%s = %s", member, value) << member << value << static_cast<int>(code);
    };
    row("format", "\"flyball-policy/2\"");
    row("source", "7");
    row("revision", "0");
    row("revision", "\"42\"");
    row("issued_at", "\"yesterday\"");
    row("scope", "{\"agent\":7}");
    row("scope", "[]");
    row("require", "[1]");
    row("tiers", "[{}]");
    row("rollback_of", "\"x\"");
    row("policy", "{\"budget\":{\"run_hard\":{\"usd\":-1}}}", ErrorCode::InvalidArgument);
    row("policy", "{\"unknown\":1}", ErrorCode::InvalidArgument);
}

void TestPolicyHistory::payloadRefuses()
{
    QFETCH(QString, member);
    QFETCH(QString, value);
    QFETCH(int, code);
    JsonValue payload = json(payloadText(examplePayload()));
    payload.set(member.toStdString(), json(value.toStdString()));
    const auto read = readPayload(payload.compact());
    QVERIFY(!read);
    QCOMPARE(static_cast<int>(read.error().code), code);
    payload.remove(member.toStdString());
    QCOMPARE(bool(readPayload(payload.compact())),
             member == "scope" || member == "require" || member == "tiers" || member == "rollback_of");
}

QTEST_GUILESS_MAIN(TestPolicyHistory)
#include "tst_policy_history.moc"
