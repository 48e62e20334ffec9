// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QVariantList>
#include <QtQml/qqmlregistration.h>
#include <functional>
#include <vector>

namespace flyball {

/// Which page is shown and how one came there: overview -> workflow -> run. GUI thread.
class Navigation : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("child of Session")
    Q_PROPERTY(QString page READ page NOTIFY changed)
    Q_PROPERTY(QString workflow READ workflow NOTIFY changed)
    Q_PROPERTY(QString workflowId READ workflowId NOTIFY changed)
    Q_PROPERTY(QString runId READ runId NOTIFY changed)
    Q_PROPERTY(QString sourceId READ sourceId NOTIFY changed)
    Q_PROPERTY(QString modelId READ modelId NOTIFY changed)
    Q_PROPERTY(bool canBack READ canBack NOTIFY changed)
    Q_PROPERTY(bool canForward READ canForward NOTIFY changed)
    Q_PROPERTY(QVariantList crumbs READ crumbs NOTIFY changed)

public:
    /// `workflowName` turns a workflow id into text, `workflowOfRun` a run id into a workflow id.
    Navigation(std::function<QString(const QString &)> workflowName,
               std::function<QString(const QString &)> workflowOfRun, QObject *parent = nullptr);

    [[nodiscard]] QString page() const { return here().page; }
    [[nodiscard]] QString workflow() const;
    [[nodiscard]] QString workflowId() const { return here().workflow; }
    [[nodiscard]] QString runId() const { return here().run; }
    [[nodiscard]] QString sourceId() const { return here().source; }
    [[nodiscard]] QString modelId() const { return here().model; }
    [[nodiscard]] bool canBack() const { return m_at > 0; }
    [[nodiscard]] bool canForward() const { return m_at + 1 < m_places.size(); }
    [[nodiscard]] QVariantList crumbs() const;

    Q_INVOKABLE void show(const QString &page);
    Q_INVOKABLE void openWorkflow(const QString &id);
    Q_INVOKABLE void openRun(const QString &id);
    Q_INVOKABLE void openSource(const QString &id);
    Q_INVOKABLE void openPrice(const QString &modelId);
    Q_INVOKABLE void back();
    Q_INVOKABLE void forward();
    Q_INVOKABLE void openCrumb(const QString &key);
    Q_INVOKABLE void openCostliestWorkflow();
    Q_INVOKABLE void openCostliestRun();
    Q_INVOKABLE [[nodiscard]] bool pageAvailable(const QString &page) const;

    /// Answers for the two above; ids, empty when there is none.
    void setCostliest(std::function<QString()> workflow, std::function<QString()> run);

Q_SIGNALS:
    void changed();

private:
    struct Place {
        QString page = QStringLiteral("overview");
        QString workflow, run, source, model;
        friend bool operator==(const Place &, const Place &) = default;
    };
    [[nodiscard]] const Place &here() const { return m_places[m_at]; }
    void go(Place place);

    std::vector<Place> m_places{Place{}};
    std::size_t m_at = 0;
    std::function<QString(const QString &)> m_workflowName, m_workflowOfRun;
    std::function<QString()> m_costliestWorkflow, m_costliestRun;
};

} // namespace flyball
