// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/trace.h"

#include <QFile>
#include <QQuickWindow>
#include <QSGRendererInterface>
#include <cstdio>
#include <ctime>
#include <unistd.h>

#include "core/base/time.h"
#include "core/engine/engine.h"
#include "core/models/session/session.h"

namespace flyball {

namespace {

constexpr int kStartTimeField = 19; ///< of /proc/self/stat, counted behind the name in brackets

/// Since the kernel made this process; -1 if /proc does not tell.
std::int64_t processAgeMs()
{
    QFile file(QStringLiteral("/proc/self/stat"));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const QByteArray text = file.readAll();
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    timespec now{};
    if (fields.size() <= kStartTimeField || ::clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return -1;
    const std::int64_t started = fields.at(kStartTimeField).toLongLong() * 1000 / ::sysconf(_SC_CLK_TCK);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000 - started;
}

const char *graphicsName(const QQuickWindow &window)
{
    switch (window.rendererInterface()->graphicsApi()) {
    case QSGRendererInterface::OpenGL:
        return "opengl";
    case QSGRendererInterface::Software:
        return "software";
    case QSGRendererInterface::Vulkan:
        return "vulkan";
    default:
        return "other";
    }
}

} // namespace

bool Trace::wanted() { return qEnvironmentVariable("FLYBALL_TRACE") == QLatin1String("1"); }

Trace::Trace(Engine &engine, Session &session, QQuickWindow &window, QObject *parent)
    : QObject(parent), m_engine(engine), m_session(session), m_window(window)
{
    connect(&session, &Session::snapshotCame, this, &Trace::snapshotArrived);
    connect(&session, &Session::refreshed, this, &Trace::refreshed);
    connect(
        &window, &QQuickWindow::beforeSynchronizing, this, [this] { m_inFrame = m_formed; }, Qt::DirectConnection);
    connect(&window, &QQuickWindow::frameSwapped, this, &Trace::frameShown, Qt::DirectConnection);
    say("started", {});
    refreshed();
}

void Trace::snapshotArrived()
{
    const auto latest = m_engine.latest();
    if (latest->sequence == m_arrived.sequence)
        return;
    m_arrived = {latest->sequence, latest->totals.calls, latest->runCount, latest->quartersComplete};
    say("snapshot", m_arrived);
}

void Trace::refreshed()
{
    const Snapshot &shown = *m_session.view().snapshot;
    m_formed = {shown.sequence, shown.totals.calls, shown.runCount, shown.quartersComplete};
}

void Trace::frameShown()
{
    if (m_inFrame.sequence == m_shown)
        return;
    m_shown = m_inFrame.sequence;
    say("shown", m_inFrame, graphicsName(m_window));
}

void Trace::say(const char *what, const Figures &figures, const char *graphics) const
{
    QByteArray line = QByteArrayLiteral("{\"trace\":\"") + what + "\",\"ms\":" + QByteArray::number(processAgeMs())
                      + ",\"monotonic_ns\":" + QByteArray::number(qint64(monotonicNow()))
                      + ",\"calls\":" + QByteArray::number(qint64(figures.calls))
                      + ",\"runs\":" + QByteArray::number(qint64(figures.runs))
                      + ",\"complete\":" + (figures.complete ? "true" : "false");
    if (graphics != nullptr)
        line += QByteArrayLiteral(",\"graphics\":\"") + graphics + '"';
    line += "}\n";
    // One write a line: two threads speak.
    (void)!::write(STDERR_FILENO, line.constData(), static_cast<std::size_t>(line.size()));
}

} // namespace flyball
