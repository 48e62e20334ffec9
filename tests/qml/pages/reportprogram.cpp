// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/pages/reportprogram.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>

#include "tests/qml/pages/tracewriter.h"
#include "tests/qml/pages/windowfixture.h"

namespace flyball::test {

namespace {

constexpr int kPicoDigits = 12;

/// "12.3456" -> exact; the digits are the program's own, so anything else is refused as zero cents.
UsdSum exact(const QString &decimal)
{
    const QStringList parts = decimal.split(u'.');
    const QString pico = parts.value(1).leftJustified(kPicoDigits, u'0');
    return UsdSum::fromParts(parts.value(0).toLongLong(), pico.toLongLong());
}

void collectTexts(const QQuickItem *item, QStringList &texts)
{
    if (!item->isVisible())
        return;
    if (item->inherits("QQuickText") && !item->property("text").toString().isEmpty())
        texts << item->property("text").toString();
    const auto children = item->childItems();
    for (const QQuickItem *child : children)
        collectTexts(child, texts);
}

} // namespace

QString Sums::money(QString (Formatter::*rule)(const UsdSum &) const) const
{
    return costUnknown() ? Formatter::unknown() : (Formatter().*rule)(cost);
}

ReportProgram::ReportProgram(WindowFixture &window, const QStringList &arguments)
{
    const Window range = window.session().view().window;
    QStringList words{QStringLiteral("report"),   window.folder() + QStringLiteral("/traces"),
                      QStringLiteral("--format"), QStringLiteral("json"),
                      QStringLiteral("--since"),  QString::fromStdString(formatRfc3339(range.since)),
                      QStringLiteral("--until"),  QString::fromStdString(formatRfc3339(range.until))};
    QProcess program;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("FLYBALL_HOME"), window.folder() + QStringLiteral("/report"));
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(FLYBALL_CTL), words + arguments);
    if (!program.waitForFinished(60000) || program.exitCode() != 0) {
        m_problem = QString::fromUtf8(program.readAllStandardError()) + program.errorString();
        return;
    }
    m_report = QJsonDocument::fromJson(program.readAllStandardOutput()).object();
    if (m_report.value(QStringLiteral("schema")).toString() != QStringLiteral("flyball.report/1"))
        m_problem = QStringLiteral("no report");
}

Sums ReportProgram::sumsOf(const QJsonObject &object)
{
    const auto number = [&](const char *key) { return object.value(QLatin1String(key)).toInteger(-1); };
    const QJsonObject tokens = object.value(QStringLiteral("tokens")).toObject();
    Sums sums;
    sums.calls = number("calls");
    sums.errors = number("errors");
    sums.runs = number("runs");
    sums.unpriced = number("calls_unpriced");
    sums.tokensUnpriced = number("tokens_unpriced");
    sums.tokens = tokens.value(QStringLiteral("in_total")).toInteger(-1)
                  + tokens.value(QStringLiteral("out_total")).toInteger(-1);
    sums.cacheRead = tokens.value(QStringLiteral("cache_read")).toInteger(-1);
    sums.decimal = object.value(QStringLiteral("cost_usd")).toString();
    sums.cost = exact(sums.decimal);
    const QJsonValue rate = object.value(QStringLiteral("cache_hit_rate"));
    if (rate.isDouble())
        sums.hitRate = rate.toDouble();
    const QString bound = object.value(QStringLiteral("cost_bound")).toString();
    sums.bound = bound == u"at_least" ? QStringLiteral("≥") : bound == u"estimate" ? QStringLiteral("≈") : QString();
    return sums;
}

Sums ReportProgram::totals() const { return sumsOf(m_report.value(QStringLiteral("totals")).toObject()); }

QList<QJsonObject> ReportProgram::groups() const
{
    QList<QJsonObject> found;
    const QJsonArray all = m_report.value(QStringLiteral("groups")).toArray();
    for (const QJsonValue &group : all)
        found << group.toObject();
    return found;
}

