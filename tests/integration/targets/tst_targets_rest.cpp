// SPDX-License-Identifier: GPL-3.0-or-later
// LiteLLM and Bifrost against stand-ins that carry the traps of real gateways: none may end as applied or verified.
#include "core/policy/document/text.h"
#include "core/push/targets/pusher.h"
#include "core/push/targets/registry.h"
#include "core/push/targets/targetset.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace flyball;

namespace {

constexpr TimeNs kStart = 1'000'000 * kSecond;

PolicyDocument policy(const char *month = "240", const char *more = "")
{
    std::string text =
        "{'schema_version':1,'policy_id':'p','revision':1,'tiers':[{'id':'cheap','models':['openai/gpt-4o-mini']},"
        "{'id':'mid','models':['anthropic/claude-haiku-4-5','openai/gpt-4o']}],'defaults':{'budget':{'run_hard':"
        "{'usd':0.5},'max_iterations':12,'periods':[{'window':'day','hard_usd':12.5},{'window':'month','soft_usd':200,"
        "'hard_usd':"
        + std::string(month)
        + "}]},'routing':{'default_tier':'mid','rules':[{'id':'simple','when':{'task_type':"
          "['classify']},'tier':'cheap'},{'id':'long','when':{'doc_tokens':{'gte':9}},'tier':'mid'}]}},'workflows':{}"
        + more + "}";
    std::replace(text.begin(), text.end(), '\'', '"');
    return *readPolicy(text).document;
}

JsonValue object(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return *JsonValue::parse(text);
}

} // namespace

class TestTargetsRest : public QObject {
    Q_OBJECT

    struct Gateway {
        QProcess process;
        std::string url;
        std::unique_ptr<HttpClient> steering;
    };
    std::map<QString, std::unique_ptr<Gateway>> m_gateways;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<TargetMemories> m_memories;
    std::unique_ptr<TargetPusher> m_pusher;
    Gateway *m_gateway = nullptr;
    JsonValue m_options;

    void steer(const char *path, const std::string &body)
    {
        const Result<HttpReply> reply = m_gateway->steering->send("POST", path, body);
        QVERIFY(reply.ok() && reply->status == 200);
    }
    JsonValue state() { return *JsonValue::parse(m_gateway->steering->get("/_state")->body); }

    void begin(const QString &kind, const QString &trap, const std::string &options)
    {
        m_gateway = m_gateways.at(kind).get();
        steer("/_reset", trap.isEmpty() ? "{}" : "{\"trap\":\"" + trap.toStdString() + "\"}");
        m_folder = std::make_unique<QTemporaryDir>();
        m_memories = std::make_unique<TargetMemories>(*TargetMemories::load(m_folder->path().toStdString()));
        m_options = object(options);
        m_options.set("url", m_gateway->url);
        m_options.set("secret", "env:STANDIN_ADMIN_KEY");
        m_options.set("deadline_s", std::int64_t{1});
        const TargetConfig config{"g", kind.toStdString(), {}, m_options};
        Result<std::unique_ptr<PolicyTarget>> target = makeTarget(config);
        QVERIFY2(target.ok(), target ? "" : target.error().message.c_str());
        m_pusher = std::make_unique<TargetPusher>("g", config.kind, std::move(*target), *m_memories);
    }

    TargetReceipt push(const PolicyDocument &document, std::int64_t revision = 1, PushMode mode = PushMode::Keep)
    {
        return m_pusher->push(
            {revision, document.tiers, effectivePolicy(document, PolicyScope()), document.timezone.value_or("UTC")},
            kStart, mode);
    }

    /// The rest of the schedule, with the gateway's clock going along.
    std::string later()
    {
        TimeNs at = 0;
        for (const TimeNs check : kCheckAfter) {
            steer("/_advance", "{\"seconds\":" + std::to_string((check - at) / kSecond) + "}");
            at = check;
            static_cast<void>(m_pusher->check(kStart + check));
        }
        return m_pusher->receipt().state;
    }

