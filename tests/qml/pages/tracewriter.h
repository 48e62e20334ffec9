// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace flyball::test {

/// The names one made-up run carries; hostile ones in the tests of that.
struct RunNames {
    QString workflow = QStringLiteral("research_agent");
    QString step = QStringLiteral("search_web");
    QString agent = QStringLiteral("agent-01");
    QString taskType; ///< written when it is not empty
    QString model = QStringLiteral("claude-sonnet-4-5");
    QString provider = QStringLiteral("anthropic");
    QString error; ///< error type of the last call, if it is to fail
    QString outcome = QStringLiteral("success");
};

/// Writes OTLP/JSON lines as agents do: a workflow span and its calls. Times are given, so that a
/// test knows every sum.
class TraceWriter {
public:
    /// One run of `calls` calls of `input` and `output` tokens each, one per second, ending at `endNs`.
    void addRun(const RunNames &names, int calls, qint64 input, qint64 output, qint64 endNs);
    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
    int m_next = 0;
};

} // namespace flyball::test