std::optional<Sums> ReportProgram::group(const QJsonObject &key) const
{
    const auto all = groups();
    for (const QJsonObject &group : all)
        if (group.value(QStringLiteral("key")).toObject() == key)
            return sumsOf(group);
    return std::nullopt;
}

QStringList ReportProgram::unpricedModels() const
{
    return m_report.value(QStringLiteral("coverage"))
        .toObject()
        .value(QStringLiteral("unpriced_models"))
        .toVariant()
        .toStringList();
}

QByteArray fleetTraces()
{
    constexpr qint64 kMinuteNs = 60'000'000'000;
    // In the middle of a minute: a range dragged in the chart cuts no run, for those are counted where they end here,
    // and by their calls in the report.
    const qint64 last = QDateTime::currentMSecsSinceEpoch() * 1'000'000 - kMinuteNs;
    const qint64 now = last - last % kMinuteNs + kMinuteNs / 2;
    RunNames research;
    RunNames triage;
    triage.workflow = QStringLiteral("support_triage");
    triage.step = QStringLiteral("classify");
    triage.agent = QStringLiteral("agent-02");
    triage.model = QStringLiteral("claude-haiku-4-5");
    triage.error = QStringLiteral("rate_limited");
    triage.outcome = QStringLiteral("failure");
    RunNames review;
    review.workflow = QStringLiteral("code_review");
    review.step = QStringLiteral("review");
    review.model = QStringLiteral("mystery-model-9");
    review.provider = QStringLiteral("nowhere");
    RunNames nightly;
    nightly.workflow = QStringLiteral("nightly_batch");
    nightly.step = QStringLiteral("summarise");
    nightly.model = QStringLiteral("claude-opus-4-1");
    TraceWriter writer;
    for (const qint64 minutes : {0, 9, 40, 100, 600, 7200}) { // none near the edge of a range
        writer.addRun(research, 3 + int(minutes % 7), 20000 + minutes, 900, now - minutes * kMinuteNs);
        writer.addRun(triage, 2, 4000 + minutes, 200, now - (minutes + 1) * kMinuteNs);
    }
    research.step = QStringLiteral("write_answer");
    writer.addRun(research, 4, 31000, 2500, now - 5 * kMinuteNs);
    writer.addRun(review, 5, 9000, 500, now - 2 * kMinuteNs);
    review.model = QStringLiteral("claude-sonnet-4-5");
    review.provider = QStringLiteral("anthropic");
    writer.addRun(review, 2, 7000, 300, now - 90 * kMinuteNs);
    writer.addRun(nightly, 12, 50000, 4000, now - 900 * kMinuteNs);
    return writer.bytes();
}

QStringList rowTexts(const WindowFixture &window, const QString &table, int row)
{
    QStringList texts;
    const QQuickItem *found = window.item(table);
    const auto *list = found ? found->findChild<QQuickItem *>(QStringLiteral("rows")) : nullptr;
    const auto *content = list ? list->property("contentItem").value<QQuickItem *>() : nullptr;
    if (!content)
        return texts;
    const auto delegates = content->childItems();
    for (const QQuickItem *delegate : delegates)
        if (delegate->isVisible() && delegate->property("table").isValid()
            && delegate->property("index").toInt() == row)
            collectTexts(delegate, texts);
    return texts;
}

QStringList textsBelow(const WindowFixture &window, const QString &item)
{
    QStringList texts;
    if (const QQuickItem *found = window.item(item))
        collectTexts(found, texts);
    return texts;
}

bool hasFigure(const QStringList &texts, const QString &mark, const QString &text)
{
    // Marks stand in the same text as the figure or in one of their own, as the cell has room.
    for (const QString &shown : texts)
        if (mark.isEmpty() ? shown == text : shown.startsWith(mark) && shown.mid(mark.size()).trimmed() == text)
            return true;
    return !mark.isEmpty() && texts.contains(mark) && texts.contains(text);
}

} // namespace flyball::test
