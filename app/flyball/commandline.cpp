// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/flyball/commandline.h"

#include <algorithm>

#include "core/gateways/registry.h"

#include <QDate>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace flyball {

namespace {

const QString kOtlpAddress = QStringLiteral("127.0.0.1:4318");
constexpr int kMaxPictureSide = 8192;
constexpr int kMaxAfterMs = 3'600'000;

Error wrong(const QString &text) { return Error{ErrorCode::InvalidArgument, text.toStdString()}; }

/// Walks the arguments; knows the `--name=value` form.
class ArgumentReader {
public:
    explicit ArgumentReader(const QStringList &arguments) : m_arguments(arguments) {}

    bool next()
    {
        if (m_index >= m_arguments.size())
            return false;
        m_raw = m_arguments.at(m_index++);
        m_name = m_raw;
        m_inlineValue.reset();
        const auto equals = m_name.indexOf(QLatin1Char('='));
        if (m_name.startsWith(QLatin1String("--")) && equals > 0) {
            m_inlineValue = m_name.mid(equals + 1);
            m_name.truncate(equals);
        }
        return true;
    }
    [[nodiscard]] const QString &name() const { return m_name; }
    [[nodiscard]] const QString &raw() const { return m_raw; }
    [[nodiscard]] bool hasInlineValue() const { return m_inlineValue.has_value(); }
    Result<QString> value()
    {
        if (m_inlineValue && !m_inlineValue->isEmpty())
            return *m_inlineValue;
        if (!m_inlineValue && m_index < m_arguments.size())
            return m_arguments.at(m_index++);
        return wrong(QStringLiteral("%1 needs a value").arg(m_name));
    }

private:
    QStringList m_arguments;
    qsizetype m_index = 0;
    QString m_raw;
    QString m_name;
    std::optional<QString> m_inlineValue;
};

Result<QSize> parseSize(const QString &text)
{
    const QStringList parts = text.split(QLatin1Char('x'));
    bool okWidth = false;
    bool okHeight = false;
    const int width = parts.value(0).toInt(&okWidth);
    const int height = parts.value(1).toInt(&okHeight);
    if (parts.size() != 2 || !okWidth || !okHeight || width < 1 || height < 1 || width > kMaxPictureSide
        || height > kMaxPictureSide)
        return wrong(QStringLiteral("--size %1 is not WIDTHxHEIGHT").arg(text));
    return QSize(width, height);
}

/// RFC 3339, or a date, which is its midnight here.
Result<TimeNs> parseMoment(const QString &option, const QString &text)
{
    if (const auto time = parseRfc3339(text.toStdString()))
        return *time;
    const QDate date = QDate::fromString(text, Qt::ISODate);
    if (date.isValid() && text.size() == 10)
        return date.startOfDay().toSecsSinceEpoch() * kSecond;
    return wrong(QStringLiteral("%1 %2 is neither a date nor an RFC 3339 time").arg(option, text));
}

Result<std::string> readablePath(const QString &what, const QString &path)
{
    const QFileInfo info(path);
    if (!info.exists())
        return Error{ErrorCode::NotFound, QStringLiteral("%1 %2 does not exist").arg(what, path).toStdString()};
    if (!info.isReadable() || (info.isDir() && !info.isExecutable()))
        return Error{ErrorCode::Unreadable, QStringLiteral("%1 %2 cannot be read").arg(what, path).toStdString()};
    return QDir::cleanPath(info.absoluteFilePath()).toStdString();
}

/// Paths are made absolute: the demo and a relaunch may run elsewhere.
Result<SourceSpec> sourceFrom(const QString &text)
{
    if (auto remote = parseRemoteSource(text.toStdString())) {
        if (!*remote)
            return remote->error();
        return SourceSpec{(*remote)->kind, (*remote)->target, (*remote)->options};
    }
    auto source = parseSource(QFile::encodeName(text).toStdString());
    if (!source)
        return source.error();
    const QString path = QFile::decodeName(QByteArray::fromStdString(source->target));
    source->target = QFile::encodeName(QDir::cleanPath(QFileInfo(path).absoluteFilePath())).toStdString();
    return source;
}

Result<> checkPicture(const QString &file)
{
    const QFileInfo info(file);
    const QFileInfo folder(info.absolutePath());
    if (!folder.isDir() || !folder.isWritable())
        return wrong(QStringLiteral("--screenshot %1: folder %2 cannot be written").arg(file, folder.filePath()));
    if (info.isDir())
        return wrong(QStringLiteral("--screenshot %1 is a folder").arg(file));
    return {};
}

Result<int> parseDelay(const QString &text)
{
    bool ok = false;
    const int ms = text.toInt(&ok);
    if (!ok || ms < 0 || ms > kMaxAfterMs)
        return wrong(QStringLiteral("--after %1 is not a number of milliseconds up to %2").arg(text).arg(kMaxAfterMs));
    return ms;
}

Result<> applyChoice(CommandLine &line, const QString &option, const QString &value)
{
    if (option == QLatin1String("--page")) {
        if (!builtPages().contains(value))
            return wrong(
                QStringLiteral("page '%1' is not built; pages: %2").arg(value, builtPages().join(QLatin1String(", "))));
        line.page = value;
        return {};
    }
    if (value != QLatin1String("dark") && value != QLatin1String("light"))
        return wrong(QStringLiteral("--theme %1 is neither dark nor light").arg(value));
    line.theme = value;
    return {};
}

template <typename T, typename Target>
Result<> store(Result<T> parsed, Target &target)
{
    if (!parsed)
        return parsed.error();
    target = std::move(*parsed);
    return {};
}

Result<> applyOption(CommandLine &line, const QString &option, const QString &value)
{
    if (option == QLatin1String("--page") || option == QLatin1String("--theme"))
        return applyChoice(line, option, value);
    if (option == QLatin1String("--since"))
        return store(parseMoment(option, value), line.since);
    if (option == QLatin1String("--until"))
        return store(parseMoment(option, value), line.until);
    if (option == QLatin1String("--size"))
        return store(parseSize(value), line.size);
    if (option == QLatin1String("--after"))
        return store(parseDelay(value), line.afterMs);
    if (option == QLatin1String("--screenshot")) {
        line.screenshot = value;
        return checkPicture(value);
    }
    auto path = readablePath(option, value);
    if (!path)
        return path.error();
    if (!QFileInfo(value).isFile())
        return wrong(QStringLiteral("--prices %1 is not a file").arg(value));
    line.priceFiles.push_back(*path);
    return {};
}

bool takesValue(const QString &option)
{
    static const QStringList options{QStringLiteral("--page"),       QStringLiteral("--theme"),
                                     QStringLiteral("--screenshot"), QStringLiteral("--size"),
                                     QStringLiteral("--after"),      QStringLiteral("--since"),
                                     QStringLiteral("--until"),      QStringLiteral("--prices")};
    return options.contains(option);
}

Result<CommandLine> checkTogether(CommandLine line)
{
    if (line.demo && !line.sources.empty())
        return wrong(QStringLiteral("--demo watches its own fleet; it takes no SOURCE"));
    if (line.since && line.until && *line.since >= *line.until)
        return wrong(QStringLiteral("--since must be before --until"));
    if (line.screenshot.isEmpty() && (line.size.isValid() || line.afterMs > 0))
        return wrong(QStringLiteral("--size and --after belong to --screenshot"));
    return line;
}

} // namespace

