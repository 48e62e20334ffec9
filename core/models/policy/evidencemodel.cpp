// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/evidencemodel.h"

#include <algorithm>
#include <cmath>

#include "core/models/policy/knobs.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr std::size_t kMostKept = 12;

struct MetricOf {
    const char *pointer;
    Metric metric;
};
constexpr std::array kMetricOf{
    MetricOf{"/budget/run_soft/usd", Metric::RunUsd},        MetricOf{"/budget/run_hard/usd", Metric::RunUsd},
    MetricOf{"/budget/run_soft/tokens", Metric::RunTokens},  MetricOf{"/budget/run_hard/tokens", Metric::RunTokens},
    MetricOf{"/budget/call_max_tokens", Metric::CallTokens}, MetricOf{"/budget/call_max_output_tokens", Metric::Output},
    MetricOf{"/budget/max_iterations", Metric::Iterations},  MetricOf{"/context/compress_above_tokens", Metric::Input},
};

std::optional<JsonValue> count(const std::optional<std::int64_t> &value)
{
    return value ? std::optional(JsonValue(*value)) : std::nullopt;
}

/// Whole cents, upwards: a cap must not end up below what it was computed from.
std::optional<JsonValue> cents(const std::optional<UsdSum> &value)
{
    if (!value)
        return std::nullopt;
    constexpr std::int64_t kCent = kPicoPerUsd / 100;
    const std::int64_t up = (value->picoRemainder() + kCent - 1) / kCent;
    return JsonValue(JsonNumber::of(UsdSum::fromParts(value->usd(), up * kCent)));
}

} // namespace

EvidenceModel::EvidenceModel(PolicyDesk &desk, QObject *parent) : QObject(parent), m_desk(desk)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(kTestAfterMs);
    connect(&m_timer, &QTimer::timeout, this, &EvidenceModel::test);
}

const Spread *EvidenceModel::spreadOfPointer(const PolicyEvidence &evidence, const QString &pointer)
{
    for (const MetricOf &m : kMetricOf)
        if (pointer == QLatin1String(m.pointer))
            return &evidence.spread(m.metric);
    return nullptr;
}

void EvidenceModel::setWindow(const QString &key)
{
    const bool week = key == u"7d";
    if (week == m_week)
        return;
    m_week = week;
    scopeChanged();
    show();
}

void EvidenceModel::setUnit(const QString &unit)
{
    const bool tokens = unit == u"tokens";
    if (tokens == m_tokens)
        return;
    m_tokens = tokens;
    showHistogram();
    Q_EMIT changed();
}

void EvidenceModel::show()
{
    const Kept &kept = m_kept[key()];
    if (!kept.asked && (!kept.evidence || kept.age.elapsed() >= kEveryMs))
        ask();
}

void EvidenceModel::scopeChanged()
{
    const auto kept = m_kept.find(key());
    m_desk.evidence = kept == m_kept.end() ? nullptr : kept->second.evidence;
    ++m_revision;
    ++m_testNumber;
    m_rows.clear();
    m_capRows.clear();
    m_testNote.clear();
    m_testState = QStringLiteral("none");
    showHistogram();
    Q_EMIT changed();
    Q_EMIT testChanged();
    edited();
}

void EvidenceModel::ask()
{
    const auto snapshot = m_desk.services.engine.latest();
    if (!snapshot || snapshot->symbols == nullptr)
        return;
    const Key asked = key();
    EvidenceQuestion question;
    question.workflow = asked.first;
    question.until = m_desk.services.clock();
    question.since = question.until - (asked.second ? 7 * kDay : kDay);
    m_kept[asked].asked = true;
    m_desk.services.engine.query([this, asked, question, snapshot, box = m_desk.services.mailbox](Ledger &ledger) {
        auto evidence = readEvidence(ledger, *snapshot, question);
        box->post([this, asked, evidence = std::move(evidence)] { arrived(asked, evidence); });
    });
}

void EvidenceModel::arrived(const Key &asked, std::shared_ptr<const PolicyEvidence> evidence)
{
    Kept &kept = m_kept[asked];
    kept.asked = false;
    kept.evidence = std::move(evidence);
    kept.age.start();
    if (m_kept.size() > kMostKept)
        for (auto it = m_kept.begin(); it != m_kept.end();)
            it = it->first != key() && !it->second.asked ? m_kept.erase(it) : std::next(it);
    if (asked != key())
        return;
    m_desk.evidence = m_kept[asked].evidence;
    ++m_revision;
    showHistogram();
    Q_EMIT changed();
    edited();
}

QString EvidenceModel::error() const
{
    return m_desk.evidence && !m_desk.evidence->error.empty()
               ? tr("The ledger did not answer: %1").arg(QString::fromStdString(m_desk.evidence->error))
               : QString();
}

