// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/session/rangemodel.h"

#include <QVariantMap>
#include <algorithm>
#include <array>

namespace flyball {

namespace {

struct Preset {
    const char *key;
    const char *text;
    TimeNs span; ///< 0 = not a fixed span
};
constexpr std::array<Preset, 8> kPresets{{
    {"15m", QT_TRANSLATE_NOOP("flyball::RangeModel", "15 m"), 15 * kMinute},
    {"1h", QT_TRANSLATE_NOOP("flyball::RangeModel", "1 h"), kHour},
    {"3h", QT_TRANSLATE_NOOP("flyball::RangeModel", "3 h"), 3 * kHour},
    {"24h", QT_TRANSLATE_NOOP("flyball::RangeModel", "24 h"), kDay},
    {"7d", QT_TRANSLATE_NOOP("flyball::RangeModel", "7 d"), 7 * kDay},
    {"30d", QT_TRANSLATE_NOOP("flyball::RangeModel", "30 d"), 30 * kDay},
    {"month", QT_TRANSLATE_NOOP("flyball::RangeModel", "Month"), 0},
    {"all", QT_TRANSLATE_NOOP("flyball::RangeModel", "All"), 0},
}};
constexpr std::size_t kMaxHistory = 32;
constexpr TimeNs kShortest = 5 * kMinute;

const Preset *presetOf(const QString &key)
{
    const auto it =
        std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset &p) { return key == QLatin1String(p.key); });
    return it == kPresets.end() ? nullptr : &*it;
}

TimeNs fromMs(double ms) { return static_cast<TimeNs>(std::clamp(ms, 0.0, 7.2e12)) * 1'000'000; }

} // namespace

RangeModel::RangeModel(QString key, QObject *parent) : QObject(parent)
{
    m_current.key = presetOf(key) != nullptr ? std::move(key) : QStringLiteral("3h");
}

QVariantList RangeModel::options() const
{
    QVariantList list;
    for (const Preset &p : kPresets)
        list.append(
            QVariantMap{{QStringLiteral("key"), QString::fromLatin1(p.key)}, {QStringLiteral("text"), tr(p.text)}});
    return list;
}

QString RangeModel::exactText() const
{
    return tr("since %1 until %2")
        .arg(QString::fromStdString(formatRfc3339(m_window.since)),
             QString::fromStdString(formatRfc3339(m_window.until)));
}

QString RangeModel::presetKey() const
{
    if (m_current.key != u"custom")
        return m_current.key;
    for (auto it = m_history.rbegin(); it != m_history.rend(); ++it)
        if (it->key != u"custom")
            return it->key;
    return {};
}

void RangeModel::choose(Choice choice, bool remember)
{
    if (remember) {
        m_history.push_back(m_current);
        if (m_history.size() > kMaxHistory)
            m_history.erase(m_history.begin() + 1); // the first holds the preset to come back to
    }
    m_current = std::move(choice);
    ++m_revision;
    Q_EMIT changed();
}

void RangeModel::setKey(const QString &key)
{
    if (presetOf(key) == nullptr || key == m_current.key)
        return;
    m_history.clear();
    choose({key, {}}, false);
}

void RangeModel::step(int by)
{
    const Preset *now = presetOf(presetKey());
    const auto at = now == nullptr ? 2 : static_cast<int>(now - kPresets.data());
    const int to = std::clamp(at + by, 0, static_cast<int>(kPresets.size()) - 1);
    setKey(QString::fromLatin1(kPresets[static_cast<std::size_t>(to)].key));
}

void RangeModel::zoom(double fromMs_, double toMs_)
{
    Window window{fromMs(std::min(fromMs_, toMs_)), fromMs(std::max(fromMs_, toMs_))};
    if (window.span() < kShortest) {
        const TimeNs middle = window.since + window.span() / 2;
        window = {middle - kShortest / 2, middle + kShortest / 2};
    }
    choose({QStringLiteral("custom"), window}, true);
}

