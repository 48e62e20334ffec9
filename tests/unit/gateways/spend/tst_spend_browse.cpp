// SPDX-License-Identifier: GPL-3.0-or-later
// The newest rows of a gateway's log as they are shown raw: fields and what is made of them, never what was said.
#include <QtTest/QtTest>

#include "core/gateways/browse/rawpage.h"
#include "tests/unit/gateways/spend/spend_bench.h"

using namespace flyball;
using namespace flyball::test;
using nlohmann::json;

namespace {

Result<RawPage> shown(const std::string &kind, ScriptedServer &server)
{
    SourceConfig config;
    config.kind = kind;
    config.target = server.url();
    return browseSource(config);
}

std::string everything(const RawPage &page)
{
    std::string out;
    for (const RawRow &row : page.rows) {
        for (const std::string &cell : row.cells)
            out += cell + '\t';
        out += row.meaning + '\n';
    }
    return out;
}

} // namespace

class TestSpendBrowse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void litellm();
    void bifrost();
    void refused();
    void notAPage();
};

void TestSpendBrowse::litellm()
{
    json answer = fixture("litellm_spend_logs_ui_page1.json");
    json &rows = answer["data"];
    rows[0]["messages"] = json::array({{{"role", "user"}, {"content", "nobody reads this"}}});
    rows[0]["response"] = "nor that answer";
    rows[1]["request_id"] = nullptr;
    ScriptedServer server([&](const Asked &) { return Answered{200, answer.dump()}; });
    const auto page = shown("litellm", server);
    QVERIFY2(page, page ? "" : page.error().message.c_str());
    QCOMPARE(server.asked.size(), std::size_t{1}); // asked once, and no budgets
    QCOMPARE(page->rows.size(), rows.size());
    QCOMPARE(page->rows[0].meaning, "a call, model " + rows[0]["model"].get<std::string>() + ", workflow wf-research, "
                                        + std::to_string(rows[0]["prompt_tokens"].get<int>()) + " in, "
                                        + std::to_string(rows[0]["completion_tokens"].get<int>()) + " out");
    QVERIFY(page->rows[0].tone == RawTone::Counts);
    QVERIFY(page->rows[1].tone == RawTone::Bad);
    QVERIFY2(page->rows[1].meaning.starts_with("refused: no_id"), page->rows[1].meaning.c_str());
    const std::string all = everything(*page);
    for (const char *said : {"nobody reads", "nor that"})
        QVERIFY(all.find(said) == std::string::npos);
    // A key's hash is nobody's business either.
    QVERIFY(all.find(rows[0]["api_key"].get<std::string>()) == std::string::npos);
    QVERIFY(all.find("spend: 0.5205") != std::string::npos);
    QVERIFY(all.find("user_api_key_alias: \"wf-research\"") != std::string::npos);
    QVERIFY(all.find("response: text of 15 bytes") != std::string::npos);
}

void TestSpendBrowse::bifrost()
{
    json answer = fixture("bifrost_logs_page.json");
    json open = answer["logs"][0];
    open["id"] = "req-open";
    open["status"] = "processing";
    open["content_summary"] = "what was asked";
    answer["logs"].push_back(open);
    ScriptedServer server([&](const Asked &) { return Answered{200, answer.dump()}; });
    const auto page = shown("bifrost", server);
    QVERIFY2(page, page ? "" : page.error().message.c_str());
    QCOMPARE(page->rows.size(), answer["logs"].size());
    QVERIFY(page->rows[0].tone == RawTone::Counts);
    QCOMPARE(page->rows[0].cells[0], std::string("2026-11-21T20:03:11Z"));
    QCOMPARE(page->rows.back().meaning, std::string("not finished: it is taken when it is"));
    QVERIFY(everything(*page).find("what was asked") == std::string::npos);
}

void TestSpendBrowse::refused()
{
    ScriptedServer server([](const Asked &) { return Answered{401, R"({"error":{"message":"bad key sk-abcdef"}})"}; });
    for (const char *kind : {"litellm", "bifrost"}) {
        const auto page = shown(kind, server);
        QVERIFY(!page);
        QVERIFY2(page.error().message.find("401") != std::string::npos, page.error().message.c_str());
        QVERIFY(page.error().message.find("abcdef") == std::string::npos);
    }
}

void TestSpendBrowse::notAPage()
{
    ScriptedServer server([](const Asked &) { return Answered{200, R"({"nothing":1})"}; });
    QVERIFY(!shown("litellm", server));
    QVERIFY(!shown("bifrost", server));
}

QTEST_GUILESS_MAIN(TestSpendBrowse)
#include "tst_spend_browse.moc"
