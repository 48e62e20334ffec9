// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/sources/metersmodel.h"

#include <algorithm>
#include <cmath>

#include "core/engine/meterreader.h"
#include "core/gateways/registry.h"
#include "core/models/explore/explorewords.h"
#include "core/models/sources/sourcewords.h"

namespace flyball {

namespace {

QString keyOf(const std::vector<Symbol> &tellers)
{
    QStringList parts;
    for (const Symbol teller : tellers)
        parts.append(symbolId(teller));
    return parts.join(u'+');
}

bool moneyKnown(const BesideSum &sum) { return sum.unpriced == 0; }

/// "+0.4 %", "-12 %", "0 %"
QString signedPercent(double share, const Formatter &f)
{
    const QString text = f.percentText(std::fabs(share), std::fabs(share) < 0.0995 ? 1 : 0);
    return std::fabs(share) < 0.0005 ? f.percentText(0, 0) : (share < 0 ? QChar(0x2212) : QChar(u'+')) + text;
}

} // namespace

MetersModel::MetersModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_rows({QStringLiteral("name"), QStringLiteral("nameSub"), QStringLiteral("meters"), QStringLiteral("metersSub"),
              QStringLiteral("metersTokens"), QStringLiteral("calls"), QStringLiteral("callsSub"),
              QStringLiteral("callsTokens"), QStringLiteral("difference"), QStringLiteral("differenceSub"),
              QStringLiteral("tone")},
             {}, {}, false, this)
{
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, [this] { m_services.refresh(); });
}

QString MetersModel::nameOf(Symbol source) const
{
    for (const SourceHealth &health : m_snapshot->sources)
        if (health.symbol == source)
            return sourceName(health);
    return nameText(m_snapshot->symbols->text(source), NameKind::Source);
}

const MetersBeside *MetersModel::current() const
{
    const auto chosen = std::find_if(m_answers.begin(), m_answers.end(),
                                     [&](const MetersBeside &beside) { return beside.tellers == m_chosen; });
    return chosen != m_answers.end() ? &*chosen : m_answers.empty() ? nullptr : &m_answers.front();
}

QVariantList MetersModel::against() const
{
    QVariantList out;
    for (const MetersBeside &beside : m_answers)
        out.append(QVariantMap{{QStringLiteral("key"), keyOf(beside.tellers)},
                               {QStringLiteral("text"), beside.tellers.size() == 1
                                                            ? nameOf(beside.tellers.front())
                                                            : tr("All %1 sources").arg(beside.tellers.size())}});
    return out;
}

QString MetersModel::chosen() const
{
    const MetersBeside *beside = current();
    return beside ? keyOf(beside->tellers) : QString();
}

void MetersModel::choose(const QString &key)
{
    for (const MetersBeside &beside : m_answers)
        if (keyOf(beside.tellers) == key)
            m_chosen = beside.tellers;
    form();
}

QString MetersModel::verdict() const
{
    const MetersBeside *beside = current();
    switch (beside ? beside->verdict : BesideVerdict::Nothing) {
    case BesideVerdict::Same:
        return QStringLiteral("same");
    case BesideVerdict::Different:
        return QStringLiteral("different");
    case BesideVerdict::Unclear:
        return QStringLiteral("unclear");
    case BesideVerdict::Nothing:
        break;
    }
    return QStringLiteral("nothing");
}

void MetersModel::show(const View &view, const SourceHealth *source)
{
    if (!view.snapshot || view.snapshot->symbols == nullptr)
        return;
    const RemoteKind *kind = source ? remoteKind(source->kind) : nullptr;
    const bool meters = kind && kind->meters;
    m_snapshot = view.snapshot;
    const QString id = meters ? QString::fromStdString(source->id) : QString();
    const bool told = meters && source->told;
    if (id != m_source) {
        m_source = id;
        m_symbol = meters ? source->symbol : 0;
        m_shown = meters;
        m_listens = meters && kind->listen != nullptr;
        m_metered = false;
        m_told = told;
        m_answers.clear();
        m_chosen.clear();
        m_rows.setRows({});
        m_seen = -1;
        ++m_request; // an answer on its way is of another source
        m_asked = false;
        setState(meters ? QStringLiteral("loading") : QStringLiteral("none"));
    }
    if (!meters)
        return;
    if (told != m_told) {
        m_told = told;
        if (m_answers.empty())
            Q_EMIT changed();
        else
            form();
    }
    const std::int64_t seen = view.snapshot->callsAdded + view.snapshot->callsUpdated;
    const int every = m_settled || !view.snapshot->settled ? kEveryMs : 0;
    const bool stale = view.rangeRevision != m_rangeRevision || m_seen < 0
                       || (seen != m_seen && (!m_age.isValid() || m_age.elapsed() >= every));
    if (!m_asked && !stale && seen != m_seen && !m_later.isActive())
        m_later.start(std::max<int>(1, kEveryMs - static_cast<int>(m_age.elapsed())));
    if (m_asked || !stale)
        return;
    m_seen = seen;
    m_settled = view.snapshot->settled;
    m_rangeRevision = view.rangeRevision;
    ask(view);
}