    static std::string all(const QString &kind)
    {
        return kind == QStringLiteral("litellm")
                   ? "{'key':'f5d2c7af695f7db3cc5c0b4d93b919288345991a48e7a8f867cec67af5c918f4','agent':'a1',"
                     "'tiers':true,'probe':{'model':'cheap','secret':'env:STANDIN_CALLER_KEY'}}"
                   : "{'virtual_key':'vk1','routes':true}";
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("STANDIN_ADMIN_KEY", "sk-admin-standin");
        qputenv("STANDIN_CALLER_KEY", "sk-of-the-key");
        for (const QString &kind : {QStringLiteral("litellm"), QStringLiteral("bifrost")}) {
            auto gateway = std::make_unique<Gateway>();
            gateway->process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            gateway->process.start(
                QStandardPaths::findExecutable(QStringLiteral("python3")),
                {QStringLiteral("-B"), QStringLiteral(FLYBALL_SOURCE_DIR "/tests/integration/targets/"
                                                                         "standins/")
                                           + kind + QStringLiteral(".py")});
            QVERIFY(gateway->process.waitForReadyRead(20'000));
            gateway->url = "http://127.0.0.1:" + gateway->process.readLine().trimmed().toStdString();
            HttpConnection connection;
            connection.url = gateway->url;
            gateway->steering = HttpClient::open(std::move(connection)).value();
            m_gateways[kind] = std::move(gateway);
        }
    }
    void cleanupTestCase()
    {
        for (auto &[kind, gateway] : m_gateways) {
            gateway->process.kill();
            gateway->process.waitForFinished();
        }
    }

    void traps_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("trap");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("end");
        const auto row = [](const char *trap, const char *after, const char *end) {
            for (const char *kind : {"litellm", "bifrost"})
                QTest::addRow("%s %s", kind, trap) << kind << trap << after << end;
        };
        row("refuse_400", "rejected", "rejected");
        row("refuse_429", "rejected", "rejected");
        row("refuse_401", "rejected", "rejected");
        row("refuse_second", "rejected", "rejected");
        row("error_after_apply", "rejected", "rejected");
        row("drop_after_apply", "rejected", "rejected");
        row("silent_ignore", "drifted", "drifted");
        row("stale_cache", "drifted", "drifted");
        row("other_admin", "drifted", "drifted");
        row("edit_between", "drifted", "drifted");
        row("login_page", "rejected", "rejected");
        row("hang", "unreachable", "unreachable");
        QTest::newRow("bifrost write_back") << "bifrost"
                                            << "write_back"
                                            << "applied"
                                            << "drifted";
        // A probe may verify it at once; what is written back later shows all the same.
        QTest::newRow("litellm write_back") << "litellm"
                                            << "write_back"
                                            << "verified"
                                            << "drifted";
        QTest::newRow("litellm stale_enforcement") << "litellm"
                                                   << "stale_enforcement"
                                                   << "contradicted"
                                                   << "contradicted";
        QTest::newRow("litellm, no trap") << "litellm"
                                          << ""
                                          << "verified"
                                          << "verified";
        QTest::newRow("bifrost, no trap") << "bifrost"
                                          << ""
                                          << "applied"
                                          << "verified";
    }
    void traps()
    {
        QFETCH(QString, kind);
        QFETCH(QString, trap);
        QFETCH(QString, after);
        QFETCH(QString, end);
        // Making an alias would fail before anything is ignored; a budget alone is.
        const bool alone = kind == QStringLiteral("litellm") && trap == QStringLiteral("silent_ignore");
        begin(kind, trap, alone ? "{'team':'t1'}" : all(kind));
        const TargetReceipt receipt = push(policy());
        QVERIFY2(receipt.state == after.toStdString(), (receipt.state + ": " + receipt.detail).c_str());
        QVERIFY(receipt.state == "verified" || receipt.state == "applied" || !receipt.detail.empty());
        const std::string state = later();
        QVERIFY2(state == end.toStdString(), (state + ": " + m_pusher->receipt().detail).c_str());
        for (const char *secret : {"sk-admin-standin", "sk-of-the-key"})
            QVERIFY(m_pusher->receipt().detail.find(secret) == std::string::npos);
    }

    void litellmKeepsWhatIsNotOurs()
    {
        begin(QStringLiteral("litellm"), {}, all(QStringLiteral("litellm")));
        const JsonValue before = state();
        const TargetReceipt receipt = push(policy());
        QCOMPARE(receipt.state, std::string("verified"));
        const JsonValue now = state();
        QCOMPARE(*now.at("/key/metadata"), object("{'workflow':'invoice','owner':'ops'}"));
        QCOMPARE(*now.at("/key/tpm_limit"), *before.at("/key/tpm_limit"));
        QCOMPARE(*now.at("/key/max_budget"), JsonValue(std::int64_t{240}));
        QCOMPARE(*now.at("/key/budget_duration"), JsonValue("1mo"));
        QCOMPARE(*now.at("/key/soft_budget"), JsonValue(std::int64_t{200}));
        QCOMPARE(now.at("/key/budget_limits")->array()->size(), std::size_t{3}); // theirs, a day, a month
        QCOMPARE(*now.at("/key/budget_limits/0"), *before.at("/key/budget_limits/0"));
        QCOMPARE(*now.at("/agent/litellm_params"),
                 object("{'model':'kept','x':[1],'max_iterations':12,'max_budget_per_session':0.5,"
                        "'require_trace_id_on_calls_by_agent':true}"));
        QCOMPARE(*now.at("/models/0"), *before.at("/models/0"));
        QCOMPARE(*now.at("/models/1/litellm_params/model"), JsonValue("openai/gpt-4o-mini"));
        QCOMPARE(*now.at("/fallbacks/mid"), object("['mid-2']"));
        // Once more changes nothing; what a newer policy leaves out comes back as it was found.
        const std::int64_t made = *now.at("/made")->number()->toInt64();
        QCOMPARE(push(policy()).state, std::string("verified"));
        QCOMPARE(*state().at("/made")->number()->toInt64(), made);
        QCOMPARE(push(policy("300"), 2).state, std::string("verified"));
        QCOMPARE(*state().at("/key/max_budget"), JsonValue(std::int64_t{300}));
        QCOMPARE(m_pusher->release(kStart).state, std::string("applied"));
        const JsonValue released = state();
        for (const char *path : {"/key/max_budget", "/key/budget_duration", "/key/budget_limits", "/key/metadata",
                                 "/agent", "/models", "/fallbacks"})
            QVERIFY2(*released.at(path) == *before.at(path), (path + released.at(path)->compact()).c_str());
    }

    void litellmTeamsTagsAndRunCaps()
    {
        begin(QStringLiteral("litellm"), {}, "{'team':'t1'}");
        QCOMPARE(push(policy()).state, std::string("applied"));
        QCOMPARE(*state().at("/team/max_budget"), JsonValue(std::int64_t{240}));
        QCOMPARE(*state().at("/team/metadata"), object("{'cost_center':7}"));
        QCOMPARE(later(), std::string("verified"));
        begin(QStringLiteral("litellm"), {}, "{'tag':'triage'}");
        QCOMPARE(push(policy()).state, std::string("applied"));
        QCOMPARE(*state().at("/tag/max_budget"), JsonValue(std::int64_t{240}));
        QCOMPARE(*state().at("/tag/description"), JsonValue("kept"));
        begin(QStringLiteral("litellm"), {},
              "{'key':'f5d2c7af695f7db3cc5c0b4d93b919288345991a48e7a8f867cec67af5c918f4'}");
        const TargetReceipt receipt = push(policy());
        QCOMPARE(receipt.state, std::string("applied"));
        QCOMPARE(*state().at("/key/metadata"), object("{'workflow':'invoice','owner':'ops','max_iterations':12,"
                                                      "'max_budget_per_session':0.5}"));
        for (const KnobReceipt &knob : receipt.knobs)
            QVERIFY2(knob.path != "/budget/periods/month" || knob.outcome == KnobReceipt::Outcome::Approximated,
                     "its windows are not ours");
    }

    void litellmGuessesNothing()
    {
        begin(QStringLiteral("litellm"), {}, "{'tiers':true}");
        JsonValue models = *state().find("models");
        JsonValue twin = (*models.array())[1];
        twin.set("model_info", object("{'id':'m9'}"));
        models.array()->push_back(twin);
        JsonValue edit{JsonValue::Object()};
        edit.set("models", models);
        steer("/_state", edit.compact());
        QCOMPARE(push(policy()).state, std::string("rejected"));
        QCOMPARE(*state().find("models"), models);
        for (const char *wrong : {"{'tiers':false}", "{'key':'a','team':'b'}", "{'key':'sk-1234'}",
                                  "{'tiers':true,'probe':{'model':'x'}}"}) {
            JsonValue options = object(wrong);
            options.set("url", m_gateway->url);
            QVERIFY2(!makeTarget({"g", "litellm", {}, options}), wrong);
        }
    }

    void bifrostKeepsWhatIsNotOurs()
    {
        begin(QStringLiteral("bifrost"), {}, all(QStringLiteral("bifrost")));
        const JsonValue before = state();
        const TargetReceipt receipt = push(policy());
        QCOMPARE(receipt.state, std::string("applied"));
        const JsonValue now = state();
        QCOMPARE(*now.at("/key/rate_limit"), *before.at("/key/rate_limit"));
        QCOMPARE(*now.at("/key/provider_configs"), *before.at("/key/provider_configs"));
        QCOMPARE(now.at("/key/budgets")->array()->size(), std::size_t{3});
        QCOMPARE(*now.at("/key/budgets/0/max_limit"), JsonValue(std::int64_t{240}));
        QCOMPARE(*now.at("/key/budgets/0/current_usage"), *before.at("/key/budgets/0/current_usage"));
        QCOMPARE(*now.at("/key/budgets/1"), *before.at("/key/budgets/1"));
        QCOMPARE(*now.at("/key/budgets/2/calendar_aligned"), JsonValue(true));
        QCOMPARE(*now.at("/rules/0"), *before.at("/rules/0"));
        QCOMPARE(now.at("/rules")->array()->size(), std::size_t{3}); // theirs, "simple", the default
        QCOMPARE(*now.at("/rules/1/cel_expression"), JsonValue("headers[\"x-task-type\"] in [\"classify\"]"));
        QCOMPARE(*now.at("/rules/2/fallbacks"), object("['openai/gpt-4o']"));
        const auto outcome = [&](const char *path) {
            for (const KnobReceipt &knob : receipt.knobs)
                if (knob.path == path)
                    return static_cast<int>(knob.outcome);
            return -1;
        };
        QCOMPARE(outcome("/routing/rules/simple"), static_cast<int>(KnobReceipt::Outcome::Applied));
        QCOMPARE(outcome("/routing/rules/long"), static_cast<int>(KnobReceipt::Outcome::Unsupported));
        QCOMPARE(outcome("/budget/max_iterations"), static_cast<int>(KnobReceipt::Outcome::Unsupported));
        // A person changes a rule of ours: seen, and only restore() writes over it.
        JsonValue rules = *now.find("rules");
        (*rules.array())[1].set("enabled", false);
        JsonValue edit{JsonValue::Object()};
        edit.set("rules", rules);
        steer("/_state", edit.compact());
        QCOMPARE(m_pusher->check(kStart + 5 * kSecond).state, std::string("drifted"));
        QCOMPARE(push(policy("300"), 2).state, std::string("drifted"));
        QCOMPARE(*state().find("rules"), rules);
        QCOMPARE(push(policy("300"), 2, PushMode::Over).state, std::string("applied"));
        QCOMPARE(*state().at("/rules/1/enabled"), JsonValue(true));
        QCOMPARE(m_pusher->release(kStart).state, std::string("applied"));
        QCOMPARE(*state().at("/rules"), *before.at("/rules"));
        QCOMPARE(*state().at("/key/budgets"), *before.at("/key/budgets"));
    }

    void wrongKeyIsToldWithoutIt()
    {
        qputenv("STANDIN_ADMIN_KEY", "a-wrong-key");
        begin(QStringLiteral("bifrost"), {}, all(QStringLiteral("bifrost")));
        const TargetReceipt receipt = push(policy());
        qputenv("STANDIN_ADMIN_KEY", "sk-admin-standin");
        QCOMPARE(receipt.state, std::string("rejected"));
        QVERIFY(receipt.detail.find("401") != std::string::npos);
        QVERIFY(receipt.detail.find("a-wrong") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestTargetsRest)
#include "tst_targets_rest.moc"