void RangeModel::pan(double deltaMs)
{
    const auto delta = static_cast<TimeNs>(std::clamp(deltaMs, -1e13, 1e13)) * 1'000'000;
    // A drag is one step back, however many events it had.
    const bool panning = m_current.key == u"custom";
    Window from = panning ? m_current.custom : m_window;
    choose({QStringLiteral("custom"), {from.since + delta, from.until + delta}}, !panning);
}

void RangeModel::back()
{
    if (m_history.empty())
        return;
    const Choice former = m_history.back();
    m_history.pop_back();
    choose(former, false);
}

void RangeModel::reset()
{
    const QString preset = presetKey();
    m_history.clear();
    choose({preset.isEmpty() ? QStringLiteral("3h") : preset, {}}, false);
}

void RangeModel::setCustom(TimeNs since, TimeNs until)
{
    choose({QStringLiteral("custom"), {since, until}}, m_current.key != u"custom");
}

Window RangeModel::raw(const Snapshot &snapshot, TimeNs now, const Formatter &format) const
{
    if (m_current.key == u"custom") {
        const TimeNs latest = snapshot.newestEvent == kNoTime ? now : std::max(now, snapshot.newestEvent + 1);
        Window w = m_current.custom;
        if (w.since == kNoTime)
            w.since = snapshot.firstEvent == kNoTime ? latest - 3 * kHour : snapshot.firstEvent;
        if (w.until == kNoTime)
            w.until = latest;
        return w;
    }
    if (m_current.key == u"month")
        return {format.startOfMonth(now), now + 1};
    if (m_current.key == u"all") {
        if (snapshot.firstEvent == kNoTime)
            return {now - 3 * kHour, now};
        return {snapshot.firstEvent, std::max(snapshot.firstEvent, snapshot.newestEvent) + 1};
    }
    return {now - presetOf(m_current.key)->span, now};
}

RangeModel::Resolved RangeModel::resolve(const Snapshot &snapshot, TimeNs now, const Formatter &format)
{
    Window window = alignWindow(raw(snapshot, now, format));
    const TimeNs span = presetOf(m_current.key) != nullptr && presetOf(m_current.key)->span != 0
                            ? presetOf(m_current.key)->span
                            : window.span();
    const TimeNs width = binWidth(span);
    const TimeNs offset = floorTo(format.offsetAt(window.since), widthOf(Resolution::Quarter));
    // Whole bins at the left edge: a bin cut in two would look like a dip.
    if (presetOf(m_current.key) != nullptr && presetOf(m_current.key)->span != 0) {
        const TimeNs grain = std::max(width, widthOf(resolutionFor(span)));
        window.until = ceilTo(now, widthOf(resolutionFor(span)));
        window.since = ceilTo(window.until - span + offset, grain) - offset;
    } else if (m_current.key == u"custom" || m_current.key == u"all") {
        window.since = floorTo(window.since + offset, width) - offset;
        if (m_current.key == u"custom")
            window.until = ceilTo(window.until + offset, width) - offset;
        window = alignWindow(window);
    }
    if (window != m_window || m_text.isEmpty()) {
        m_window = window;
        describe(now, format);
        Q_EMIT resolved();
    }
    return {window, width};
}

void RangeModel::describe(TimeNs now, const Formatter &format)
{
    const Preset *preset = presetOf(m_current.key);
    if (preset == nullptr) {
        const QString from = format.whenExact(m_window.since, now);
        const bool sameDay = format.startOfDay(m_window.since) == format.startOfDay(m_window.until - 1);
        const QString to = sameDay
                               ? format.locale().toString(format.local(m_window.until).time(), QStringLiteral("HH:mm"))
                               : format.whenExact(m_window.until, now);
        m_text = tr("%1 to %2").arg(from, to);
        m_shortText = format.duration(m_window.span());
    } else if (m_current.key == u"month") {
        m_text = format.locale().standaloneMonthName(format.local(m_window.since).date().month());
        m_shortText = m_text;
    } else if (m_current.key == u"all") {
        m_text = tr("all data");
        m_shortText = tr("all");
    } else {
        m_text = tr("last %1").arg(format.duration(preset->span));
        m_shortText = tr(preset->text);
    }
}

} // namespace flyball
