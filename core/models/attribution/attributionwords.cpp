// SPDX-License-Identifier: GPL-3.0-or-later
#include <QVariantMap>

#include "core/models/attribution/attributionmodel.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

QString fieldText(MatchField field)
{
    switch (field) {
    case MatchField::Source:
        return AttributionModel::tr("Source");
    case MatchField::Format:
        return AttributionModel::tr("Format");
    case MatchField::File:
        return AttributionModel::tr("File");
    case MatchField::Session:
        return AttributionModel::tr("Session");
    case MatchField::Project:
        return AttributionModel::tr("Working folder");
    case MatchField::Workflow:
        return AttributionModel::tr("Workflow");
    case MatchField::Agent:
        return AttributionModel::tr("Agent");
    case MatchField::Step:
        return AttributionModel::tr("Step");
    case MatchField::TaskType:
        return AttributionModel::tr("Task type");
    case MatchField::Segment:
        return AttributionModel::tr("Segment");
    case MatchField::Feature:
        return AttributionModel::tr("Feature");
    case MatchField::PromptVersion:
        return AttributionModel::tr("Prompt version");
    case MatchField::Tier:
        return AttributionModel::tr("Tier");
    case MatchField::Provider:
        return AttributionModel::tr("Provider");
    case MatchField::Model:
        return AttributionModel::tr("Model");
    case MatchField::Count:
        break;
    }
    return {};
}

QString testText(MatchTest test)
{
    switch (test) {
    case MatchTest::Equals:
        return AttributionModel::tr("is");
    case MatchTest::Contains:
        return AttributionModel::tr("contains");
    case MatchTest::StartsWith:
        return AttributionModel::tr("starts with");
    case MatchTest::Glob:
        return AttributionModel::tr("is like");
    case MatchTest::Count:
        break;
    }
    return {};
}

QString targetText(NameTarget target)
{
    static constexpr MatchField kFields[] = {MatchField::Workflow,      MatchField::Agent,   MatchField::Step,
                                             MatchField::TaskType,      MatchField::Segment, MatchField::Feature,
                                             MatchField::PromptVersion, MatchField::Tier};
    return fieldText(kFields[static_cast<std::size_t>(target)]);
}

QString latin(std::string_view name) { return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())); }

QVariantMap choice(std::string_view key, const QString &text, const QString &sub = {})
{
    return {{QStringLiteral("key"), latin(key)}, {QStringLiteral("text"), text}, {QStringLiteral("sub"), sub}};
}

} // namespace

QVariantList AttributionModel::fields() const
{
    QVariantList list;
    for (std::size_t i = 0; i < static_cast<std::size_t>(MatchField::Count); ++i)
        list.append(choice(matchFieldName(static_cast<MatchField>(i)), fieldText(static_cast<MatchField>(i))));
    return list;
}

QVariantList AttributionModel::tests() const
{
    QVariantList list;
    for (std::size_t i = 0; i < static_cast<std::size_t>(MatchTest::Count); ++i) {
        const auto test = static_cast<MatchTest>(i);
        list.append(choice(matchTestName(test), testText(test),
                           test == MatchTest::Glob ? tr("* any text, ? one letter") : QString()));
    }
    return list;
}

QVariantList AttributionModel::targets() const
{
    QVariantList list;
    for (std::size_t i = 0; i < kNameTargets; ++i)
        list.append(choice(nameTargetName(static_cast<NameTarget>(i)), targetText(static_cast<NameTarget>(i))));
    return list;
}

QString whenText(const AttributionRule &rule)
{
    QStringList parts;
    for (const MatchCondition &condition : rule.when)
        parts << (condition.text.empty() && condition.test == MatchTest::Equals
                      ? AttributionModel::tr("%1 is not known").arg(fieldText(condition.field))
                      : AttributionModel::tr("%1 %2 %3")
                            .arg(fieldText(condition.field), testText(condition.test),
                                 condition.text.empty() ? QStringLiteral("…")
                                                        : displayName(std::string_view(condition.text))));
    return parts.isEmpty() ? AttributionModel::tr("no condition yet") : parts.join(AttributionModel::tr(" and "));
}

QString setText(const AttributionRule &rule)
{
    QStringList parts;
    for (std::size_t i = 0; i < kNameTargets; ++i)
        if (!rule.set[i].empty())
            parts << AttributionModel::tr("%1 %2").arg(targetText(static_cast<NameTarget>(i)).toLower(),
                                                       displayName(std::string_view(rule.set[i])));
    return parts.isEmpty() ? AttributionModel::tr("nothing yet") : parts.join(QStringLiteral(", "));
}

QString trialText(const RuleTrial &trial, const Formatter &format)
{
    if (trial.calls == 0)
        return AttributionModel::tr("There is no call yet to try them on.");
    if (trial.changed == 0)
        return AttributionModel::tr("Would change none of the last %1 calls.").arg(format.count(trial.calls));
    constexpr std::size_t kShown = 4;
    QStringList moves;
    for (std::size_t i = 0; i < trial.moves.size() && i < kShown; ++i) {
        const RuleMove &move = trial.moves[i];
        moves << (move.to.empty() ? AttributionModel::tr("%1 to no %2")
                                        .arg(format.count(move.calls), targetText(move.target).toLower())
                                  : AttributionModel::tr("%1 to %2 %3")
                                        .arg(format.count(move.calls), targetText(move.target).toLower(),
                                             displayName(std::string_view(move.to))));
    }
    if (trial.moves.size() > kShown)
        moves << AttributionModel::tr("%1 more").arg(trial.moves.size() - kShown);
    return AttributionModel::tr("Would change %1 of the last %2 calls: %3.")
        .arg(format.count(trial.changed), format.count(trial.calls), moves.join(QStringLiteral(", ")));
}

} // namespace flyball