const QStringList &builtPages()
{
    static const QStringList pages{QStringLiteral("overview"), QStringLiteral("workflow"), QStringLiteral("runs"),
                                   QStringLiteral("run"),      QStringLiteral("explore"),  QStringLiteral("policy"),
                                   QStringLiteral("sources"),  QStringLiteral("prices"),   QStringLiteral("settings"),
                                   QStringLiteral("first-run")};
    return pages;
}

Result<CommandLine> parseCommandLine(const QStringList &arguments)
{
    CommandLine line;
    ArgumentReader reader(arguments);
    bool onlySources = false;
    while (reader.next()) {
        const QString name = reader.name();
        if (!onlySources && (name == QLatin1String("--help") || name == QLatin1String("-h"))) {
            line.action = CommandLine::Action::Help;
            return line;
        }
        if (!onlySources && (name == QLatin1String("--version") || name == QLatin1String("-v"))) {
            line.action = CommandLine::Action::Version;
            return line;
        }
        Result<> done;
        if (!onlySources && name == QLatin1String("--")) {
            onlySources = true;
        } else if (!onlySources && name == QLatin1String("--demo") && !reader.hasInlineValue()) {
            line.demo = true;
        } else if (!onlySources && name == QLatin1String("--otlp")) {
            const auto address = reader.hasInlineValue() ? reader.value() : Result<QString>(kOtlpAddress);
            if (address)
                line.otlp = address->toStdString();
            else
                done = address.error();
        } else if (!onlySources && takesValue(name)) {
            const auto value = reader.value();
            done = value ? applyOption(line, name, *value) : Result<>(value.error());
        } else if (!onlySources && name.startsWith(QLatin1Char('-')) && name.size() > 1) {
            done = wrong(QStringLiteral("option %1 is not known; see flyball --help").arg(name));
        } else {
            auto source = sourceFrom(reader.raw());
            if (source)
                line.sources.push_back(std::move(*source));
            else
                done = source.error();
        }
        if (!done)
            return done.error();
    }
    return checkTogether(std::move(line));
}

QString helpText()
{
    return QStringLiteral("Usage: flyball [SOURCE...] [OPTIONS]\n"
                          "Watches what LLM agents spend. SOURCE is a file or folder of traces, or KIND:PATH.\n"
                          "Without SOURCE the app's own ledger and configuration are used; with SOURCE or --demo a\n"
                          "ledger apart from them, and the configuration stays untouched.\n"
                          "\n"
                          "  --demo               watch a simulated fleet\n"
                          "  --otlp[=HOST:PORT]   take OTLP/HTTP from agents, on 127.0.0.1:4318 unless told\n"
                          "  --page NAME          %1\n"
                          "  --theme dark|light   instead of the system's\n"
                          "  --since T, --until T RFC 3339 time, or a date (midnight here); until is exclusive\n"
                          "  --prices FILE        price file on top of the built-in book, can be repeated\n"
                          "  --screenshot FILE    save a PNG of the window and end; also prints the headline figures\n"
                          "  --size WxH           of the screenshot, 1440x900 unless told\n"
                          "  --after MS           wait this long after everything was read\n"
                          "  --version, --help\n"
                          "\n"
                          "Example: flyball ~/.claude/projects --page runs\n"
                          "Files: $XDG_CONFIG_HOME/flyball, $XDG_DATA_HOME/flyball, $XDG_STATE_HOME/flyball;\n"
                          "FLYBALL_HOME moves all three. Exit code 2: an argument or file cannot be used.\n")
        .arg(builtPages().join(QLatin1String(", ")));
}

} // namespace flyball
