// SPDX-License-Identifier: GPL-3.0-or-later
// Rate and delay of the sources over the last hour.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/models/sources/sourcesmodel.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr TimeNs kSampleEvery = 5 * kSecond;
constexpr std::size_t kSamples = 720; // one hour
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr TimeNs kSettling = 15 * kSecond; ///< the rate still holds what was read at once

} // namespace

void SourcesModel::sample(const Snapshot &snapshot, TimeNs now)
{
    for (const SourceHealth &h : snapshot.sources) {
        auto &ring = m_samples[QString::fromStdString(h.id)];
        if (!ring.empty() && now - ring.back().at < kSampleEvery)
            continue;
        const std::int64_t lag = lagOf(h);
        // Reading what is already there says nothing about the pace of the source.
        const bool settled = h.state != SourceState::CatchingUp && now - h.since >= kSettling;
        ring.push_back({now, settled ? h.linesPerSecond : kNaN, lag >= 0 ? static_cast<double>(lag) / 1e9 : kNaN});
        if (ring.size() > kSamples)
            ring.pop_front();
    }
}

QString SourcesModel::lagSource() const
{
    return m_selectedId.isEmpty() && m_table.count() > 0 ? m_table.row(0).value(QStringLiteral("id")).toString()
                                                         : m_selectedId;
}

void SourcesModel::formLag()
{
    m_lag = {};
    m_lag.binMs = kSampleEvery / 1'000'000;
    if (const auto ring = m_samples.constFind(lagSource()); ring != m_samples.constEnd() && !ring->empty()) {
        m_lag.startMs = ring->front().at / 1'000'000;
        TimeNs next = ring->front().at;
        for (const Sample &s : *ring) {
            // A pause of the window leaves a gap, not a straight line.
            for (; s.at - next > 2 * kSampleEvery && m_lag.values.size() < qsizetype(4 * kSamples);
                 next += kSampleEvery)
                m_lag.values.append(kNaN);
            m_lag.values.append(s.lagSeconds);
            next = s.at + kSampleEvery;
        }
        m_lag.summary = tr("Lag of %1").arg(m_selectedName);
    }
    explainNoLag();
    Q_EMIT lagChanged();
}

void SourcesModel::explainNoLag()
{
    m_lagHeading.clear();
    m_lagText.clear();
    if (std::any_of(m_lag.values.begin(), m_lag.values.end(), [](double v) { return !std::isnan(v); }))
        return;
    const SourceHealth *h = health(lagSource());
    if (h == nullptr) {
        m_lagHeading = tr("No source chosen");
    } else if (inTrouble(*h)) {
        m_lagHeading = tr("Not read");
        m_lagText = displayName(std::string_view(h->error));
    } else if (h->state == SourceState::Paused) {
        m_lagHeading = tr("Paused");
        m_lagText = tr("Reading goes on where it stopped.");
    } else if (h->newestEvent == kNoTime) {
        m_lagHeading = tr("Nothing read yet");
        m_lagText = tr("The delay is measured when the first event arrives.");
    } else if (h->state == SourceState::Live || h->state == SourceState::CatchingUp) {
        m_lagHeading = tr("Nothing measured yet");
        m_lagText = tr("The delay is measured on events that arrive from now on.");
    } else {
        m_lagHeading = tr("Idle");
        m_lagText = tr("Nothing new since %1; there is no delay to measure.")
                        .arg(m_services.format.whenExact(h->newestEvent, m_now));
    }
}

} // namespace flyball
