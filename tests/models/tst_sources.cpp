// SPDX-License-Identifier: GPL-3.0-or-later
#include <QGuiApplication>
#include <QSignalSpy>

#include "core/keys/key.h"
#include "tests/models/session_bench.h"
#include "tests/unit/push/targets/fakekeychain.h"

using namespace flyball;

/// Sources that are not files, as the Sources page shows and changes them.
class TestSources : public QObject, private SessionBench {
    Q_OBJECT

    static SourceHealth health(const char *id, const char *kind, const char *target)
    {
        SourceHealth h;
        h.id = id;
        h.kind = kind;
        h.target = target;
        h.state = SourceState::Live;
        return h;
    }
    QString fact(SourcesModel &sources, const char *label)
    {
        for (int i = 0; i < sources.details()->count(); ++i)
            if (cell(sources.details(), i, "label").toString() == QLatin1String(label))
                return plain(cell(sources.details(), i, "value").toString());
        return {};
    }

private Q_SLOTS:
    void init() { begin(); }

    /// A command line gives the engine sources that no configuration has.
    void ofTheEngineAlone()
    {
        m_maker->sources = {health("otlp", "otlp", "127.0.0.1:4318"),
                            health("gw", "prometheus", "http://127.0.0.1:4000/metrics"),
                            health("source1", "otlp-json", "/data/spans.jsonl")};
        m_maker->sources[1].told = true;
        m_engine->publish(m_maker->make({call(kMinute, "alpha", 1)}));
        auto session = open(options());
        session->navigation()->show(QStringLiteral("sources"));
        SourcesModel &sources = *session->sources();
        for (int row = 0; row < 3; ++row)
            QCOMPARE(cell(sources.table(), row, "editable").toBool(), false);
        // Nothing begins, and nothing could be saved, where there is nothing to change.
        RemoteForm &form = *sources.remote();
        form.begin(QStringLiteral("promql"));
        QVERIFY(!form.edit(QStringLiteral("gw")));
        QCOMPARE(form.kind(), QStringLiteral("promql"));
        QVERIFY(!form.editing());
        // What is read already is not read twice.
        form.begin(QStringLiteral("otlp"));
        QCOMPARE(form.target(), QStringLiteral("127.0.0.1:4318"));
        QVERIFY(!form.save());
        QCOMPARE(form.stateText(), QStringLiteral("It is a source already."));
        sources.add(QStringLiteral("/data/spans.jsonl"));
        sources.check(QStringLiteral("/data/spans.jsonl"));
        QCOMPARE(sources.checkText(), QStringLiteral("It is a source already."));
        QVERIFY(m_engine->log.empty());
        // The engine knows what is counted.
        QVERIFY(cell(sources.table(), 1, "told").toBool());
        sources.selectId(QStringLiteral("gw"));
        QCOMPARE(fact(sources, "Counted"), QStringLiteral("no: other sources tell these calls"));
    }

    void onlyMetersCanBeToldByOthers()
    {
        m_maker->sources = {health("a", "prometheus", "http://127.0.0.1:1/metrics"),
                            health("b", "promql", "http://127.0.0.1:2"),
                            health("c", "litellm", "http://127.0.0.1:3"),
                            health("d", "bifrost", "http://127.0.0.1:4"),
                            health("e", "otlp", "127.0.0.1:5"),
                            health("f", "otlp-json", "/data/spans.jsonl")};
        m_engine->publish(m_maker->make({}));
        auto session = open(options());
        session->navigation()->show(QStringLiteral("sources"));
        for (int row = 0; row < 6; ++row) // agents send metrics to the receiver, too
            QCOMPARE(cell(session->sources()->table(), row, "meters").toBool(), row < 2 || row == 4);
    }

