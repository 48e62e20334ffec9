// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QTest>

#include "tests/qml/pages/windowfixture.h"
#include "tests/unit/engine/gateway_texts.h"

using namespace flyball;
using namespace flyball::test;

/// The comparison of two sources that tell the same calls, by clicks on the Sources page.
class TestReconcilePage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void twoSources();
    void oneSource();
    void detailsOfEverySource_data();
    void detailsOfEverySource();
    void cleanup() { QCOMPARE(WindowFixture::takeWarnings(), QStringList()); }

private:
    static WindowFixture::Prepare sources(const std::string &spans, const std::string &rows)
    {
        return [spans, rows](const QString &folder, Engine &engine, SessionOptions &) {
            const auto add = [&](const char *name, const char *kind, const std::string &text) {
                if (text.empty())
                    return;
                QFile file(folder + u'/' + QLatin1String(name));
                if (file.open(QIODevice::WriteOnly) && file.write(QByteArray::fromStdString(text)) > 0)
                    engine.addSource({name, kind, file.fileName().toStdString(), false});
            };
            add("spans.jsonl", "otlp-json", spans);
            add("gateway.jsonl", "litellm-log", rows);
        };
    }
    static void openSources(WindowFixture &window)
    {
        window.key(Qt::Key_1, Qt::ControlModifier);
        QVERIFY(window.click(QStringLiteral("segment_all")));
        window.session().navigation()->show(QStringLiteral("sources"));
        window.settle();
    }
};

void TestReconcilePage::twoSources()
{
    std::string spans, rows;
    for (const int number : {1, 2, 3, 5})
        spans += spanText({number});
    rows = rowText({1}) + rowText({2, 1000, 300}) + rowText({4}) + rowText({5});
    WindowFixture window(sources(spans, rows));
    QVERIFY(window.ready());
    openSources(window);
    ReconcileModel &model = *window.session().sources()->reconcile();
    QTRY_COMPARE(model.state(), QStringLiteral("ready"));
    window.settle();
    const auto text = [&](const char *row, const char *role) {
        for (int i = 0; i < model.rows()->count(); ++i)
            if (model.rows()->row(i).value(QStringLiteral("side")).toString() == QLatin1String(row))
                return model.rows()->row(i).value(QLatin1String(role)).toString();
        return QString();
    };
    QCOMPARE(text("both", "calls"), QStringLiteral("3 calls"));
    QCOMPARE(text("first", "calls"), QStringLiteral("1 call"));
    QCOMPARE(text("second", "calls"), QStringLiteral("1 call"));
    // 5 calls, counted once: four at $0.0035, one at $0.0055 by the gateway's larger count.
    QCOMPARE(model.counted(), QStringLiteral("$0.02"));
    QVERIFY(window.shows(model.counted()));
    QQuickItem *details = window.item(QStringLiteral("sourceDetails"));
    QVERIFY(details && details->width() > 100); // beside it, and laid out
    QVERIFY(model.sentence().contains(QStringLiteral("$0.0020 more")));
    QVERIFY(window.shows(model.sentence()));
    // The call behind the number, by a click.
    QVERIFY(window.click(QStringLiteral("reconcile_second")));
    CallsView &calls = *window.session().calls();
    QTRY_VERIFY(calls.isOpen() && calls.table()->count() == 1);
    QCOMPARE(calls.calls().size(), std::size_t{1});
    const auto snapshot = window.session().view().snapshot;
    QCOMPARE(snapshot->symbols->text(calls.calls().front().request), std::string_view("chatcmpl-4"));
    window.key(Qt::Key_Escape);
}

void TestReconcilePage::oneSource()
{
    WindowFixture window(sources(spanText({1}), {}));
    QVERIFY(window.ready());
    openSources(window);
    ReconcileModel &model = *window.session().sources()->reconcile();
    QTRY_COMPARE(model.state(), QStringLiteral("none"));
    window.settle();
    QVERIFY(window.shows(model.heading()));
}

void TestReconcilePage::detailsOfEverySource_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("wide") << QSize(1440, 900);
    QTest::newRow("narrow") << QSize(1024, 700);
}

/// Each source has other facts to tell; going from one to the next by clicks changes the rows beside them.
void TestReconcilePage::detailsOfEverySource()
{
    QFETCH(QSize, size);
    const WindowFixture::Prepare two = sources(spanText({1}), rowText({1}));
    WindowFixture window(
        [&](const QString &folder, Engine &engine, SessionOptions &options) {
            two(folder, engine, options);
            engine.addSource({"gone", "otlp-json", (folder + QStringLiteral("/gone.jsonl")).toStdString(), false, {}});
        },
        size);
    QVERIFY(window.ready());
    openSources(window);
    SourcesModel &model = *window.session().sources();
    QTRY_COMPARE(model.table()->count(), 4);
    window.settle();
    for (int turn = 0; turn < 3; ++turn)
        for (int row = 0; row < model.table()->count(); ++row) {
            QVERIFY(window.clickRow(QStringLiteral("sourcesTable"), row));
            QTRY_COMPARE(model.selected(), row);
            window.settle();
            QQuickItem *details = window.item(QStringLiteral("sourceDetails"));
            QVERIFY(details && details->height() > 100);
        }
}

QTEST_MAIN(TestReconcilePage)
#include "tst_reconcilepage.moc"
