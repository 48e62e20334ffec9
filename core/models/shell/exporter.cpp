// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/shell/exporter.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>
#include <QStandardPaths>
#include <QUrl>
#include <nlohmann/json.hpp>

#include "core/models/sources/sourcesmodel.h"
#include "core/models/text/displayname.h"

namespace flyball {

namespace {

bool isNumber(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Double:
        return true;
    default:
        break;
    }
    // Exact money travels as text of digits: "12.345678901".
    static const QRegularExpression kDecimal(QStringLiteral("^-?[0-9]+(\\.[0-9]+)?$"));
    return value.typeId() == QMetaType::QString && kDecimal.match(value.toString()).hasMatch();
}

QString plainText(const QVariant &value)
{
    if (value.typeId() == QMetaType::Double)
        return QString::number(value.toDouble(), 'g', QLocale::FloatingPointShortest);
    return value.toString();
}

} // namespace

QString csvCell(const QVariant &value)
{
    if (!value.isValid())
        return {};
    QString text = plainText(value);
    if (isNumber(value))
        return text;
    // Also behind leading quotes and blanks, which spreadsheets skip.
    qsizetype first = 0;
    while (first < text.size() && (text[first] == u'"' || text[first] == u'\'' || text[first] == u' '))
        ++first;
    static const QString kDanger = QStringLiteral("=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20");
    const bool danger =
        (first < text.size() && kDanger.contains(text[first])) || (!text.isEmpty() && kDanger.contains(text[0]));
    if (danger)
        text.prepend(u'\'');
    const bool quote = danger || text.contains(u',') || text.contains(u'"') || text.contains(u'\n')
                       || text.contains(u'\r') || text.contains(u';') || text.startsWith(u' ') || text.endsWith(u' ');
    return quote ? u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"' : text;
}

Exporter::Exporter(Services &services, CallsView &calls, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_calls(calls),
      m_folder(QUrl::fromLocalFile(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)))
{}

void Exporter::setRange(const QString &text, const QString &since, const QString &until)
{
    m_rangeText = text;
    m_since = since;
    m_until = until;
}

Exporter::Sheet Exporter::sheetOf(const TableModel &table, const QVariantList &columns)
{
    Sheet sheet;
    const std::vector<TableRow> rows = table.everyRow();
    std::vector<std::size_t> places;
    std::vector<bool> plainPlaces;
    for (const QVariant &column : columns) {
        const QString key = column.toMap().value(QStringLiteral("key")).toString();
        const int role = table.roleIndex(key);
        if (role < 0)
            continue;
        const auto at = static_cast<std::size_t>(role);
        const bool anyPlain =
            std::any_of(rows.begin(), rows.end(), [&](const TableRow &row) { return row.plain[at].isValid(); });
        // Charts have no plain value, so their columns carry nothing to write.
        if (!anyPlain && !rows.empty() && std::none_of(rows.begin(), rows.end(), [&](const TableRow &row) {
                return row.cells[at].typeId() == QMetaType::QString;
            }))
            continue;
        sheet.keys.append(key);
        sheet.titles.append(column.toMap().value(QStringLiteral("title")).toString());
        places.push_back(at);
        plainPlaces.push_back(anyPlain);
    }
    const auto markPlace = [&](const QString &key) { return table.roleIndex(key + QStringLiteral("Mark")); };
    for (const TableRow &row : rows) {
        std::vector<QVariant> cells;
        for (std::size_t i = 0; i < places.size(); ++i)
            cells.push_back(plainPlaces[i] ? row.plain[places[i]] : row.cells[places[i]]);
        for (const QString &key : sheet.keys)
            if (const int at = markPlace(key); at >= 0)
                cells.push_back(row.cells[static_cast<std::size_t>(at)]);
        sheet.rows.push_back(std::move(cells));
    }
    // A sum that is only a lower bound must say so in a file as well (design 3, Money).
    const QStringList keys = sheet.keys;
    for (const QString &key : keys)
        if (markPlace(key) >= 0) {
            sheet.keys.append(key + QStringLiteral("_bound"));
            sheet.titles.append(tr("%1 bound").arg(sheet.titles.at(keys.indexOf(key))));
        }
    return sheet;
}

Exporter::Sheet Exporter::sheetOfCalls() const
{
    Sheet sheet;
    sheet.keys = {QStringLiteral("time"),     QStringLiteral("workflow"),     QStringLiteral("run"),
                  QStringLiteral("provider"), QStringLiteral("model"),        QStringLiteral("step"),
                  QStringLiteral("agent"),    QStringLiteral("input_tokens"), QStringLiteral("output_tokens"),
                  QStringLiteral("cost_usd"), QStringLiteral("cost_state"),   QStringLiteral("failed")};
    sheet.titles = sheet.keys;
    const auto snapshot = m_services.engine.latest();
    const auto text = [&](Symbol s) {
        const std::string_view t = s == 0 ? std::string_view() : snapshot->symbols->text(s);
        return QVariant(displayName(t));
    };
    static const std::array<const char *, 5> kStates{"unpriced", "computed", "reported", "no_charge", "no_usage"};
    for (const Call &call : m_calls.calls()) {
        const bool counts = call.hasUsage();
        const bool priced = call.costOrigin != CostOrigin::Unpriced && call.costOrigin != CostOrigin::NoUsage;
        const UsdSum cost = call.costOrigin == CostOrigin::NoCharge ? UsdSum() : UsdSum(call.cost);
        sheet.rows.push_back({QString::fromStdString(formatRfc3339(call.time)), text(call.names.workflow),
                              QString::fromStdString(toHex(call.run)), text(call.provider), text(call.model),
                              text(call.names.step), text(call.names.agent),
                              counts ? QVariant(qlonglong(call.usage.inTotal())) : QVariant(),
                              counts ? QVariant(qlonglong(call.usage.outTotal())) : QVariant(),
                              priced ? QVariant(QString::fromStdString(cost.toDecimal())) : QVariant(),
                              QString::fromLatin1(kStates[static_cast<std::size_t>(call.costOrigin)]), call.failed()});
    }
    return sheet;
}

