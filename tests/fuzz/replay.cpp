// SPDX-License-Identifier: GPL-3.0-or-later
// Drives a fuzz target without libFuzzer: every corpus file and line as it is, then mutations in a fixed
// order. fuzz_x [--runs N] [--seconds S] [--seed N] PATH...; an input that ends the process is left in
// crash-input beside it, and is replayed by naming it as the PATH with --runs 0.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <unistd.h>

#include "tests/fuzz/fuzz_check.h"

namespace {

constexpr std::size_t kMaxInput = 64 * 1024;
const std::string *g_current = nullptr;

extern "C" void keepInput(int signal)
{
    const int fd = ::open("crash-input", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0 && g_current)
        (void)!::write(fd, g_current->data(), g_current->size());
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(const std::string &input)
{
    g_current = &input;
    (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(input.data()), input.size());
}

void addFile(const std::filesystem::path &path, std::vector<std::string> &corpus)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    const std::string text = content.str();
    if (text.size() <= kMaxInput)
        corpus.push_back(text);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (end - at > 1 && end - at <= kMaxInput)
            corpus.push_back(text.substr(at, end - at));
        at = end + 1;
    }
}

std::string mutate(const std::vector<std::string> &corpus, std::mt19937_64 &random)
{
    static constexpr std::string_view words[] = {"null",
                                                 "true",
                                                 "{}",
                                                 "[]",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 "\"",
                                                 "\\",
                                                 ",",
                                                 ":",
                                                 "\\u0000",
                                                 "\\ud800",
                                                 "-1",
                                                 "1e400",
                                                 "1e-400",
                                                 "9007199254740993",
                                                 "18446744073709551616",
                                                 "0.5",
                                                 "\xFF",
                                                 "\xED\xA0\x80",
                                                 "\n",
                                                 "\r\n",
                                                 std::string_view("\0", 1),
                                                 "\xEF\xBB\xBF",
                                                 "\"usage\":{",
                                                 "\"id\":null",
                                                 "{\"arrayValue\":{\"values\":[",
                                                 "\"traceId\":\"\"",
                                                 "\"scope\":null"};
    std::string text = corpus[random() % corpus.size()];
    for (auto n = 1 + random() % 6; n > 0; --n) {
        const std::size_t at = text.empty() ? 0 : random() % text.size();
        switch (random() % 8) {
        case 0:
            if (!text.empty())
                text[at] = static_cast<char>(text[at] ^ static_cast<char>(1U << (random() % 8)));
            break;
        case 1:
            if (!text.empty())
                text[at] = static_cast<char>(random());
            break;
        case 2:
            text.erase(at, 1 + random() % 32);
            break;
        case 3:
            text.insert(at, words[random() % std::size(words)]);
            break;
        case 4: { // a stretch of another input
            const std::string &other = corpus[random() % corpus.size()];
            const std::size_t from = other.empty() ? 0 : random() % other.size();
            text.insert(at, other.substr(from, random() % 200));
            break;
        }
        case 5: // a stretch of itself again, sometimes many times
            for (auto times = random() % 20 == 0 ? 50 : 1; times > 0; --times)
                text.insert(at, text.substr(at, 1 + random() % 40));
            break;
        case 6:
            text.resize(at);
            break;
        default: // another number in the place of one
            if (const std::size_t digit = text.find_first_of("0123456789", at); digit != std::string::npos)
                text.replace(digit, 1, std::to_string(random() >> (random() % 64)));
        }
        if (text.size() > kMaxInput)
            text.resize(kMaxInput);
    }
    return text;
}

} // namespace

int main(int argc, char **argv)
{
    std::uint64_t runs = 10'000;
    std::uint64_t seed = 1;
    double seconds = 10;
    std::vector<std::string> corpus = {""};
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const bool option = argument.rfind("--", 0) == 0 && i + 1 < argc;
        if (option && argument == "--runs") {
            runs = std::strtoull(argv[++i], nullptr, 10);
        } else if (option && argument == "--seed") {
            seed = std::strtoull(argv[++i], nullptr, 10);
        } else if (option && argument == "--seconds") {
            seconds = std::strtod(argv[++i], nullptr);
        } else if (std::filesystem::is_directory(argument)) {
            std::vector<std::filesystem::path> files;
            for (const auto &entry : std::filesystem::recursive_directory_iterator(argument))
                if (entry.is_regular_file())
                    files.push_back(entry.path());
            std::sort(files.begin(), files.end()); // the same corpus on every machine
            for (const auto &file : files)
                addFile(file, corpus);
        } else if (std::filesystem::exists(argument)) {
            addFile(argument, corpus);
        } else {
            std::fprintf(stderr, "no such input: %s\n", argument.c_str());
            return 2;
        }
    }
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        std::signal(signal, keepInput);
    for (const std::string &input : corpus)
        run(input);
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    std::mt19937_64 random(seed);
    std::uint64_t done = 0;
    for (; done < runs && std::chrono::steady_clock::now() < end; ++done)
        run(mutate(corpus, random));
    std::printf("%zu inputs as they are, %llu mutations\n", corpus.size(), static_cast<unsigned long long>(done));
    return corpus.size() > 1 ? 0 : 2; // a corpus that is not there tests nothing
}
