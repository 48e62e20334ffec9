// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/config/configjson.h"

#include <QCoreApplication>
#include <QStringList>

namespace flyball {

namespace {

using Json = nlohmann::ordered_json;

/// Reads typed members of one object and remembers the first that has the wrong type or value.
class Reader {
public:
    Reader(const Json &object, QString pointer, QString &problem)
        : m_object(object), m_pointer(std::move(pointer)), m_problem(problem)
    {}
    void text(const char *key, QString &out, const QStringList &allowed = {})
    {
        const Json *value = find(key);
        if (value == nullptr)
            return;
        if (!value->is_string())
            return complain(key, "must be a text");
        const QString read = QString::fromStdString(value->get_ref<const std::string &>());
        if (!allowed.isEmpty() && !allowed.contains(read))
            return complain(key, "has an unknown value");
        out = read;
    }
    void text(const char *key, std::string &out)
    {
        QString read = QString::fromStdString(out);
        text(key, read);
        out = read.toStdString();
    }
    void integer(const char *key, int &out, int low, int high)
    {
        const Json *value = find(key);
        if (value == nullptr)
            return;
        if (!value->is_number_integer())
            return complain(key, "must be a whole number");
        const bool huge = value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{1} << 40;
        const auto read = huge ? std::int64_t{1} << 40 : value->get<std::int64_t>();
        if (read < low || read > high)
            return complain(key, "is out of range");
        out = static_cast<int>(read);
    }
    void boolean(const char *key, bool &out)
    {
        const Json *value = find(key);
        if (value == nullptr)
            return;
        if (!value->is_boolean())
            return complain(key, "must be true or false");
        out = value->get<bool>();
    }
    const Json *member(const char *key, bool array)
    {
        const Json *value = find(key);
        if (value == nullptr)
            return nullptr;
        if (array ? value->is_array() : value->is_object())
            return value;
        complain(key, array ? "must be a list" : "must be an object");
        return nullptr;
    }
    void complain(const QString &key, const char *what)
    {
        if (m_problem.isEmpty())
            m_problem = m_pointer + u'/' + key + u' ' + QCoreApplication::translate("ConfigStore", what);
    }

private:
    const Json *find(const char *key) const
    {
        const auto it = m_object.find(key);
        return it == m_object.end() ? nullptr : &*it;
    }
    const Json &m_object;
    QString m_pointer;
    QString &m_problem;
};

void readSources(const Json &list, std::vector<SourceConfig> &out, QString &problem)
{
    for (std::size_t i = 0; i < list.size(); ++i) {
        const QString pointer = QStringLiteral("/sources/%1").arg(i);
        if (!list[i].is_object()) {
            if (problem.isEmpty())
                problem = pointer + QCoreApplication::translate("ConfigStore", " must be an object");
            return;
        }
        SourceConfig source;
        Reader reader(list[i], pointer, problem);
        reader.text("id", source.id);
        reader.text("kind", source.kind);
        reader.text("target", source.target);
        reader.boolean("paused", source.paused);
        if (const Json *options = reader.member("options", false))
            for (const auto &[name, value] : options->items()) {
                if (!value.is_string())
                    reader.complain(QStringLiteral("options/") + QString::fromStdString(name), "must be a text");
                else
                    source.options[name] = value.get<std::string>();
            }
        if (source.id.empty() || source.target.empty())
            reader.complain(source.id.empty() ? QStringLiteral("id") : QStringLiteral("target"), "is missing");
        out.push_back(std::move(source));
    }
}

void readFilters(const Json &list, std::vector<SavedFilter> &out, QString &problem)
{
    for (std::size_t i = 0; i < list.size(); ++i) {
        const QString pointer = QStringLiteral("/runFilters/%1").arg(i);
        if (!list[i].is_object()) {
            if (problem.isEmpty())
                problem = pointer + QCoreApplication::translate("ConfigStore", " must be an object");
            return;
        }
        SavedFilter filter;
        Reader reader(list[i], pointer, problem);
        reader.text("name", filter.name);
        if (filter.name.isEmpty())
            reader.complain(QStringLiteral("name"), "is missing");
        if (const Json *conditions = reader.member("conditions", true))
            for (std::size_t c = 0; c < conditions->size(); ++c) {
                if (!(*conditions)[c].is_object()) {
                    reader.complain(QStringLiteral("conditions/%1").arg(c), "must be an object");
                    return;
                }
                SavedCondition condition;
                Reader part((*conditions)[c], pointer + QStringLiteral("/conditions/%1").arg(c), problem);
                part.text("test", condition.test);
                part.text("value", condition.value);
                filter.conditions.push_back(std::move(condition));
            }
        out.push_back(std::move(filter));
    }
}

Json filtersJson(const std::vector<SavedFilter> &filters)
{
    Json list = Json::array();
    for (const SavedFilter &filter : filters) {
        Json conditions = Json::array();
        for (const SavedCondition &condition : filter.conditions)
            conditions.push_back({{"test", condition.test.toStdString()}, {"value", condition.value.toStdString()}});
        list.push_back({{"name", filter.name.toStdString()}, {"conditions", std::move(conditions)}});
    }
    return list;
}

void readAttribution(const Json &json, ConfigValues &values, QString &problem)
{
    Reader reader(json, QStringLiteral("/attribution"), problem);
    reader.integer("revision", values.attributionRevision, 0, 1'000'000'000);
    if (reader.member("rules", true) == nullptr)
        return;
    auto rules = rulesFromJson(json.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (rules)
        values.attribution = std::move(*rules);
    else if (problem.isEmpty())
        problem = QString::fromStdString(rules.error().message);
}

void readSuccess(const Json &json, std::vector<SuccessRule> &out, QString &problem)
{
    for (const auto &[workflow, entry] : json.items()) {
        SuccessRule rule;
        rule.workflow = workflow;
        const QString pointer = QStringLiteral("/successSignals/") + QString::fromStdString(workflow);
        Reader reader(entry, pointer, problem);
        if (entry.is_object())
            reader.text("signal", rule.signal);
        if (rule.signal.empty())
            reader.complain(QStringLiteral("signal"), "is missing");
        if (const Json *labels = entry.is_object() ? reader.member("passLabels", true) : nullptr) {
            for (const Json &label : *labels) {
                if (label.is_string())
                    rule.passLabels.push_back(label.get<std::string>());
                else
                    reader.complain(QStringLiteral("passLabels"), "must be a list of texts");
            }
        }
        if (entry.is_object() && entry.contains("threshold")) {
            if (entry["threshold"].is_number())
                rule.threshold = entry["threshold"].get<double>();
            else
                reader.complain(QStringLiteral("threshold"), "must be a number");
        }
        out.push_back(std::move(rule));
    }
}

/// Nothing is said of what was never chosen.
void writeQuality(Json &json, const ConfigValues &values)
{
    if (values.attributionRevision > 0 || !values.attribution.empty()) {
        Json attribution = Json::parse(rulesToJson(values.attribution), nullptr, false);
        attribution["revision"] = values.attributionRevision;
        json["attribution"] = std::move(attribution);
    }
    if (values.success.empty()) {
        json.erase("successSignals");
        return;
    }
    Json success = Json::object();
    for (const SuccessRule &rule : values.success) {
        Json entry{{"signal", rule.signal}};
        if (!rule.passLabels.empty())
            entry["passLabels"] = rule.passLabels;
        if (rule.threshold)
            entry["threshold"] = *rule.threshold;
        success[rule.workflow] = std::move(entry);
    }
    json["successSignals"] = std::move(success);
}

} // namespace

QString readConfig(const nlohmann::ordered_json &json, ConfigValues &values)
{
    if (!json.is_object())
        return QCoreApplication::translate("ConfigStore", "it is not an object");
    QString problem;
    Reader root(json, {}, problem);
    root.text("theme", values.theme, {QStringLiteral("system"), QStringLiteral("dark"), QStringLiteral("light")});
    root.text("timeZone", values.timeZone);
    root.text("range", values.range);
    root.integer("textSize", values.textSize, 100, 200);
    root.boolean("reducedMotion", values.reducedMotion);
    root.integer("retentionDays", values.retentionDays, 0, 36'500);
    if (const Json *window = root.member("window", false)) {
        Reader reader(*window, QStringLiteral("/window"), problem);
        reader.integer("x", values.window.x, -100'000, 100'000);
        reader.integer("y", values.window.y, -100'000, 100'000);
        reader.integer("width", values.window.width, 1, 100'000);
        reader.integer("height", values.window.height, 1, 100'000);
        reader.boolean("maximised", values.window.maximised);
    }
    if (const Json *list = root.member("sources", true))
        readSources(*list, values.sources, problem);
    if (const Json *list = root.member("runFilters", true))
        readFilters(*list, values.runFilters, problem);
    if (const Json *colours = root.member("workflowColours", false)) {
        Reader reader(*colours, QStringLiteral("/workflowColours"), problem);
        for (const auto &[name, value] : colours->items()) {
            int slot = -1;
            reader.integer(name.c_str(), slot, -1, 9);
            values.workflowSlots.insert(QString::fromStdString(name), slot);
        }
    }
    if (const Json *attribution = root.member("attribution", false))
        readAttribution(*attribution, values, problem);
    if (const Json *success = root.member("successSignals", false))
        readSuccess(*success, values.success, problem);
    return problem;
}

void writeConfig(nlohmann::ordered_json &json, const ConfigValues &values)
{
    json["theme"] = values.theme.toStdString();
    json["timeZone"] = values.timeZone.toStdString();
    json["range"] = values.range.toStdString();
    json["textSize"] = values.textSize;
    json["reducedMotion"] = values.reducedMotion;
    json["retentionDays"] = values.retentionDays;
    Json &window = json["window"];
    window["x"] = values.window.x;
    window["y"] = values.window.y;
    window["width"] = values.window.width;
    window["height"] = values.window.height;
    window["maximised"] = values.window.maximised;
    // Keys that a later version put into a source's object stay with that source.
    const Json former = json.contains("sources") ? json["sources"] : Json::array();
    Json list = Json::array();
    for (const SourceConfig &source : values.sources) {
        Json entry = Json::object();
        for (const Json &old : former)
            if (old.is_object() && old.value("id", std::string()) == source.id)
                entry = old;
        entry["id"] = source.id;
        entry["kind"] = source.kind;
        entry["target"] = source.target;
        entry["paused"] = source.paused;
        if (!source.options.empty() || entry.contains("options"))
            entry["options"] = source.options;
        list.push_back(std::move(entry));
    }
    json["sources"] = std::move(list);
    if (!values.runFilters.empty() || json.contains("runFilters"))
        json["runFilters"] = filtersJson(values.runFilters);
    Json colours = Json::object();
    QStringList names = values.workflowSlots.keys();
    names.sort();
    for (const QString &name : names)
        colours[name.toStdString()] = values.workflowSlots.value(name);
    json["workflowColours"] = std::move(colours);
    writeQuality(json, values);
}

} // namespace flyball
