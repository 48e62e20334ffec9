// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/sources/rawmodel.h"

#include <QThreadPool>
#include <QVariantMap>

#include "core/models/text/displayname.h"

namespace flyball {

namespace {

constexpr int kMostShown = 600; ///< characters of a cell

const char *toneOf(RawTone tone)
{
    switch (tone) {
    case RawTone::Counts:
        return "ok";
    case RawTone::Known:
        return "muted";
    case RawTone::Unknown:
        return "warn";
    case RawTone::Bad:
        return "crit";
    }
    return "";
}

QString textOf(const std::string &text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }

std::vector<std::string> foldedOf(const RawPage &page)
{
    std::vector<std::string> out;
    out.reserve(page.rows.size());
    for (const RawRow &row : page.rows) {
        QString all = textOf(row.meaning);
        for (const std::string &cell : row.cells)
            all += u'\n' + textOf(cell);
        out.push_back(all.toCaseFolded().toStdString());
    }
    return out;
}

struct Segment {
    const char *key;
    const char *text;
    RawTone tone;
};
constexpr Segment kSegments[] = {{"counts", QT_TRANSLATE_NOOP("flyball::RawModel", "Counts"), RawTone::Counts},
                                 {"known", QT_TRANSLATE_NOOP("flyball::RawModel", "Known"), RawTone::Known},
                                 {"unknown", QT_TRANSLATE_NOOP("flyball::RawModel", "No meaning"), RawTone::Unknown},
                                 {"refused", QT_TRANSLATE_NOOP("flyball::RawModel", "Refused"), RawTone::Bad}};

const Segment *segmentOf(const QString &key)
{
    for (const Segment &segment : kSegments)
        if (key == QLatin1String(segment.key))
            return &segment;
    return nullptr;
}

QString keyOf(int column) { return QStringLiteral("c%1").arg(column); }

} // namespace

RawModel::RawModel(Services &services, QObject *parent)
    : QObject(parent),
      m_services(services),
      m_table(
          {keyOf(0), keyOf(1), keyOf(2), keyOf(3), keyOf(4), QStringLiteral("meaning"), QStringLiteral("tone")},
          [this](int row) { return make(row); }, this)
{}

QVariantList RawModel::segments() const
{
    const auto entry = [this](const QString &key, const QString &text, std::int64_t count) {
        return QVariantMap{{QStringLiteral("key"), key},
                           {QStringLiteral("text"), tr("%1 %2").arg(text, m_services.format.count(count))}};
    };
    if (!m_page)
        return {};
    QVariantList out{entry(QStringLiteral("all"), tr("All"), m_page->total)};
    for (const Segment &segment : kSegments)
        if (m_page->count(segment.tone) > 0 || m_segment == QLatin1String(segment.key))
            out.append(entry(QLatin1String(segment.key), tr(segment.text), m_page->count(segment.tone)));
    return out;
}

void RawModel::setSegment(const QString &segment)
{
    if (segment == m_segment)
        return;
    m_segment = segment;
    form();
}

void RawModel::setFilter(const QString &filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    form();
}

void RawModel::open(const SourceHealth &source)
{
    m_config.id = source.id;
    m_config.kind = source.kind;
    m_config.target = source.target;
    m_config.options = source.options;
    m_requests = source.requests;
    m_title = displayName(std::string_view(source.url.empty() ? source.target : source.url));
    m_filter.clear();
    m_segment = QStringLiteral("all");
    reload();
}

void RawModel::reload()
{
    const int request = ++m_request;
    setState(QStringLiteral("loading"));
    QThreadPool::globalInstance()->start(
        [this, request, config = m_config, requests = m_requests, box = m_services.mailbox] {
            Result<RawPage> page = requests ? browseRequests(*requests) : browseSource(config);
            std::shared_ptr<const Texts> texts;
            Result<std::shared_ptr<const RawPage>> shared = std::shared_ptr<const RawPage>();
            if (page) {
                texts = std::make_shared<const Texts>(foldedOf(*page));
                shared = std::make_shared<const RawPage>(std::move(*page));
            } else {
                shared = page.error();
            }
            box->post([this, request, shared, texts] {
                if (request == m_request)
                    received(shared, texts);
            });
        });
}

void RawModel::close()
{
    ++m_request;
    m_page.reset();
    m_texts.reset();
    m_requests.reset();
    m_rows = {};
    m_table.setKeys({});
    m_columns.clear();
    Q_EMIT columnsChanged();
    m_sub.clear();
    m_note.clear();
    setState(QStringLiteral("closed"));
}

void RawModel::received(const Result<std::shared_ptr<const RawPage>> &page, std::shared_ptr<const Texts> texts)
{
    if (!page) {
        m_page.reset();
        m_texts.reset();
        m_rows.clear();
        m_table.setKeys({});
        m_sub.clear();
        m_note.clear();
        return setState(QStringLiteral("error"), displayName(std::string_view(page.error().message)));
    }
    m_page = *page;
    m_texts = std::move(texts);
    QStringList columns;
    for (const std::string &column : m_page->columns)
        columns.append(textOf(column));
    if (columns != m_columns) {
        m_table.setKeys({});
        m_columns = columns;
        Q_EMIT columnsChanged();
    }
    const Formatter &f = m_services.format;
    const QString took = f.duration(m_page->took);
    m_sub = tr("%1 at %2, in %3").arg(f.bytes(m_page->bytes), f.timeSeconds(m_page->at), took);
    QStringList notes;
    if (m_page->truncated())
        notes.append(tr("The first %1 of %2 rows: the rest is left out")
                         .arg(f.count(static_cast<std::int64_t>(m_page->rows.size())), f.count(m_page->total)));
    for (const std::string &note : m_page->notes)
        notes.append(displayName(std::string_view(note)));
    m_note = notes.join(QStringLiteral("; "));
    form();
}

void RawModel::form()
{
    if (!m_page) {
        Q_EMIT changed();
        return;
    }
    const std::string needle = m_filter.trimmed().toCaseFolded().toStdString();
    const Segment *only = segmentOf(m_segment);
    m_rows.clear();
    for (std::size_t i = 0; i < m_page->rows.size(); ++i)
        if ((!only || m_page->rows[i].tone == only->tone)
            && (needle.empty() || (*m_texts)[i].find(needle) != std::string::npos))
            m_rows.push_back(i);
    m_table.setKeys({m_rows.begin(), m_rows.end()});
    const Formatter &f = m_services.format;
    const auto shown = static_cast<std::int64_t>(m_rows.size());
    m_table.setStatus(shown == m_page->total ? tr("%1 rows").arg(f.count(shown))
                                             : tr("%1 of %2 rows").arg(f.count(shown), f.count(m_page->total)),
                      false);
    setState(m_page->rows.empty() ? QStringLiteral("none")
             : m_rows.empty()     ? QStringLiteral("nothing")
                                  : QStringLiteral("ready"));
}

void RawModel::setState(const QString &state, const QString &text)
{
    m_state = state;
    m_text = text;
    Q_EMIT changed();
}

TableRow RawModel::make(int row) const
{
    const RawRow &raw = m_page->rows[m_rows[static_cast<std::size_t>(row)]];
    TableRow out = m_table.makeRow(QString::number(m_rows[static_cast<std::size_t>(row)]));
    QStringList words;
    for (std::size_t i = 0; i < raw.cells.size() && i < kColumns; ++i) {
        const QString shown = displayName(std::string_view(raw.cells[i]), kMostShown);
        m_table.put(out, keyOf(static_cast<int>(i)).toLatin1().constData(), shown, textOf(raw.cells[i]), kNoOrder);
        words.append(shown.left(kMaxNameChars));
    }
    const QString meaning = displayName(std::string_view(raw.meaning), kMostShown);
    m_table.put(out, "meaning", meaning, textOf(raw.meaning), kNoOrder);
    m_table.put(out, "tone", QLatin1String(toneOf(raw.tone)));
    words.append(meaning);
    m_table.put(out, "accessible", words.join(QStringLiteral(", ")));
    return out;
}

QString RawModel::rowText(int row) const
{
    if (!m_page || row < 0 || row >= static_cast<int>(m_rows.size()))
        return {};
    const RawRow &raw = m_page->rows[m_rows[static_cast<std::size_t>(row)]];
    QStringList cells;
    for (const std::string &cell : raw.cells)
        cells.append(textOf(cell));
    cells.append(textOf(raw.meaning));
    return cells.join(u'\t');
}

QString RawModel::wholeText(int row) const
{
    constexpr int kMostWhole = 2000;
    return displayName(rowText(row).replace(u'\t', QStringLiteral("  ")), kMostWhole);
}

QString RawModel::allText() const
{
    QString out = m_columns.join(u'\t') + u'\t' + tr("What is made of it") + u'\n';
    for (int i = 0; i < static_cast<int>(m_rows.size()); ++i)
        out += rowText(i) + u'\n';
    return out;
}

} // namespace flyball
