// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/config/colourslots.h"
#include "core/models/config/configstore.h"

using namespace flyball;

// config.json: values come back, foreign keys stay, a broken file is never overwritten.
class TestConfig : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;
    QString file(const QByteArray &content = {})
    {
        static int n = 0;
        const QString path = m_dir.filePath(QStringLiteral("%1/config.json").arg(++n));
        if (!content.isNull()) {
            QDir().mkpath(QFileInfo(path).path());
            QFile f(path);
            if (f.open(QIODevice::WriteOnly))
                f.write(content);
        }
        return path;
    }
    static QByteArray read(const QString &path)
    {
        QFile f(path);
        return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
    }

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void valuesComeBack()
    {
        const QString path = file();
        {
            ConfigStore store(path, false);
            QVERIFY(store.error().isEmpty());
            ConfigValues &v = store.edit();
            v.theme = QStringLiteral("light");
            v.textSize = 150;
            v.window = {10, -20, 1280, 800, true};
            v.sources.push_back({"id1", "otlp-json", "/tmp/x \"y\"", true});
            v.workflowSlots.insert(QStringLiteral("wörk\nflow"), 3);
            v.runFilters = {{QStringLiteral("my <b>"), {{QStringLiteral("cost_over"), QStringLiteral("0.5")}}}};
            QVERIFY(store.save().ok());
        }
        QCOMPARE(QFileInfo(path).permissions() & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup),
                 QFile::Permissions());
        ConfigStore again(path, false);
        QCOMPARE(again.error(), QString());
        QCOMPARE(again.values().theme, QStringLiteral("light"));
        QCOMPARE(again.values().textSize, 150);
        QCOMPARE(again.values().window, (WindowGeometry{10, -20, 1280, 800, true}));
        QCOMPARE(again.sources().size(), std::size_t(1));
        QCOMPARE(again.sources().front().target, std::string("/tmp/x \"y\""));
        QVERIFY(again.sources().front().paused);
        QCOMPARE(again.values().workflowSlots.value(QStringLiteral("wörk\nflow")), 3);
        QCOMPARE(again.values().runFilters.size(), std::size_t(1));
        QCOMPARE(again.values().runFilters[0],
                 (SavedFilter{QStringLiteral("my <b>"), {{QStringLiteral("cost_over"), QStringLiteral("0.5")}}}));
    }

    void aFilterThatIsNotOneIsNamed()
    {
        const QString path = file(R"({"runFilters":[{"name":"a","conditions":[7]}]})");
        ConfigStore store(path, false);
        QVERIFY2(store.error().contains(QStringLiteral("/runFilters/0/conditions/0")), qPrintable(store.error()));
    }

    void foreignKeysStay()
    {
        const QString path = file(R"({"future":{"a":[1,2.5,9007199254740993]},"theme":"dark",
            "sources":[{"id":"s","kind":"","target":"/t","paused":false,"note":"mine"}]})");
        ConfigStore store(path, false);
        QCOMPARE(store.error(), QString());
        store.edit().textSize = 125;
        QVERIFY(store.save().ok());
        const QByteArray text = read(path);
        QVERIFY(text.contains("9007199254740993"));
        QVERIFY(text.contains("\"note\": \"mine\""));
        QVERIFY(text.contains("\"textSize\": 125"));
    }

    void brokenFileIsNamedAndLeft_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("says");
        QTest::newRow("not JSON") << QByteArray("{\"theme\":") << "not JSON";
        QTest::newRow("empty file") << QByteArray("") << "not JSON";
        QTest::newRow("not an object") << QByteArray("[]") << "not an object";
        QTest::newRow("wrong type") << QByteArray("{\"theme\":5}") << "/theme must be a text";
        QTest::newRow("unknown word") << QByteArray("{\"theme\":\"pink\"}") << "/theme has an unknown value";
        QTest::newRow("out of range") << QByteArray("{\"textSize\":1e2}") << "/textSize must be a whole number";
        QTest::newRow("huge number") << QByteArray("{\"textSize\":18446744073709551615}")
                                     << "/textSize is out of range";
        QTest::newRow("source without target")
            << QByteArray("{\"sources\":[{\"id\":\"a\"}]}") << "/sources/0/target is missing";
        QTest::newRow("source is a text") << QByteArray("{\"sources\":[\"x\"]}") << "/sources/0 must be an object";
    }
    void brokenFileIsNamedAndLeft()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, says);
        const QString path = file(content);
        {
            ConfigStore store(path, false);
            QVERIFY2(store.error().contains(says), qPrintable(store.error()));
            QVERIFY(store.error().contains(path));
            QCOMPARE(store.values().theme, QStringLiteral("system"));
            store.edit().theme = QStringLiteral("dark");
            QVERIFY(store.save().ok());
        }
        QCOMPARE(read(path), content);
    }

    void temporarySessionsWriteNothing()
    {
        const QString path = file();
        {
            ConfigStore store(path, true);
            store.edit().theme = QStringLiteral("dark");
            QVERIFY(store.save().ok());
        }
        QVERIFY(!QFileInfo::exists(path));
    }

    void unwritablePlaceIsAnError()
    {
        const QString blocker = file("x");
        ConfigStore store(blocker + QStringLiteral("/config.json"), false);
        store.edit().theme = QStringLiteral("dark");
        QVERIFY(!store.save().ok());
    }

    void aWorkflowKeepsItsColour()
    {
        const QString path = file();
        {
            ConfigStore store(path, false);
            ColourSlots slotsOfIt(store, true);
            for (int i = 0; i < 12; ++i)
                QCOMPARE(slotsOfIt.slotOf(QStringLiteral("w%1").arg(i)), i < 10 ? i : ColourSlots::kOther);
            QCOMPARE(slotsOfIt.slotOf(QString()), ColourSlots::kOther);
            slotsOfIt.pin(QStringLiteral("w11"), 0);
            QCOMPARE(slotsOfIt.slotOf(QStringLiteral("w0")), ColourSlots::kOther);
            QVERIFY(store.save().ok());
        }
        ConfigStore store(path, false);
        ColourSlots again(store, true);
        QCOMPARE(again.slotOf(QStringLiteral("w3")), 3); // asked for in another order, still its own
        QCOMPARE(again.slotOf(QStringLiteral("w11")), 0);
        ColourSlots demo(store, false);
        QCOMPARE(demo.slotOf(QStringLiteral("w7")), 0);
    }
};

QTEST_GUILESS_MAIN(TestConfig)
#include "tst_config.moc"
