// SPDX-License-Identifier: GPL-3.0-or-later
#include "span_reader.h"

#include <QCryptographicHash>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>

class TestAgentsimFiles : public QObject {
    Q_OBJECT
private slots:
    void sameSeedSameBytes();
    void rotationKeepsEveryLine();
    void spansAreWellFormed();
    void childrenComeFirst();
    void limits();
    void everyKindOfTrouble();
    void microIsTheSameEverywhere();
    void copiesOfWorkflows();
    void standardOutput();
    void appends();
    void unusableArguments();
    void unwritableOutput();
};

void TestAgentsimFiles::sameSeedSameBytes()
{
    const QStringList arguments{"--history", "20m", "--for", "10m", "--seed", "42"};
    const SimResult a = simulate(arguments);
    QVERIFY(a.traces.size() > 100'000);
    const SimResult b = simulate(arguments);
    QVERIFY(a.traces == b.traces);
    QCOMPARE(a.truth, b.truth);
    const SimResult other = simulate({"--history", "20m", "--for", "10m", "--seed", "43"});
    QVERIFY(a.traces != other.traces);
}

void TestAgentsimFiles::rotationKeepsEveryLine()
{
    const SimResult whole = simulate({"--history", "30m"});
    QVERIFY(whole.traces.size() > 3'000'000);
    const SimResult rotated = simulate({"--history", "30m", "--rotate-mb", "1"});
    QVERIFY(whole.traces == rotated.traces);
}

void TestAgentsimFiles::spansAreWellFormed()
{
    const SimResult r = simulate({"--history", "30m", "--drain"});
    QStringList errors;
    const auto rows = readSpans(r.traces, errors);
    QCOMPARE(errors, QStringList());
    const QRegularExpression trace("^[0-9a-f]{32}$"), span("^[0-9a-f]{16}$");
    QSet<QString> ids;
    for (const SpanRow &row : rows) {
        QVERIFY(trace.match(row.trace).hasMatch() && span.match(row.span).hasMatch());
        QVERIFY(row.isRoot() || span.match(row.parent).hasMatch());
        QVERIFY(row.startNs > 1'700'000'000'000'000'000 && row.endNs >= row.startNs);
        QVERIFY(!row.name.isEmpty());
        for (const QString &value : row.attributes)
            QVERIFY2(!value.startsWith('<') && !value.isEmpty(), qPrintable(row.name));
        ids.insert(row.trace + row.span);
    }
    QCOMPARE(ids.size(), rows.size());
    // Batches leave in the order of time: no line holds a span that ended over a second before its line.
    qint64 newest = 0;
    for (const SpanRow &row : rows) {
        newest = std::max(newest, row.endNs);
        QVERIFY(newest - row.endNs <= 1'000'000'000);
    }
}

void TestAgentsimFiles::childrenComeFirst()
{
    const SimResult r = simulate({"--history", "1h", "--drain"});
    QStringList errors;
    const auto rows = readSpans(r.traces, errors);
    QHash<QString, int> position; // of a span in the file
    QHash<QString, int> index;
    for (int i = 0; i < rows.size(); ++i) {
        position.insert(rows[i].trace + rows[i].span, rows[i].line);
        index.insert(rows[i].trace + rows[i].span, i);
    }
    for (int i = 0; i < rows.size(); ++i) {
        if (rows[i].isRoot())
            continue;
        const QString parent = rows[i].trace + rows[i].parent;
        QVERIFY2(index.contains(parent), qPrintable(rows[i].name));
        const SpanRow &p = rows[index[parent]];
        QVERIFY(rows[i].line <= p.line);
        QVERIFY(rows[i].scope != p.scope || i < index[parent]);
        QVERIFY(rows[i].startNs >= p.startNs && rows[i].endNs <= p.endNs);
    }
}

void TestAgentsimFiles::limits()
{
    QStringList errors;
    // The last agent of a run ends in the same moment as the run: at most one moment too many.
    const auto spans = readSpans(simulate({"--spans", "777"}).traces, errors).size();
    QVERIFY2(spans >= 777 && spans < 780, qPrintable(QString::number(spans)));
    const SimResult calls = simulate({"--calls", "500"});
    QCOMPARE(calls.truth["totals"].toObject()["calls"].toInt(), 500);
    int n = 0;
    for (const SpanRow &row : readSpans(calls.traces, errors))
        n += row.isCall();
    QCOMPARE(n, 500);
    QCOMPARE(errors, QStringList());
}

void TestAgentsimFiles::everyKindOfTrouble()
{
    QSet<QString> errors, scopes, models;
    bool exclusive = false;
    QStringList unreadable;
    const auto rows = readSpans(simulate({"--history", "4h"}).traces, unreadable);
    for (const SpanRow &row : rows) {
        scopes.insert(row.scope);
        if (!row.isCall())
            continue;
        models.insert(row.attributes.value("gen_ai.response.model"));
        errors.insert(row.attributes.value("error.type"));
        // Some call proves the scope exclusive: it reads more than its "input".
        exclusive =
            exclusive
            || (row.scope.startsWith("@traceloop")
                && row.number("gen_ai.usage.cache_read.input_tokens") > row.number("gen_ai.usage.input_tokens"));
    }
    QVERIFY(errors.contains("429") && errors.contains("500") && errors.contains("timeout"));
    QCOMPARE(scopes.size(), 3);
    QVERIFY(models.contains("qwen3-coder-480b-local"));
    QCOMPARE(models.size(), 9); // eight models and the empty name of failed calls
    QVERIFY(exclusive);
}

void TestAgentsimFiles::microIsTheSameEverywhere()
{
    // Pins the bytes over compilers, build types and machines. A wanted change of the format or of the
    // micro workflow changes it; nothing else may.
    const QByteArray traces = simulate({"--scenario", "micro", "--for", "1h", "--drain"}).traces;
    const QByteArray hash = QCryptographicHash::hash(traces, QCryptographicHash::Sha256).toHex();
    QCOMPARE(hash, QByteArray("24f56f45fb691efb4766a4e1519dde3232321ada3b62dde1c03b381f62bbc404"));
}

void TestAgentsimFiles::copiesOfWorkflows()
{
    const SimResult one = simulate({"--for", "10m", "--workflows", "1"});
    QCOMPARE(one.truth["by_workflow"].toObject().keys(), QStringList{"research_agent"});
    const SimResult many = simulate({"--for", "10m", "--workflows", "20", "--rate", "4"});
    QCOMPARE(many.truth["by_workflow"].toObject().size(), 20);
    QVERIFY(many.truth["by_workflow"].toObject().contains("code_review_3"));
}

void TestAgentsimFiles::standardOutput()
{
    QProcess process;
    process.start(simPath(), {"--out", "-", "--speed", "0", "--start", "2026-11-21T12:00:00Z", "--history", "5m"});
    QVERIFY(process.waitForFinished());
    QVERIFY(process.readAllStandardOutput() == simulate({"--history", "5m"}).traces);
}

void TestAgentsimFiles::appends()
{
    const QTemporaryDir dir;
    const QString path = dir.filePath("spans.jsonl");
    const QStringList arguments{"--out", path, "--speed", "0", "--start", "2026-11-21T12:00:00Z", "--history", "5m"};
    QCOMPARE(QProcess::execute(simPath(), arguments), 0);
    const qint64 once = QFileInfo(path).size();
    QCOMPARE(QProcess::execute(simPath(), arguments), 0);
    QCOMPARE(QFileInfo(path).size(), 2 * once);
    QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
}

void TestAgentsimFiles::unusableArguments()
{
    for (const QStringList &bad : QList<QStringList>{{}, {"--speed", "-1"}, {"--out"}, {"--out", "x", "--fur", "1s"}}) {
        QProcess process;
        process.start(simPath(), bad);
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 2);
        QVERIFY(process.readAllStandardError().startsWith("agentsim: "));
    }
    QProcess help;
    help.start(simPath(), {"--help"});
    QVERIFY(help.waitForFinished());
    QCOMPARE(help.exitCode(), 0);
    QVERIFY(help.readAllStandardOutput().contains("Example:"));
}

void TestAgentsimFiles::unwritableOutput()
{
    QProcess process;
    process.start(simPath(), {"--out", "/dev/full/x.jsonl", "--speed", "0", "--history", "5m"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 1);
    const QTemporaryDir dir;
    QVERIFY(QFile::link("/dev/full", dir.filePath("full.jsonl")));
    process.start(simPath(), {"--out", dir.filePath("full.jsonl"), "--speed", "0", "--history", "5m"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 1);
    QVERIFY(process.readAllStandardError().contains("cannot write"));
}

QTEST_GUILESS_MAIN(TestAgentsimFiles)
#include "tst_agentsim_files.moc"
