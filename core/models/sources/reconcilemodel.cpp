// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/sources/reconcilemodel.h"

#include <algorithm>

#include "core/models/explore/explorewords.h"
#include "core/models/sources/sourcewords.h"

namespace flyball {

namespace {

QString keyOf(const ChannelPair &pair) { return symbolId(pair.first) + u'/' + symbolId(pair.second); }

} // namespace

ReconcileModel::ReconcileModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_rows({QStringLiteral("label"), QStringLiteral("value"), QStringLiteral("calls"), QStringLiteral("share"),
              QStringLiteral("side")},
             {}, {}, false, this),
      m_reasons({QStringLiteral("label"), QStringLiteral("value"), QStringLiteral("calls")}, {}, {}, false, this)
{
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, [this] { m_services.refresh(); });
}

QString ReconcileModel::nameOf(Symbol source) const
{
    if (!m_snapshot)
        return {};
    for (const SourceHealth &health : m_snapshot->sources)
        if (health.symbol == source)
            return sourceName(health);
    return nameText(m_snapshot->symbols->text(source), NameKind::Source);
}

QVariantList ReconcileModel::pairs() const
{
    QVariantList out;
    for (const ChannelPair &pair : m_pairs)
        out.append(QVariantMap{{QStringLiteral("key"), keyOf(pair)},
                               {QStringLiteral("text"), tr("%1 and %2").arg(nameOf(pair.first), nameOf(pair.second))}});
    return out;
}

QString ReconcileModel::pair() const
{
    const ChannelPair *pair = current();
    return pair ? keyOf(*pair) : QString();
}

void ReconcileModel::setPair(const QString &key)
{
    for (const ChannelPair &pair : m_pairs)
        if (keyOf(pair) == key)
            m_chosen = {pair.first, pair.second};
    form();
}

const ChannelPair *ReconcileModel::current() const
{
    const auto chosen = std::find_if(m_pairs.begin(), m_pairs.end(), [&](const ChannelPair &pair) {
        return std::pair(pair.first, pair.second) == m_chosen;
    });
    if (chosen != m_pairs.end())
        return &*chosen;
    return m_pairs.empty() ? nullptr : &m_pairs.front();
}

void ReconcileModel::show(const View &view)
{
    if (!view.snapshot || view.snapshot->symbols == nullptr)
        return;
    m_snapshot = view.snapshot;
    const std::int64_t seen = view.snapshot->callsAdded + view.snapshot->callsUpdated;
    // While files are being read every answer is of a part of them.
    const int every = m_settled || !view.snapshot->settled ? kEveryMs : 0;
    const bool stale = view.rangeRevision != m_rangeRevision
                       || (seen != m_seen && (!m_age.isValid() || m_age.elapsed() >= every)) || m_seen < 0;
    if (!m_asked && !stale && seen != m_seen && !m_later.isActive())
        m_later.start(
            std::max<int>(1, kEveryMs - static_cast<int>(m_age.elapsed()))); // a quiet ledger tells nobody again
    if (m_asked || !stale)
        return;
    m_seen = seen;
    m_settled = view.snapshot->settled;
    m_rangeRevision = view.rangeRevision;
    ask(view);
}

void ReconcileModel::ask(const View &view)
{
    m_asked = true;
    m_window = view.callFilter();
    m_rangeText = view.rangeText;
    if (m_pairs.empty())
        setState(QStringLiteral("loading"));
    m_services.engine.query([this, snapshot = view.snapshot, catalog = m_services.engine.prices(),
                             since = m_window.since == kNoTime ? 0 : m_window.since,
                             until = m_window.until == kNoTime ? INT64_MAX : m_window.until,
                             box = m_services.mailbox](Ledger &ledger) {
        auto pairs = reconcile(ledger, *snapshot->symbols, catalog, since, until);
        box->post([this, pairs = std::move(pairs)] { received(pairs); });
    });
}

void ReconcileModel::received(Result<std::vector<ChannelPair>> pairs)
{
    m_asked = false;
    m_age.start();
    if (!pairs) {
        m_pairs.clear();
        m_rows.setRows({});
        m_reasons.setRows({});
        setState(QStringLiteral("error"), tr("The sources were not compared"),
                 tr("%1. A shorter range may help.").arg(QString::fromStdString(pairs.error().message)));
        return;
    }
    m_pairs = std::move(*pairs);
    form();
}

void ReconcileModel::setState(const QString &state, const QString &heading, const QString &text)
{
    m_state = state;
    m_heading = heading;
    m_text = text;
    Q_EMIT changed();
}

void ReconcileModel::form()
{
    const ChannelPair *pair = current();
    if (!pair) {
        m_rows.setRows({});
        m_reasons.setRows({});
        setState(QStringLiteral("none"), tr("No call is told twice"),
                 tr("When two sources tell the same calls, they are counted once and compared here."));
        return;
    }
    formRows(*pair);
    formReasons(*pair);
    m_counted = m_services.format.money(pair->counted + pair->onlyFirst.cost + pair->onlySecond.cost);
    if (pair->onlyFirst.unpriced + pair->onlySecond.unpriced > 0)
        m_counted = QStringLiteral("≥ ") + m_counted;
    m_sentence = sentenceOf(*pair);
    setState(QStringLiteral("ready"));
}