QString EvidenceModel::runsText() const
{
    const auto &e = m_desk.evidence;
    const QString span = m_week ? tr("last 7 d") : tr("last 24 h");
    if (!e)
        return tr("reading %1").arg(span);
    const Formatter &f = m_desk.services.format;
    const auto n = static_cast<qint64>(e->runs.size());
    const QString passed = e->passed > 0 ? tr(", %1 passed").arg(f.count(e->passed)) : QString();
    if (n < e->runsSeen)
        return tr("newest %1 of %2 runs, %3%4").arg(f.count(n), f.count(e->runsSeen), span, passed);
    return (n == 1 ? tr("1 run, %1%2").arg(span, passed) : tr("%1 runs, %2%3").arg(f.count(n), span, passed));
}

QString EvidenceModel::proposalNote() const
{
    const auto &e = m_desk.evidence;
    if (!e || !e->error.empty())
        return {};
    const Formatter &f = m_desk.services.format;
    if (e->passed == 0)
        return e->runs.empty() ? tr("no finished run") : tr("no run is known to have passed");
    const std::int64_t n = m_tokens ? e->proposal.tokens.n : e->proposal.usd.n;
    if (n < kMinForP95)
        return tr("n too small: %1 of %2 passed runs").arg(f.count(n)).arg(kMinForP95);
    if (n < kMinForP99)
        return tr("P99 needs %1 passed runs, %2 so far").arg(kMinForP99).arg(f.count(n));
    return tr("from P95 and P99 of %1 passed runs").arg(f.count(n));
}

std::optional<JsonValue> EvidenceModel::proposal(const QString &pointer) const
{
    if (!m_desk.evidence)
        return std::nullopt;
    const BudgetProposal &p = m_desk.evidence->proposal;
    if (pointer == u"/budget/run_soft/usd")
        return cents(p.softUsd);
    if (pointer == u"/budget/run_hard/usd")
        return cents(p.hardUsd);
    if (pointer == u"/budget/run_soft/tokens")
        return count(p.softTokens);
    if (pointer == u"/budget/run_hard/tokens")
        return count(p.hardTokens);
    if (pointer == u"/budget/max_iterations")
        return count(p.maxIterations);
    return std::nullopt;
}

void EvidenceModel::showHistogram()
{
    HistogramData data;
    data.unit = static_cast<int>(m_tokens ? ChartUnit::Tokens : ChartUnit::Usd);
    if (m_desk.evidence) {
        const Spread &s = m_desk.evidence->spread(m_tokens ? Metric::RunTokens : Metric::RunUsd);
        data.low = s.low;
        data.high = s.high;
        for (const std::int64_t n : s.bins)
            data.counts.append(static_cast<double>(n));
        for (const auto &[value, label] : {std::pair(s.p50, "P50"), std::pair(s.p95, "P95"), std::pair(s.p99, "P99")})
            if (value)
                data.quantiles.append({*value, QString::fromLatin1(label)});
        data.summary = runsText();
    }
    const QString pointer =
        m_tokens ? QStringLiteral("/budget/run_hard/tokens") : QStringLiteral("/budget/run_hard/usd");
    const auto value = [&](const EffectivePolicy &policy) {
        const auto v = knobValue(toJson(policy.body), pointer.toStdString());
        return v && v->number() ? v->number()->toDouble() : 0.0;
    };
    const double now = value(m_desk.effective()), former = value(m_desk.former());
    if (former > 0 && former != now) {
        data.formerHard = former;
        data.formerText = tr("was %1").arg(knobWords(
            *knobAt(pointer), *knobValue(toJson(m_desk.former().body), pointer.toStdString()), m_desk.services.format));
    }
    m_histogram = data;
    Q_EMIT histogramChanged();
}

QVariantMap EvidenceModel::spread(const QString &pointer) const
{
    const Spread *s = m_desk.evidence ? spreadOfPointer(*m_desk.evidence, pointer) : nullptr;
    if (!s || s->bins.empty())
        return {};
    const Formatter &f = m_desk.services.format;
    const double most = static_cast<double>(*std::max_element(s->bins.begin(), s->bins.end()));
    QVariantList bars;
    for (const std::int64_t n : s->bins)
        bars.append(static_cast<double>(n) / most);
    const auto mark = s->p95 ? s->p95 : s->p50;
    const QString value = f.tokens(static_cast<qint64>(std::llround(mark.value_or(0))));
    return {{QStringLiteral("bars"), bars},
            {QStringLiteral("mark"), mark ? place(pointer, *mark) : -1.0},
            {QStringLiteral("text"), s->p95 ? tr("P95 %1").arg(value) : tr("P50 %1, n %2").arg(value, f.count(s->n))}};
}

double EvidenceModel::place(const QString &pointer, double value) const
{
    const Spread *s = m_desk.evidence ? spreadOfPointer(*m_desk.evidence, pointer) : nullptr;
    if (!s || s->bins.empty() || !(value > 0))
        return 0;
    return std::clamp(std::log(value / s->low) / std::log(s->high / s->low), 0.0, 1.0);
}

double EvidenceModel::valueAt(const QString &pointer, double place) const
{
    const Spread *s = m_desk.evidence ? spreadOfPointer(*m_desk.evidence, pointer) : nullptr;
    return !s || s->bins.empty() ? 0 : s->low * std::pow(s->high / s->low, std::clamp(place, 0.0, 1.0));
}

} // namespace flyball