    void formOfASource()
    {
        m_engine->publish(m_maker->make({}));
        auto session = open(options());
        RemoteForm &form = *session->sources()->remote();
        form.begin(QStringLiteral("prometheus"));
        form.setTarget(QStringLiteral(" http://127.0.0.1:4000/metrics "));
        form.setOption(QStringLiteral("interval_s"), QStringLiteral(" 5 "));
        form.setOption(QStringLiteral("tenant"), QStringLiteral("  ")); // no value
        QVERIFY(form.save());
        session->settings()->saveNow();
        const ConfigStore stored(session->settings()->configPath(), true);
        QCOMPARE(stored.sources().size(), std::size_t(1));
        const SourceConfig &source = stored.sources().front();
        QCOMPARE(source.target, std::string("http://127.0.0.1:4000/metrics"));
        QVERIFY(source.options == (std::map<std::string, std::string>{{"interval_s", "5"}}));
        form.begin(QStringLiteral("promql"));
        QVERIFY(form.edit(QString::fromStdString(source.id)));
        QVERIFY(form.editing());
        QCOMPARE(form.kind(), QStringLiteral("prometheus"));
        // Rows of one form are not those of the next: a field would keep what was typed into it.
        QSignalSpy gone(form.fields(), &QAbstractItemModel::rowsRemoved);
        form.begin(QStringLiteral("prometheus"));
        QCOMPARE(gone.size(), 1);
    }

    /// A key that was typed goes to the keychain or nowhere.
    void aKeyIsNeverWritten()
    {
        m_engine->publish(m_maker->make({}));
        auto session = open(options());
        RemoteForm &form = *session->sources()->remote();
        const auto keys = std::make_shared<flyball::test::FakeKeychain>();
        setKeychain(keys);
        form.begin(QStringLiteral("prometheus"));
        const QString secret = QStringLiteral("secret");
        for (const char *place : {"e", "env:", "env:KEY", "file:/k", "keychain:k", ""}) {
            form.setOption(secret, QLatin1String(place));
            QVERIFY2(!form.keyTyped(), place);
        }
        form.setOption(secret, QStringLiteral("sk-123"));
        QVERIFY(form.keyTyped());
        form.keepKey(); // whose it is must be known
        QCOMPARE(form.state(), QStringLiteral("bad"));
        form.setTarget(QStringLiteral("http://127.0.0.1:4000/metrics"));
        QVERIFY(!form.save());
        QVERIFY(form.stateText().startsWith(QStringLiteral("Keep the key in the keychain")));
        form.test();
        QCOMPARE(form.state(), QStringLiteral("bad"));
        keys->failure = Error{ErrorCode::Locked, "the keychain is locked"};
        form.keepKey();
        QTRY_COMPARE(form.stateText(), QStringLiteral("the keychain is locked"));
        QVERIFY(form.keyTyped());
        keys->failure.reset();
        form.keepKey();
        QTRY_COMPARE(form.state(), QStringLiteral("kept"));
        QVERIFY(!form.keyTyped());
        QCOMPARE(*secretOf("keychain:flyball http://127.0.0.1:4000"), std::string("sk-123"));
        QVERIFY(form.save());
        session->settings()->saveNow();
        QFile stored(session->settings()->configPath());
        QVERIFY(stored.open(QIODevice::ReadOnly));
        const QByteArray config = stored.readAll();
        QVERIFY(config.contains("keychain:flyball http://127.0.0.1:4000"));
        QVERIFY(!config.contains("sk-123"));
        // What was typed into a form that is left is forgotten.
        form.begin(QStringLiteral("prometheus"));
        form.setOption(secret, QStringLiteral("sk-456"));
        form.begin(QStringLiteral("prometheus"));
        QVERIFY(!form.keyTyped());
        setKeychain({});
    }

    void modelsInTwoSources()
    {
        SourceHealth gateway = health("gw", "prometheus", "http://127.0.0.1:4000/metrics");
        gateway.symbol = m_engine->symbols.intern("gw");
        m_maker->sources = {gateway};
        std::vector<Call> calls;
        const auto both = [&](const char *model) {
            for (const char *source : {"gw", "traces"}) {
                Call c = call(kMinute, "alpha", 1);
                c.model = m_engine->symbols.intern(model);
                c.source = m_engine->symbols.intern(source);
                c.flags |= source == std::string_view("gw") ? CallMetered : 0U;
                calls.push_back(c);
            }
            m_engine->publish(m_maker->make(calls));
        };
        both("gpt-4o");
        auto session = open(options());
        session->navigation()->show(QStringLiteral("sources"));
        session->sources()->selectId(QStringLiteral("gw"));
        QCOMPARE(fact(*session->sources(), "Told twice?"),
                 QStringLiteral("1 model of it is in another source as well"));
        both("claude-opus-4-5");
        QTRY_COMPARE(fact(*session->sources(), "Told twice?"),
                     QStringLiteral("2 models of it are in another source as well"));
    }
};

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv);
    TestSources test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_sources.moc"