void MetersModel::ask(const View &view)
{
    m_asked = true;
    const CallFilter window = view.callFilter();
    m_rangeText = view.rangeText;
    const int request = ++m_request;
    m_services.engine.query([this, request, snapshot = view.snapshot, catalog = m_services.engine.prices(),
                             source = m_symbol, since = window.since == kNoTime ? 0 : window.since,
                             until = window.until == kNoTime ? INT64_MAX : window.until,
                             box = m_services.mailbox](Ledger &ledger) {
        const auto cells = readBeside(ledger, *snapshot->symbols, *catalog, source, since, until);
        Result<std::vector<MetersBeside>> answer = std::vector<MetersBeside>();
        if (cells)
            answer = everyBeside(*cells);
        else
            answer = cells.error();
        box->post([this, request, answer] {
            if (request == m_request)
                received(answer);
        });
    });
}

void MetersModel::received(const Result<std::vector<MetersBeside>> &answer)
{
    m_asked = false;
    m_age.start();
    if (!answer) {
        m_answers.clear();
        m_rows.setRows({});
        return setState(QStringLiteral("error"), tr("The meters were not compared"),
                        tr("%1. A shorter range may help.").arg(QString::fromStdString(answer.error().message)));
    }
    m_answers = *answer;
    form();
}

void MetersModel::setState(const QString &state, const QString &heading, const QString &text)
{
    m_state = state;
    m_heading = heading;
    m_text = text;
    Q_EMIT changed();
}

void MetersModel::form()
{
    const MetersBeside *beside = current();
    m_guess.clear();
    m_evidence.clear();
    m_metered = beside && !(beside->metersAll.isZero() && beside->metersOutside.isZero());
    if (!m_metered) {
        m_rows.setRows({});
        return setState(QStringLiteral("none"), tr("Nothing was metered in this range"),
                        tr("What it meters is held here against what other sources tell call by call."));
    }
    if (!m_told && beside->callsAll.isZero() && beside->callsOutside.isZero()) {
        m_rows.setRows({});
        const UsdSum cost = beside->metersAll.cost + beside->metersOutside.cost;
        return setState(QStringLiteral("none"), tr("No other source tells calls in this range"),
                        tr("%1 was metered. Where traces are read as well, both stand beside each other here.")
                            .arg(m_services.format.money(cost)));
    }
    m_guess = guessOf(*beside);
    m_evidence = evidenceOf(*beside);
    formRows(*beside);
    setState(QStringLiteral("ready"));
}

void MetersModel::putSide(TableRow &row, const char *role, const BesideSum &sum) const
{
    const Formatter &f = m_services.format;
    const QByteArray name(role);
    const bool none = sum.isZero();
    const bool unknown = !none && sum.cost.isZero() && !moneyKnown(sum);
    m_rows.put(row, role,
               none      ? Formatter::notApplicable()
               : unknown ? Formatter::unknown()
                         : (moneyKnown(sum) ? QString() : Formatter::mark(CostBound::AtLeast)) + f.money(sum.cost),
               none || unknown ? QVariant() : QVariant(QString::fromStdString(sum.cost.toDecimal())), kNoOrder);
    m_rows.put(row, (name + "Sub").constData(), none ? QString() : tr("%1 tokens").arg(f.tokens(sum.tokens())));
    m_rows.put(row, (name + "Tokens").constData(), f.tokens(sum.tokens()), none ? QVariant() : qlonglong(sum.tokens()),
               kNoOrder);
}

void MetersModel::putDifference(TableRow &row, const BesideSum &meters, const BesideSum &calls) const
{
    const Formatter &f = m_services.format;
    const bool money = moneyKnown(meters) && moneyKnown(calls);
    const UsdSum difference = meters.cost - calls.cost;
    const double base = money ? calls.cost.toDouble() : static_cast<double>(calls.tokens());
    const double apart =
        money ? difference.toDouble() : static_cast<double>(meters.tokens()) - static_cast<double>(calls.tokens());
    const bool alone = meters.isZero() || calls.isZero();
    m_rows.put(row, "difference", money ? explore::signedMoney(difference, f) : Formatter::unknown(),
               money ? QVariant(QString::fromStdString(difference.toDecimal())) : QVariant(), kNoOrder);
    m_rows.put(row, "differenceSub",
               meters.isZero()  ? tr("not metered")
               : calls.isZero() ? tr("only metered")
               : base > 0
                   ? (money ? signedPercent(apart / base, f) : tr("%1 of tokens").arg(signedPercent(apart / base, f)))
                   : QString());
    m_rows.put(row, "tone",
               alone                                        ? QStringLiteral("muted")
               : base > 0 && std::fabs(apart / base) > 0.05 ? QStringLiteral("warn")
                                                            : QString());
}