QByteArray Exporter::csvBytes(const Sheet &sheet) const
{
    QByteArray out;
    const auto line = [&](const auto &cells) {
        QStringList texts;
        for (const auto &cell : cells)
            texts.append(csvCell(QVariant(cell)));
        out += texts.join(u',').toUtf8() + "\r\n";
    };
    line(sheet.titles);
    for (const auto &row : sheet.rows)
        line(row);
    return out;
}

QByteArray Exporter::jsonBytes(const Sheet &sheet, const QString &note) const
{
    nlohmann::ordered_json root;
    root["schema"] = "flyball.table/1";
    root["window"] = {{"since", m_since.toStdString()}, {"until", m_until.toStdString()}};
    if (!note.isEmpty())
        root["filter"] = note.toStdString();
    auto &rows = root["rows"] = nlohmann::ordered_json::array();
    for (const auto &row : sheet.rows) {
        nlohmann::ordered_json object;
        for (std::size_t i = 0; i < row.size(); ++i) {
            auto &cell = object[sheet.keys[static_cast<qsizetype>(i)].toStdString()];
            const QVariant &value = row[i];
            if (!value.isValid())
                cell = nullptr; // unknown is not 0
            else if (value.typeId() == QMetaType::Bool)
                cell = value.toBool();
            else if (value.typeId() == QMetaType::Double)
                cell = value.toDouble();
            else if (value.typeId() == QMetaType::LongLong || value.typeId() == QMetaType::Int)
                cell = value.toLongLong();
            else
                cell = value.toString().toStdString();
        }
        rows.push_back(std::move(object));
    }
    return QByteArray::fromStdString(root.dump(1) + "\n");
}

QString Exporter::pathFor(const QString &file) const
{
    const QFileInfo info(flyball::localPath(file));
    const QString folder = QFileInfo(info.path()).canonicalFilePath();
    const QString extension = info.suffix().isEmpty() ? QStringLiteral("csv") : info.suffix();
    const QString path =
        QDir(folder).filePath(safeBaseName(info.completeBaseName(), safeBaseName(extension, {}).chopped(1)));
    if (folder.isEmpty() || QFileInfo(path).isSymLink() || QFileInfo(path).isDir())
        return {};
    return path;
}

QString Exporter::localPath(const QString &file) const { return flyball::localPath(file); }

QString Exporter::write(const QByteArray &bytes, const QString &file)
{
    const QString path = pathFor(file);
    QString problem;
    if (path.isEmpty()) {
        problem = tr("Cannot save there: no such folder, or a link stands in the way.");
    } else {
        QSaveFile out(path);
        if (!out.open(QIODevice::WriteOnly) || !out.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
            || out.write(bytes) != bytes.size() || !out.commit())
            problem = tr("%1 was not saved: %2").arg(displayName(path), out.errorString());
    }
    if (!problem.isEmpty()) {
        Q_EMIT failed(problem);
        return problem;
    }
    m_folder = QUrl::fromLocalFile(QFileInfo(path).path());
    Q_EMIT folderChanged();
    Q_EMIT done(path);
    return {};
}

QString Exporter::csv(TableModel *table, const QVariantList &columns, const QString &file, const QString &note)
{
    if (table == nullptr)
        return tr("There is no table here.");
    Sheet sheet = sheetOf(*table, columns);
    if (!note.isEmpty()) {
        sheet.keys.append(QStringLiteral("filter"));
        sheet.titles.append(tr("Filter"));
        for (auto &row : sheet.rows)
            row.push_back(note);
    }
    return write(csvBytes(sheet), file);
}

QString Exporter::json(TableModel *table, const QVariantList &columns, const QString &file, const QString &note)
{
    return table == nullptr ? tr("There is no table here.") : write(jsonBytes(sheetOf(*table, columns), note), file);
}

QString Exporter::callsCsv(const QString &file) { return write(csvBytes(sheetOfCalls()), file); }

QString Exporter::callsJson(const QString &file) { return write(jsonBytes(sheetOfCalls()), file); }

QString Exporter::suggestName(const QString &base, const QString &extension) const
{
    return safeBaseName(QStringLiteral("flyball-%1-%2").arg(base, m_rangeText), extension);
}

QString Exporter::pngName(const QString &base) const { return suggestName(base, QStringLiteral("png")); }

} // namespace flyball
