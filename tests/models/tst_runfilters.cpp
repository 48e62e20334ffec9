// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/models/session/session.h"
#include "tests/models/snapshotmaker.h"

using namespace flyball;

namespace {

constexpr TimeNs kNow = 1'790'000'000 * kSecond;

} // namespace

/// Saved filters of the Runs page: applied, counted, written, deleted, and never on the GUI thread.
class TestRunFilters : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        QFile::remove(m_folder.filePath("config.json"));
        m_engine = std::make_unique<FakeEngine>();
        m_maker = std::make_unique<SnapshotMaker>(*m_engine);
        for (std::uint64_t i = 0; i < 100; ++i) {
            RunRow row = makeRun(*m_engine, i, i < 50 ? "alpha" : "beta", kNow - kHour, kNow - kMinute,
                                 i % 10 == 0 ? Outcome::Capped : Outcome::Success, PicoUsd(i) * 10'000'000'000);
            m_maker->runs.push_back(row);
        }
    }
    void cleanup() { m_session.reset(); }

    void builtInFiltersAreCountedAndApplied()
    {
        RunsList &runs = open();
        QTRY_COMPARE(runs.table()->totalCount(), 100);
        QCOMPARE(count("Capped"), QString("10"));
        QCOMPARE(count("Costliest 5 %"), QString("5"));
        QCOMPARE(count("Unpriced"), QString("0"));
        runs.filters()->toggle("built-Capped");
        QTRY_COMPARE(runs.table()->totalCount(), 10);
        runs.filters()->toggle("built-Costliest 5 %");
        QTRY_COMPARE(runs.table()->totalCount(), 5);
        QVERIFY(runs.narrowed());
        QCOMPARE(runs.exportNote(), QString("Costliest 5 %: Among the costliest 5 %"));
        runs.filters()->toggle("built-Costliest 5 %");
        QTRY_COMPARE(runs.table()->totalCount(), 100);
        QVERIFY(!runs.narrowed());
    }

    void nothingIsDoneOnThisThread()
    {
        m_engine->hold = true;
        RunsList &runs = open();
        QTest::qWait(20);
        QCOMPARE(runs.table()->count(), 0);
        QVERIFY(!m_engine->waiting.empty());
        runs.setFilterText("beta"); // while a question is on its way
        m_engine->answer();
        QTest::qWait(20); // that answer was to another question
        QCOMPARE(runs.table()->count(), 0);
        m_engine->hold = false;
        m_engine->answer();
        QTRY_COMPARE(runs.table()->totalCount(), 50);
    }

    void retriesAndLoopsComeFromCalls()
    {
        const RunRow looping = addLooping(777, "claude-haiku-4-5");
        RunsList &runs = open();
        QTRY_COMPARE(count("Looping"), QString("1"));
        runs.filters()->beginNew();
        runs.filters()->setDraftName("Retried on Haiku");
        runs.filters()->setTest(0, "retries");
        runs.filters()->addCondition();
        runs.filters()->setTest(1, "model");
        runs.filters()->setValue(1, "HAIKU");
        QCOMPARE(runs.filters()->save(), QString());
        QTRY_COMPARE(runs.table()->totalCount(), 1);
        QCOMPARE(runs.table()->row(0).value("id").toString(), QString::fromStdString(toHex(looping.info.run)));
    }

    void aFilterIsWrittenKeptRenamedAndDeletedWithUndo()
    {
        RunsList &runs = open();
        RunFilters &filters = *runs.filters();
        filters.beginNew();
        filters.setTest(0, "cost_over");
        QVERIFY(!filters.save().isEmpty()); // no name
        filters.setDraftName("Dear");
        filters.setValue(0, "lots");
        QVERIFY(filters.draft().at(0).toMap().value("wrong").toBool());
        QVERIFY(!filters.save().isEmpty());
        filters.setValue(0, "0.895");
        QCOMPARE(filters.save(), QString());
        QCOMPARE(filters.active(), QString("own-Dear"));
        QTRY_COMPARE(runs.table()->totalCount(), 10); // 0.90 ... 0.99
        filters.beginEdit("own-Dear");
        QVERIFY(!filters.draftIsNew());
        filters.setDraftName("Very dear");
        filters.setValue(0, "0.945");
        QCOMPARE(filters.save(), QString());
        QTRY_COMPARE(runs.table()->totalCount(), 5);
        QCOMPARE(filters.chips().size(), 8);

        m_session.reset(); // saved with the window
        RunsList &again = open();
        QCOMPARE(again.filters()->chips().last().toMap().value("name").toString(), QString("Very dear"));
        QSignalSpy notice(m_session.get(), &Session::notice);
        again.filters()->toggle("own-Very dear");
        again.filters()->remove("own-Very dear");
        QCOMPARE(again.filters()->active(), QString());
        QCOMPARE(again.filters()->chips().size(), 7);
        m_session->act(notice.last().at(3).toString());
        QCOMPARE(again.filters()->chips().size(), 8);
        QCOMPARE(again.filters()->active(), QString("own-Very dear"));
    }

    void undoPutsBackWhatWasDeletedAndNothingElse()
    {
        RunFilters &filters = *open().filters();
        QSignalSpy notice(m_session.get(), &Session::notice);
        const auto write = [&](const char *name, const char *value) {
            filters.beginNew();
            filters.setDraftName(name);
            filters.setTest(0, "cost_over");
            filters.setValue(0, value);
            return filters.save();
        };
        const auto own = [&] {
            QStringList names;
            for (const QVariant &chip : filters.chips())
                if (chip.toMap().value("own").toBool())
                    names << chip.toMap().value("name").toString() + chip.toMap().value("words").toString().right(2);
            return names;
        };
        for (const char *name : {"A", "B"})
            QCOMPARE(write(name, "1"), QString());
        const QStringList both = own();
        QVERIFY(both.size() == 2 && both[0].startsWith("A"));
        filters.remove("own-A");
        const QString undo = notice.last().at(3).toString();
        QCOMPARE(write("C", "2"), QString()); // later work
        m_session->act(undo);
        QCOMPARE(own().size(), 3);
        QCOMPARE(own().mid(0, 2), both);
        QVERIFY(own()[2].startsWith("C"));
        QCOMPARE(filters.active(), QString("own-C"));
        // One of its name was written since: that one stays.
        filters.remove("own-A");
        const QString late = notice.last().at(3).toString();
        QCOMPARE(write("A", "77"), QString());
        const QStringList now = own();
        m_session->act(late);
        QCOMPARE(own(), now);
        QCOMPARE(notice.last().at(0).toString(), QString("There is a filter of this name already."));
    }

    void callsThatCannotBeReadAreToldOnce()
    {
        addLooping(777, "claude-haiku-4-5");
        m_engine->ledger.readError = "the disk is gone";
        m_engine->hold = true;
        RunsList &runs = open();
        QSignalSpy notice(m_session.get(), &Session::notice);
        int asked = 0;
        for (int i = 0; i < 20; ++i) { // each answer that is not whole asks again at once
            asked += static_cast<int>(m_engine->waiting.size());
            m_engine->answer();
            QTest::qWait(5);
        }
        QVERIFY2(asked < 15, qPrintable(QString::number(asked)));
        QCOMPARE(runs.table()->totalCount(), 101);
        QCOMPARE(notice.count(), 1);
        QVERIFY2(notice[0][0].toString().contains("the disk is gone"), qPrintable(notice[0][0].toString()));
        m_engine->hold = false;
        m_engine->publish(m_maker->make({makeCall(*m_engine, kNow - kMinute, "alpha", "claude-opus-4-5", 1)}));
        QTest::qWait(300);
        QCOMPARE(notice.count(), 1); // it still is so
        m_engine->ledger.readError.clear();
        m_engine->publish(m_maker->make({makeCall(*m_engine, kNow - kMinute, "alpha", "claude-opus-4-5", 2)}));
        QTRY_COMPARE(count("Looping"), QString("1"));
    }

    void rulesThatWereAppliedAreSeenInCalls()
    {
        addLooping(777, "claude-opus-4-5");
        RunsQuery query;
        query.snapshot = m_maker->make({});
        query.window = {0, kNow};
        query.segment = "all";
        query.filter = {{RunCondition::Test::Model, "haiku", 0}};
        RunsWorker worker;
        QCOMPARE(worker.answer(query, m_engine->ledger).total, 0);
        for (Call &call : m_engine->ledger.calls) // the same counts under another name
            call.model = m_engine->symbols.intern("claude-haiku-4-5");
        auto again = m_maker->make({});
        query.snapshot = again;
        QCOMPARE(worker.answer(query, m_engine->ledger).total, 0); // not read again for nothing
        again->prices.generation = 1;
        QCOMPARE(worker.answer(query, m_engine->ledger).total, 1);
    }

    void aNameIsTakenOnce()
    {
        RunFilters &filters = *open().filters();
        for (int i = 0; i < 2; ++i) {
            filters.beginNew();
            filters.setDraftName("Same");
            QCOMPARE(filters.save().isEmpty(), i == 0);
        }
        filters.beginEdit("built-Capped");
        QVERIFY(filters.draftIsNew()); // what is built in is copied
    }

    void emptyWordsAndExportTellTheFilter()
    {
        RunsList &runs = open();
        QTRY_COMPARE(runs.table()->totalCount(), 100);
        runs.filters()->toggle("built-Unpriced");
        QTRY_COMPARE(runs.table()->totalCount(), 0);
        QVERIFY2(runs.table()->emptyHeading().startsWith("No runs match “Unpriced” in "),
                 qPrintable(runs.table()->emptyHeading()));
        const QVariantList columns{QVariantMap{{"key", "shortId"}, {"title", "Run"}}};
        const QString path = m_folder.filePath("runs.json");
        QCOMPARE(m_session->exporter()->json(runs.table(), columns, path, runs.exportNote()), QString());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QJsonDocument::fromJson(file.readAll()).object().value("filter").toString(),
                 QString("Unpriced: Calls without a price"));
        runs.clear();
        QTRY_COMPARE(runs.table()->totalCount(), 100);
    }

    void aFilterFromElsewhereThatIsNotUnderstoodAppliesNothing()
    {
        QFile file(m_folder.filePath("config.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"runFilters":[{"name":"odd","conditions":[{"test":"phase_of_moon","value":"full"}]}]})");
        file.close();
        RunsList &runs = open();
        QTRY_COMPARE(runs.table()->totalCount(), 100);
        QCOMPARE(count("odd"), QString("not understood"));
        runs.filters()->toggle("own-odd");
        QCOMPARE(runs.filters()->active(), QString());
    }

private:
    /// A failed call and three like it.
    RunRow addLooping(std::uint64_t id, const char *model)
    {
        RunRow looping = makeRun(*m_engine, id, "alpha", kNow - kHour, kNow - kMinute, Outcome::Success, 1);
        looping.totals = {};
        for (int i = 0; i < 4; ++i) {
            Call c = makeCall(*m_engine, kNow - 50 * kMinute + i * kSecond, "alpha", model, 1, 1000, 10);
            c.run = looping.info.run;
            c.names.step = m_engine->symbols.intern("fetch");
            if (i == 0)
                c.flags |= CallFailed;
            m_engine->ledger.calls.push_back(c);
            looping.totals.add(c);
        }
        m_maker->runs.push_back(looping);
        return looping;
    }
    RunsList &open()
    {
        m_engine->publish(m_maker->make({makeCall(*m_engine, kNow - kMinute, "alpha", "claude-opus-4-5", 1)}));
        SessionOptions options;
        options.configPath = m_folder.filePath("config.json");
        options.homeDir = m_folder.path();
        options.locale = QLocale(QLocale::English, QLocale::UnitedStates);
        options.clock = [] { return kNow; };
        m_session = std::make_unique<Session>(*m_engine, options);
        m_session->navigation()->show("runs");
        return *m_session->runs();
    }
    QString count(const char *name)
    {
        for (const QVariant &chip : m_session->runs()->filters()->chips())
            if (chip.toMap().value("name").toString() == QLatin1String(name))
                return chip.toMap().value("count").toString();
        return {};
    }

    QTemporaryDir m_folder;
    std::unique_ptr<FakeEngine> m_engine;
    std::unique_ptr<SnapshotMaker> m_maker;
    std::unique_ptr<Session> m_session;
};

QTEST_MAIN(TestRunFilters)
#include "tst_runfilters.moc"
