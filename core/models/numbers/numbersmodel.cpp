// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/numbers/numbersmodel.h"

#include <algorithm>

#include "core/models/explore/explorewords.h"
#include "core/models/numbers/numberwords.h"

namespace flyball {

/// One reading under way. The reading itself is touched by the query thread alone until it is done.
struct NumbersModel::Job {
    MeasureQuestion question;
    std::shared_ptr<const Snapshot> snapshot;
    int rangeRevision = 0;
    std::unique_ptr<MeasureReading> reading;
    QElapsedTimer age;
    qint64 busyNs = 0;
};

namespace {

QStringList partRoles()
{
    return {QStringLiteral("name"),  QStringLiteral("share"),      QStringLiteral("shareText"),
            QStringLiteral("spend"), QStringLiteral("spendMark"),  QStringLiteral("runs"),
            QStringLiteral("pass"),  QStringLiteral("perSuccess"), QStringLiteral("depth"),
            QStringLiteral("calls")};
}

QStringList partSorts()
{
    return {QStringLiteral("spend"), QStringLiteral("runs"), QStringLiteral("pass"), QStringLiteral("perSuccess")};
}

std::optional<Symbol> MeasureScope::*memberOf(Dimension dimension)
{
    switch (dimension) {
    case Dimension::Agent:
        return &MeasureScope::agent;
    case Dimension::Step:
        return &MeasureScope::step;
    case Dimension::Model:
        return &MeasureScope::model;
    case Dimension::Tier:
        return &MeasureScope::tier;
    case Dimension::Segment:
        return &MeasureScope::segment;
    case Dimension::PromptVersion:
        return &MeasureScope::promptVersion;
    case Dimension::TaskType:
        return &MeasureScope::taskType;
    default:
        return nullptr;
    }
}

} // namespace

NumbersModel::NumbersModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_measures({QStringLiteral("group"), QStringLiteral("name"), QStringLiteral("value"), QStringLiteral("valueMark"),
                  QStringLiteral("valueTone"), QStringLiteral("interval"), QStringLiteral("of"), QStringLiteral("n"),
                  QStringLiteral("tip"), QStringLiteral("key"), QStringLiteral("unit"), QStringLiteral("low"),
                  QStringLiteral("high"), QStringLiteral("top"), QStringLiteral("bottom"), QStringLiteral("note"),
                  QStringLiteral("formula")},
                 {}, {}, false, this),
      m_segments(partRoles(), partSorts(), QStringLiteral("spend"), true, this),
      m_prompts(partRoles(), partSorts(), QStringLiteral("spend"), true, this),
      m_agents(partRoles(), {}, {}, true, this)
{}

NumbersModel::~NumbersModel() = default;

void NumbersModel::setOpen(bool open)
{
    if (open == m_open)
        return;
    m_open = open;
    if (!open)
        m_job.reset();
    Q_EMIT openChanged();
    m_services.refresh();
}

void NumbersModel::setDimension(const QString &key)
{
    if (key == m_dimension)
        return;
    m_dimension = key;
    m_value.clear();
    drop();
}

void NumbersModel::setValue(const QString &id)
{
    if (id == m_value)
        return;
    m_value = id;
    drop();
}

/// No figure of one scope may be seen under the name of another.
void NumbersModel::forget()
{
    m_job.reset();
    m_numbers.reset();
    m_measures.setSortedRows({}, 0);
    setState(QStringLiteral("loading"), {}, {});
}

void NumbersModel::drop()
{
    forget();
    Q_EMIT scopeChanged();
    m_services.refresh();
}

void NumbersModel::setState(const QString &state, const QString &sub, const QString &note)
{
    if (state == m_state && sub == m_sub && note == m_note)
        return;
    m_state = state;
    m_sub = sub;
    m_note = note;
    Q_EMIT changed();
}

void NumbersModel::offerScopes(const View &view, Symbol workflow)
{
    QVariantList dimensions{
        QVariantMap{{QStringLiteral("key"), QString()}, {QStringLiteral("text"), tr("Whole workflow")}}};
    QVariantList values;
    ViewFilter filter;
    filter.workflow = workflow;
    for (const explore::DimensionWord &word : explore::dimensionWords()) {
        if (memberOf(word.dimension) == nullptr)
            continue;
        const auto groups = view.group({word.dimension}, filter);
        if (std::none_of(groups.begin(), groups.end(), [](const Group &g) { return g.key[0] != 0; }))
            continue;
        dimensions.append(QVariantMap{{QStringLiteral("key"), word.key}, {QStringLiteral("text"), word.text}});
        if (word.key != m_dimension)
            continue;
        for (const Group &group : groups)
            values.append(
                QVariantMap{{QStringLiteral("key"), symbolId(group.key[0])},
                            {QStringLiteral("text"),
                             group.key[0] == 0 ? tr("not recorded")
                                               : view.name(group.key[0], explore::nameKindOf(word.dimension))}});
    }
    const auto offers = [](const QVariantList &list, const QString &key) {
        return std::any_of(list.begin(), list.end(), [&](const QVariant &option) {
            return option.toMap().value(QStringLiteral("key")).toString() == key;
        });
    };
    QString dimension = m_dimension, value = m_value;
    // Nothing of the choice is left in the range: the whole workflow again.
    if (!offers(dimensions, dimension) || (!value.isEmpty() && !offers(values, value))) {
        dimension.clear();
        value.clear();
        values.clear();
    }
    // A dimension without its value chosen yet means the dearest one.
    if (value.isEmpty() && !values.isEmpty())
        value = values.first().toMap().value(QStringLiteral("key")).toString();
    if (dimensions == m_dimensions && values == m_values && dimension == m_dimension && value == m_value)
        return;
    if (dimension != m_dimension)
        forget();
    m_dimensions = dimensions;
    m_values = values;
    m_dimension = dimension;
    m_value = value;
    Q_EMIT scopeChanged();
}

MeasureScope NumbersModel::scopeOf(Symbol workflow) const
{
    MeasureScope scope;
    scope.workflow = workflow;
    const auto dimension = explore::dimensionOf(m_dimension);
    const auto value = symbolFromId(m_value);
    if (dimension && value)
        if (const auto member = memberOf(*dimension))
            scope.*member = value;
    return scope;
}

void NumbersModel::show(const View &view, Symbol workflow)
{
    if (workflow != m_workflow) {
        m_workflow = workflow;
        m_dimension.clear();
        m_value.clear();
        drop();
    }
    m_workflowName = view.name(workflow, NameKind::Workflow);
    if (!m_open)
        return;
    offerScopes(view, workflow);
    const MeasureQuestion question{scopeOf(workflow), view.window};
    const bool same = m_numbers && m_rangeRevision == view.rangeRevision && m_numbers->question.scope == question.scope;
    if (m_job && m_job->rangeRevision == view.rangeRevision && m_job->question.scope == question.scope)
        return;
    const qint64 rest = std::max<qint64>(kEveryMs, m_cost / 1'000'000 * kRest);
    // A quiet fleet has newer snapshots too: only other figures, or another minute, give other numbers.
    const bool still = same && m_numbers->question.window == view.window && view.snapshot->sameFigures(*m_snapshot);
    if (still || (same && m_age.isValid() && m_age.elapsed() < rest))
        return;
    if (!same)
        setState(QStringLiteral("loading"), m_sub, {});
    ask(view, question);
}

void NumbersModel::ask(const View &view, const MeasureQuestion &question)
{
    m_job = std::make_shared<Job>();
    m_job->question = question;
    m_job->snapshot = view.snapshot;
    m_job->rangeRevision = view.rangeRevision;
    m_job->reading = std::make_unique<MeasureReading>(view.snapshot, question, m_services.engine.prices());
    m_job->age.start();
    next(m_job);
}

/// One slice; the thread is then free for other questions. A reading nobody waits for any more ends here.
void NumbersModel::next(const std::shared_ptr<Job> &job)
{
    m_services.engine.query([this, job, box = m_services.mailbox](Ledger &ledger) {
        QElapsedTimer busy;
        busy.start();
        const bool more = job->reading->step(ledger);
        auto numbers = more ? nullptr : job->reading->result();
        job->busyNs += busy.nsecsElapsed();
        box->post([this, job, numbers] {
            if (job != m_job)
                return;
            numbers ? arrived(job, numbers) : next(job);
        });
    });
}

void NumbersModel::arrived(const std::shared_ptr<Job> &job, const std::shared_ptr<const ScopeNumbers> &numbers)
{
    m_job.reset();
    m_cost = job->busyNs;
    m_age.start();
    m_rangeRevision = job->rangeRevision;
    m_snapshot = job->snapshot;
    m_numbers = numbers;
    m_window = {};
    m_window.since = job->question.window.since;
    m_window.until = job->question.window.until;
    if (!numbers->error.empty()) {
        setState(QStringLiteral("error"), {}, QString::fromStdString(numbers->error));
        return;
    }
    showMeasures();
    showParts(m_segments, numbers->segments, tr("No segment is recorded"),
              tr("Spans name it in flyball.segment, step records in segment."));
    showParts(m_prompts, numbers->promptVersions, tr("No prompt version is recorded"),
              tr("Spans name it in flyball.prompt.version, step records in prompt_version."));
    showAgents();
    const Formatter &f = m_services.format;
    const Measure &runs = numbers->measures[static_cast<std::size_t>(MeasureId::CallsPerRun)];
    const QString sub =
        tr("%1, %2 calls, %3 runs ended").arg(nameOfScope(), f.count(numbers->totals.calls), f.count(runs.n));
    setState(QStringLiteral("ready"), sub,
             numbers->callsForgotten ? tr("Calls of this range were let go: shares are of those that are kept.")
                                     : QString());
}

QString NumbersModel::nameOfScope() const
{
    for (const QVariant &value : m_values)
        if (const QVariantMap map = value.toMap(); map.value(QStringLiteral("key")).toString() == m_value)
            return map.value(QStringLiteral("text")).toString();
    return m_workflowName;
}

CallFilter NumbersModel::filterOf(const MeasureScope &scope) const
{
    CallFilter filter = m_window;
    filter.workflow = scope.workflow;
    filter.agent = scope.agent;
    filter.step = scope.step;
    filter.model = scope.model;
    filter.tier = scope.tier;
    filter.segment = scope.segment;
    filter.promptVersion = scope.promptVersion;
    filter.taskType = scope.taskType;
    return filter;
}

void NumbersModel::openCalls(const QString &key)
{
    if (!m_numbers)
        return;
    for (const Measure &measure : m_numbers->measures) {
        const MeasureInfo &info = measureInfo(measure.id);
        if (key != QLatin1String(info.key))
            continue;
        CallsRequest request;
        request.title = tr("%1 of %2").arg(numberWords::name(info), nameOfScope());
        request.filter = filterOf(m_numbers->question.scope);
        if (measure.id == MeasureId::UnpricedShare)
            request.filter.unpriced = true;
        if (measure.calls.run) {
            request.filter.run = measure.calls.run;
            request.filter.since = kNoTime;
        }
        if (measure.calls.since != kNoTime)
            request.filter.since = std::min(request.filter.since, measure.calls.since);
        request.keep = [id = measure.id, calls = measure.calls, snapshot = m_snapshot](const Call &call) {
            return isBehind(id, calls, call, *snapshot->symbols);
        };
        m_services.openCalls(request);
        return;
    }
}

void NumbersModel::openPart(const QString &kind, const QString &id)
{
    const auto symbol = symbolFromId(id.section(u'/', 0, 0));
    const auto dimension = explore::dimensionOf(kind);
    if (!symbol || !dimension || !m_numbers)
        return;
    MeasureScope scope;
    scope.workflow = m_numbers->question.scope.workflow;
    CallsRequest request;
    request.filter = filterOf(scope);
    explore::narrow(request.filter, *dimension, *symbol);
    request.title = tr("Calls of one %1").arg(explore::wordOf(kind));
    // A row of who calls whom is an agent as one other called it.
    if (const auto caller = symbolFromId(id.section(u'/', 1)); id.contains(u'/') && caller)
        request.keep = [caller = *caller](const Call &call) { return call.parentAgent == caller; };
    m_services.openCalls(request);
}

} // namespace flyball
