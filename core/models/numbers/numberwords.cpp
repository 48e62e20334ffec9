// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/numbers/numberwords.h"

#include <QCoreApplication>

namespace flyball::numberWords {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Numbers", text); }

QString signedWith(const UsdSum &sum, const Formatter &f, QString (Formatter::*form)(const UsdSum &) const)
{
    return sum < UsdSum() ? QStringLiteral("−") + (f.*form)(UsdSum() - sum) : (f.*form)(sum);
}

constexpr std::int64_t kLongCount = 1'000'000; ///< from here on a fraction is shown in short

} // namespace

QString name(const MeasureInfo &info) { return tr(info.name); }
QString formula(const MeasureInfo &info) { return tr(info.formula); }
QString reason(Unknown why) { return tr(unknownText(why).data()); }

QString group(MeasureGroup group)
{
    switch (group) {
    case MeasureGroup::Cost:
        return tr("Cost");
    case MeasureGroup::Quality:
        return tr("Quality");
    case MeasureGroup::Tokens:
        return tr("Size");
    case MeasureGroup::Cache:
        return tr("Cache");
    case MeasureGroup::Output:
        return tr("Output");
    case MeasureGroup::Steps:
        return tr("Steps");
    case MeasureGroup::Retry:
        return tr("Retries");
    case MeasureGroup::Price:
        break;
    }
    return tr("Prices");
}

QString unit(MeasureUnit unit)
{
    switch (unit) {
    case MeasureUnit::Usd:
        return QStringLiteral("USD");
    case MeasureUnit::Tokens:
        return QStringLiteral("tokens");
    case MeasureUnit::Calls:
        return QStringLiteral("calls");
    case MeasureUnit::Share:
        return QStringLiteral("share");
    case MeasureUnit::Times:
        break;
    }
    return QStringLiteral("ratio");
}

QString amount(const Amount &amount, const Formatter &f)
{
    if (amount.money)
        return signedWith(amount.usd, f, &Formatter::moneyFine);
    return amount.count < kLongCount ? f.count(amount.count) : f.tokens(amount.count);
}

QString exact(const Amount &amount, const Formatter &f)
{
    return amount.money ? signedWith(amount.usd, f, &Formatter::moneyExact) : f.count(amount.count);
}

QString value(const Measure &m, const Formatter &f)
{
    if (!m.known())
        return reason(m.why);
    if (m.id == MeasureId::PriceDrift)
        return f.change(1 + m.share(), 1);
    switch (measureInfo(m.id).unit) {
    case MeasureUnit::Usd:
        return amount(m.value, f);
    case MeasureUnit::Tokens:
        return f.tokens(m.value.count);
    case MeasureUnit::Calls:
        return f.count(m.value.count);
    case MeasureUnit::Share:
        return f.percentText(m.share());
    case MeasureUnit::Times:
        break;
    }
    const QString text = f.number(m.share(), 1);
    return m.id == MeasureId::CallsPerRun ? text : text + QChar(0x2009) + QStringLiteral("×");
}

QVariant plain(const Amount &amount)
{
    return amount.money ? QVariant(QString::fromStdString(amount.usd.toDecimal())) : QVariant(qlonglong(amount.count));
}

QVariant plain(const Measure &m)
{
    if (!m.known())
        return {};
    const MeasureUnit unit = measureInfo(m.id).unit;
    return unit == MeasureUnit::Share || unit == MeasureUnit::Times ? QVariant(m.share()) : plain(m.value);
}

QString interval(const Measure &m, const Formatter &f)
{
    if (!m.known())
        return {};
    if (m.interval)
        return f.percentInterval(m.interval->low, m.interval->high);
    return m.order ? amount(m.order->first, f) + QStringLiteral("–") + amount(m.order->second, f) : QString();
}

QString fraction(const Measure &m, const Formatter &f)
{
    if (!m.known() || m.bottom.isZero())
        return {};
    return amount(m.top, f) + QStringLiteral(" / ") + amount(m.bottom, f);
}

QString tip(const Measure &m, const Formatter &f)
{
    const MeasureInfo &info = measureInfo(m.id);
    QString text = formula(info) + u'.';
    if (!m.known())
        return text + u'\n' + tr("Not known: %1, n = %2.").arg(reason(m.why), f.count(m.n));
    if (!m.bottom.isZero())
        text += u'\n' + tr("%1 (%2) / %3 (%4)").arg(exact(m.top, f), tr(info.top), exact(m.bottom, f), tr(info.bottom));
    else
        text += u'\n' + tr("%1, n = %2").arg(exact(m.value, f), f.count(m.n));
    if (m.order)
        text += u'\n' + tr("90 % interval by order statistics");
    if (m.interval)
        text += u'\n' + tr("90 % interval by Wilson");
    if (m.bound == CostBound::AtLeast)
        text += u'\n' + tr("≥: some of it has no counts or no price");
    else if (m.bound == CostBound::Estimate)
        text += u'\n' + tr("≈: an estimate from counts, or of a part of the calls");
    return text;
}

} // namespace flyball::numberWords
