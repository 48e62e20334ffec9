// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/models/sources/sourcecheck.h"
#include "core/gateways/registry.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <map>

#include "core/formats/format.h"
#include "core/sources/file_reader.h"
#include "core/sources/list_files.h"

namespace flyball {

namespace {

constexpr std::size_t kMaxSniffed = 20;
constexpr std::int64_t kHeadBytes = 64 << 10;

QString tr(const char *text) { return QCoreApplication::translate("SourceCheck", text); }

const Format *sniffFile(const QString &path)
{
    FileReader::Options options;
    options.handOverUnterminated = true;
    options.blockBytes = kHeadBytes;
    const Format *format = nullptr;
    struct Enough {};
    try { // compressed files and records are told by what is inside them
        (void)FileReader(options).read(
            path.toStdString(),
            [&](const Chunk &chunk) {
                format = sniffFormat(chunk.bytes.substr(0, kHeadBytes), chunk.record);
                throw Enough{};
            },
            [](const Reject &) {});
    } catch (const Enough &) {
        return format;
    }
    return format;
}

QString labelOf(const Format &format)
{
    return QString::fromUtf8(format.label.data(), static_cast<qsizetype>(format.label.size()));
}

SourceCheck found(const Format &format, std::size_t files, qint64 bytes)
{
    const QString kind = QString::fromUtf8(format.kind.data(), static_cast<qsizetype>(format.kind.size()));
    const QString size = QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
    return {true, kind,
            files == 1 ? tr("%1, 1 file, %2").arg(labelOf(format), size)
                       : tr("%1, %2 files, %3").arg(labelOf(format)).arg(files).arg(size)};
}

SourceCheck checkFolder(const QString &path)
{
    SourceRoots roots;
    roots.paths.push_back(path.toStdString());
    const std::vector<ScanFile> files = listFiles(roots);
    std::map<const Format *, std::pair<std::size_t, qint64>> byFormat;
    for (const ScanFile &file : files) {
        std::string_view relative = file.path;
        const auto prefix = static_cast<std::size_t>(path.toStdString().size());
        relative.remove_prefix(std::min(relative.size(), prefix));
        while (!relative.empty() && relative.front() == '/')
            relative.remove_prefix(1);
        for (const Format &format : formats())
            if (format.wantsPath != nullptr && format.wantsPath(relative)) {
                auto &[count, bytes] = byFormat[&format];
                ++count;
                bytes += file.size;
            }
    }
    // Several formats may want the name; the bytes decide.
    std::size_t sniffed = 0;
    for (const ScanFile &file : files) {
        if (++sniffed > kMaxSniffed)
            break;
        if (const Format *format = sniffFile(QString::fromStdString(file.path)); format != nullptr)
            if (const auto it = byFormat.find(format); it != byFormat.end())
                return found(*format, it->second.first, it->second.second);
    }
    if (files.empty())
        return {true, {}, tr("The folder is empty. It is watched for new traces.")};
    return {false, {}, tr("No trace of a known format among the first %1 files.").arg(std::min(sniffed, kMaxSniffed))};
}

} // namespace

QString kindLabel(const QString &kind)
{
    const Format *format = formatOfKind(kind.toStdString());
    if (const RemoteKind *remote = remoteKind(kind.toStdString()))
        return QString::fromUtf8(remote->label.data(), static_cast<qsizetype>(remote->label.size()));
    return format != nullptr ? labelOf(*format) : kind;
}

SourceCheck checkSource(const QString &path)
{
    const QFileInfo info(path);
    if (path.isEmpty())
        return {false, {}, tr("Give a file or a folder.")};
    if (!info.exists())
        return {false, {}, tr("There is no such file or folder.")};
    if (!info.isReadable())
        return {false, {}, tr("It cannot be read: permission denied.")};
    if (info.isDir())
        return checkFolder(info.absoluteFilePath());
    if (!info.isFile())
        return {false, {}, tr("It is neither a file nor a folder.")};
    if (info.size() == 0)
        return {true, {}, tr("The file is empty. It is watched for new lines.")};
    if (const Format *format = sniffFile(path))
        return found(*format, 1, info.size());
    return {false, {}, tr("Its first lines are of no known format.")};
}

} // namespace flyball