void ReconcileModel::formRows(const ChannelPair &pair)
{
    const Formatter &f = m_services.format;
    const UsdSum all = pair.counted + pair.onlyFirst.cost + pair.onlySecond.cost;
    std::vector<TableRow> rows;
    const auto add = [&](const QString &side, const QString &label, const UsdSum &cost, std::int64_t calls) {
        TableRow row = m_rows.makeRow(side);
        m_rows.put(row, "label", label, label, kNoOrder);
        m_rows.put(row, "value", f.money(cost), QString::fromStdString(cost.toDecimal()), kNoOrder);
        m_rows.put(row, "calls", calls == 1 ? tr("1 call") : tr("%1 calls").arg(f.count(calls)), qlonglong(calls),
                   kNoOrder);
        m_rows.put(row, "share", all.isZero() ? 0.0 : cost.toDouble() / all.toDouble());
        m_rows.put(row, "side", side);
        m_rows.put(row, "accessible", tr("%1, %2").arg(label, f.money(cost)));
        rows.push_back(std::move(row));
    };
    add(QStringLiteral("both"), tr("Both"), pair.counted, pair.both);
    add(QStringLiteral("first"), tr("Only %1").arg(nameOf(pair.first)), pair.onlyFirst.cost, pair.onlyFirst.calls);
    add(QStringLiteral("second"), tr("Only %1").arg(nameOf(pair.second)), pair.onlySecond.cost, pair.onlySecond.calls);
    const int count = static_cast<int>(rows.size());
    m_rows.setSortedRows(std::move(rows), count);
}

void ReconcileModel::formReasons(const ChannelPair &pair)
{
    const Formatter &f = m_services.format;
    static constexpr const char *kWords[kDifferenceReasons] = {
        QT_TR_NOOP("Counts or price missing"), QT_TR_NOOP("Counts estimated"), QT_TR_NOOP("Counts differ"),
        QT_TR_NOOP("Model or price differs")};
    std::vector<TableRow> rows;
    const auto add = [&](const QString &id, const QString &label, const UsdSum &difference, std::int64_t calls) {
        TableRow row = m_reasons.makeRow(id);
        m_reasons.put(row, "label", label, label, kNoOrder);
        m_reasons.put(row, "value", explore::signedMoney(difference, f), QString::fromStdString(difference.toDecimal()),
                      kNoOrder);
        m_reasons.put(row, "calls", calls == 1 ? tr("1 call") : tr("%1 calls").arg(f.count(calls)), qlonglong(calls),
                      kNoOrder);
        rows.push_back(std::move(row));
    };
    for (std::size_t i = 0; i < kDifferenceReasons; ++i)
        if (pair.reasons[i].calls > 0)
            add(QString::number(i), tr(kWords[i]), pair.reasons[i].difference, pair.reasons[i].calls);
    if (pair.stating > 0 && !(pair.stated == pair.secondCost))
        add(QStringLiteral("stated"), tr("Its own account of the cost"), pair.stated - pair.secondCost, pair.stating);
    const int count = static_cast<int>(rows.size());
    m_reasons.setSortedRows(std::move(rows), count);
}

QString ReconcileModel::sentenceOf(const ChannelPair &pair) const
{
    const Formatter &f = m_services.format;
    QStringList parts;
    const UsdSum difference = pair.secondCost - pair.firstCost;
    const bool less = difference < UsdSum();
    if (pair.both == 0)
        parts << tr("No call is in both.");
    else if (difference.isZero())
        parts << tr("Both give the same money for the calls they share.");
    else
        parts << (less ? tr("By their own records of these calls, %1 comes to %2 less than %3.")
                       : tr("By their own records of these calls, %1 comes to %2 more than %3."))
                     .arg(nameOf(pair.second), f.moneyFine(less ? UsdSum() - difference : difference),
                          nameOf(pair.first));
    const std::int64_t failed = pair.onlySecond.failed;
    if (failed > 0)
        parts << (failed == 1
                      ? tr("1 of the calls only %1 has failed there.").arg(nameOf(pair.second))
                      : tr("%1 of the calls only %2 has failed there.").arg(f.count(failed), nameOf(pair.second)));
    if (pair.refused > 0)
        parts << (pair.refused == 1
                      ? tr("1 response id stands in both at times too far apart: counted as two calls.")
                      : tr("%1 response ids stand in both at times too far apart: counted as two calls each.")
                            .arg(f.count(pair.refused)));
    return parts.join(u' ');
}

void ReconcileModel::openOnly(bool second)
{
    const ChannelPair *pair = current();
    if (!pair)
        return;
    const ChannelPair::Only &only = second ? pair->onlySecond : pair->onlyFirst;
    if (only.calls == 0)
        return;
    CallFilter filter = m_window;
    filter.members = only.members;
    m_services.openCalls({tr("Only in %1, %2").arg(nameOf(second ? pair->second : pair->first), m_rangeText), filter});
}

} // namespace flyball
