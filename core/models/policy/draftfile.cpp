// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/policy/draftfile.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <algorithm>
#include <array>

#include "core/base/wholefile.h"
#include "core/policy/document/text.h"

namespace flyball {

namespace {

constexpr std::size_t kMostBytes = 16 << 20;
constexpr int kMostFiles = 9;
constexpr std::array<std::string_view, 3> kChoices{"open", "mine", "theirs"};

Error malformed(const std::string &what) { return {ErrorCode::Malformed, "the draft " + what}; }

Result<PolicyDocument> documentOf(const JsonValue &json, const char *name)
{
    PolicyReading reading = readPolicyJson(json);
    if (reading.document)
        return std::move(*reading.document);
    for (const Finding &finding : reading.findings)
        if (finding.severity == Severity::Error)
            return malformed("holds no policy in '" + std::string(name) + "': " + finding.path + ' ' + finding.message);
    return malformed("holds no policy in '" + std::string(name) + '\'');
}

JsonValue conflictJson(const DraftConflict &c)
{
    JsonValue out{JsonValue::Object()};
    out.set("path", c.conflict.path);
    if (c.conflict.base)
        out.set("base", *c.conflict.base);
    if (c.conflict.mine)
        out.set("mine", *c.conflict.mine);
    if (c.conflict.theirs)
        out.set("theirs", *c.conflict.theirs);
    out.set("choice", std::string(kChoices[static_cast<std::size_t>(c.choice)]));
    return out;
}

std::optional<JsonValue> member(const JsonValue &object, const char *name)
{
    const JsonValue *value = object.find(name);
    return value ? std::optional(*value) : std::nullopt;
}

Result<std::vector<DraftConflict>> conflictsOf(const JsonValue *json)
{
    std::vector<DraftConflict> out;
    if (json == nullptr)
        return out;
    if (json->array() == nullptr)
        return malformed("has conflicts that are no list");
    for (const JsonValue &item : *json->array()) {
        const JsonValue *path = item.find("path"), *choice = item.find("choice");
        if (!path || !path->string() || !choice || !choice->string())
            return malformed("has a conflict without a place");
        const auto known = std::find(kChoices.begin(), kChoices.end(), *choice->string());
        if (known == kChoices.end())
            return malformed("has a conflict with an unknown choice");
        out.push_back({{*path->string(), member(item, "base"), member(item, "mine"), member(item, "theirs")},
                       static_cast<DraftConflict::Choice>(known - kChoices.begin())});
    }
    return out;
}

const char *keyOf(const JsonValue &entry)
{
    return entry.find("id") ? "id" : entry.find("window") ? "window" : nullptr;
}

JsonValue *entryOf(JsonValue::Array &list, const std::string &name)
{
    for (JsonValue &entry : list) {
        const char *key = keyOf(entry);
        const JsonValue *value = key ? entry.find(key) : nullptr;
        if (value && value->string() && *value->string() == name)
            return &entry;
    }
    return nullptr;
}

JsonValue *stepInto(JsonValue &at, const std::string &step)
{
    return at.array() ? entryOf(*at.array(), step) : at.find(step);
}

} // namespace

std::string draftText(const StoredDraft &draft)
{
    JsonValue out{JsonValue::Object()};
    out.set("version", std::int64_t{1});
    out.set("saved_at", formatRfc3339(draft.savedAt));
    if (draft.base)
        out.set("base", toJson(*draft.base));
    if (draft.state.started)
        out.set("document", toJson(draft.state.document));
    JsonValue::Array conflicts;
    for (const DraftConflict &c : draft.state.conflicts)
        conflicts.push_back(conflictJson(c));
    if (!conflicts.empty())
        out.set("conflicts", std::move(conflicts));
    return out.pretty();
}

Result<StoredDraft> readDraft(std::string_view text)
{
    const auto json = JsonValue::parse(text);
    if (!json)
        return json.error();
    const JsonValue *version = json->find("version");
    if (!version || *version != JsonValue(std::int64_t{1}))
        return malformed("is of a version this Flyball does not know");
    StoredDraft out;
    const JsonValue *saved = json->find("saved_at");
    if (saved && saved->string())
        out.savedAt = parseRfc3339(*saved->string()).value_or(kNoTime);
    if (const JsonValue *base = json->find("base")) {
        auto document = documentOf(*base, "base");
        if (!document)
            return document.error();
        out.base = std::move(*document);
    }
    if (const JsonValue *mine = json->find("document")) {
        auto document = documentOf(*mine, "document");
        if (!document)
            return document.error();
        out.state.document = std::move(*document);
        out.state.started = true;
    }
    auto conflicts = conflictsOf(json->find("conflicts"));
    if (!conflicts)
        return conflicts.error();
    out.state.conflicts = std::move(*conflicts);
    return out;
}

DraftFile::DraftFile(const QString &path)
{
    const QFileInfo info(path);
    QDir().mkpath(info.path());
    for (int i = 1; i <= kMostFiles; ++i) {
        const QString tail = i == 1 ? QString() : QStringLiteral("-%1").arg(i);
        const QString name = info.path() + u'/' + info.completeBaseName() + tail + QStringLiteral(".json");
        auto lock = std::make_unique<QLockFile>(name + QStringLiteral(".lock"));
        lock->setStaleLockTime(0); // only a process that is gone leaves a stale one
        if (!lock->tryLock(0))
            continue;
        m_path = name;
        m_lock = std::move(lock);
        return;
    }
}

DraftFile::~DraftFile() = default;

Result<std::optional<StoredDraft>> DraftFile::load() const
{
    if (m_path.isEmpty() || !QFile::exists(m_path))
        return std::optional<StoredDraft>();
    auto text = readWholeFile(QFile::encodeName(m_path).toStdString(), kMostBytes);
    if (!text && text.error().code == ErrorCode::Unreadable)
        return text.error();
    auto draft = text ? readDraft(*text) : Result<StoredDraft>(text.error());
    if (draft)
        return std::optional(std::move(*draft));
    const QString aside = m_path + QStringLiteral(".damaged-")
                          + QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMddTHHmmss"));
    QFile::rename(m_path, aside);
    return Error{ErrorCode::Corrupt,
                 QCoreApplication::translate("PolicyDraft", "The policy draft could not be read and was set "
                                                            "aside as %1: %2")
                     .arg(aside, QString::fromStdString(draft.error().message))
                     .toStdString()};
}

Result<> DraftFile::store(const StoredDraft &draft) const
{
    if (m_path.isEmpty())
        return Error{ErrorCode::Locked, "every draft file is held by another Flyball"};
    return writeFileAtomically(QFile::encodeName(m_path).toStdString(), draftText(draft));
}

void setAtNamed(JsonValue &document, std::string_view pointer, const std::optional<JsonValue> &value)
{
    std::vector<std::string> steps = pointerSteps(pointer);
    if (steps.empty()) {
        if (value)
            document = *value;
        return;
    }
    JsonValue *at = &document;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
        JsonValue *next = stepInto(*at, steps[i]);
        if (!next && (at->array() || !value))
            return;
        if (!next) {
            at->set(steps[i], JsonValue(JsonValue::Object()));
            next = at->find(steps[i]);
        }
        at = next;
    }
    const std::string &last = steps.back();
    if (JsonValue::Array *list = at->array()) {
        JsonValue *entry = entryOf(*list, last);
        if (entry && value)
            *entry = *value;
        else if (entry)
            list->erase(list->begin() + (entry - list->data()));
        else if (value)
            list->push_back(*value);
    } else if (value) {
        at->set(last, *value);
    } else {
        at->remove(last);
    }
}

std::optional<JsonValue> valueAtNamed(const JsonValue &document, std::string_view pointer)
{
    JsonValue copy = document;
    JsonValue *at = &copy;
    for (const std::string &step : pointerSteps(pointer)) {
        at = stepInto(*at, step);
        if (!at)
            return std::nullopt;
    }
    return *at;
}

} // namespace flyball