void MetersModel::formRows(const MetersBeside &beside)
{
    std::vector<TableRow> rows;
    const auto add = [&](const QString &id, const QString &name, const QString &sub, const BesideSum &meters,
                         const BesideSum &calls) {
        TableRow row = m_rows.makeRow(id);
        m_rows.put(row, "name", name, name, kNoOrder);
        m_rows.put(row, "nameSub", sub, sub, kNoOrder);
        putSide(row, "meters", meters);
        putSide(row, "calls", calls);
        putDifference(row, meters, calls);
        m_rows.put(row, "accessible", sub.isEmpty() ? name : name + QStringLiteral(", ") + sub);
        rows.push_back(std::move(row));
    };
    const auto shared = std::count_if(beside.rows.begin(), beside.rows.end(), [](const auto &r) { return r.both; });
    if (shared > 1)
        add(QStringLiteral("all"), tr("Models of both"), {}, beside.meters, beside.calls);
    for (const BesideRow &r : beside.rows) {
        const QString model = nameText(m_snapshot->symbols->text(r.model), NameKind::Model);
        const bool split = std::any_of(beside.rows.begin(), beside.rows.end(), [&](const BesideRow &other) {
            return other.model == r.model && other.workflow != 0;
        });
        add(symbolId(r.model) + u'/' + symbolId(r.workflow), model,
            r.workflow != 0 ? nameText(m_snapshot->symbols->text(r.workflow), NameKind::Workflow)
            : split         ? tr("other workflows")
                            : QString(),
            r.meters, r.calls);
    }
    const int count = static_cast<int>(rows.size());
    m_rows.setPresent(
        {QStringLiteral("name"), QStringLiteral("meters"), QStringLiteral("calls"), QStringLiteral("difference")});
    m_rows.setSortedRows(std::move(rows), count);
}

QString MetersModel::guessOf(const MetersBeside &beside) const
{
    const Formatter &f = m_services.format;
    const QString what = beside.byMoney ? tr("money") : tr("tokens");
    const double apart = std::fabs(beside.apart);
    const QString percent = f.percentText(apart, apart < 0.0995 ? 1 : 0);
    const bool hours = beside.width == kHour;
    const QString agree = (hours ? tr("%1 of %2 hours") : tr("%1 of %2 quarters of an hour"))
                              .arg(f.count(beside.agreeing), f.count(beside.stretches()));
    switch (beside.verdict) {
    case BesideVerdict::Same:
        return apart < 0.0005 ? tr("The same calls, it seems: %1 agree exactly, in %2.").arg(what, agree)
                              : tr("The same calls, it seems: %1 agree within %2, in %3.").arg(what, percent, agree);
    case BesideVerdict::Different:
        if (beside.stretches() == 0)
            return tr("Different calls, it seems: they were never told at the same time.");
        if (4 * beside.both < beside.stretches())
            return (hours ? tr("Different calls, it seems: only %1 of %2 hours have both.")
                          : tr("Different calls, it seems: only %1 of %2 quarters of an hour have both."))
                .arg(f.count(beside.both), f.count(beside.stretches()));
        return tr("Different calls, it seems: %1 are %2 apart.").arg(what, percent);
    case BesideVerdict::Unclear:
        return tr("Not clear: %1 are %2 apart, and agree in %3.").arg(what, percent, agree);
    case BesideVerdict::Nothing:
        break;
    }
    return tr("No other source tells calls of its models in this range.");
}

QString MetersModel::evidenceOf(const MetersBeside &beside) const
{
    const Formatter &f = m_services.format;
    QStringList parts;
    if (beside.stretches() > 0)
        parts << (beside.width == kHour ? tr("Hours: %1 in both, %2 only metered, %3 only in calls.")
                                        : tr("Quarters of an hour: %1 in both, %2 only metered, %3 only in calls."))
                     .arg(f.count(beside.both), f.count(beside.onlyMeters), f.count(beside.onlyCalls));
    if (beside.until > beside.from)
        parts << tr("Both cover %1.").arg(f.duration(beside.until - beside.from));
    if (!beside.metersOutside.isZero() || !beside.callsOutside.isZero())
        parts << tr("Outside of that: %1 metered, %2 of calls.")
                     .arg(f.money(beside.metersOutside.cost), f.money(beside.callsOutside.cost));
    return parts.join(u' ');
}

} // namespace flyball
