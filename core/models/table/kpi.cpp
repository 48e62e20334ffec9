// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/table/kpi.h"

namespace flyball {

Kpi::Kpi(QString key, QObject *parent) : QObject(parent), m_key(std::move(key))
{
    m_text.tileState = QStringLiteral("loading");
}

void Kpi::set(KpiText text)
{
    if (text.explained.isEmpty()) {
        QStringList parts{text.label,
                          text.mark == u"≥"   ? tr("at least")
                          : text.mark == u"≈" ? tr("about")
                                              : QString(),
                          text.value + (text.unit.isEmpty() ? QString() : u' ' + text.unit), text.sub, text.note};
        parts.removeAll(QString());
        text.explained = parts.join(QStringLiteral(", "));
    }
    if (text == m_text)
        return;
    m_text = std::move(text);
    Q_EMIT changed();
}

void Kpi::openCalls()
{
    if (m_open)
        m_open();
}

QQmlListProperty<Kpi> kpiProperty(QObject *owner, KpiList *list)
{
    // Without append and clear: QML reads the strip, it never edits it.
    return QQmlListProperty<Kpi>(
        owner, list, [](QQmlListProperty<Kpi> *p) { return static_cast<KpiList *>(p->data)->size(); },
        [](QQmlListProperty<Kpi> *p, qsizetype i) { return static_cast<KpiList *>(p->data)->at(i); });
}

} // namespace flyball
