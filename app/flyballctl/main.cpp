// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "app/flyballctl/arguments.h"
#include "app/flyballctl/commands.h"

using namespace flyball::ctl;

namespace {

const std::vector<const Command *> &commands()
{
    static const std::vector<const Command *> all = {&reportCommand(),  &watchCommand(),  &ingestCommand(),
                                                     &sourcesCommand(), &pricesCommand(), &policyCommand(),
                                                     &doctorCommand()};
    return all;
}

int printHelp()
{
    std::printf("flyballctl: Flyball without a window\n\nUsage: flyballctl COMMAND [...]\n\n");
    for (const Command *command : commands())
        std::printf("  %-9s %s\n", command->name, command->summary);
    std::printf("\nflyballctl COMMAND --help shows the options and an example.\n");
    return kOk;
}

/// A result that could not be written is no result.
int delivered(int code)
{
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return code;
    return unusable("the output cannot be written");
}

} // namespace

int main(int argc, char **argv)
{
    umask(077);
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
        printHelp();
        return words.empty() ? kUnusable : kOk;
    }
    if (words[0] == "--version") {
        std::printf("flyballctl %s\n", FLYBALL_VERSION);
        return kOk;
    }
    for (const Command *command : commands()) {
        if (words[0] != command->name)
            continue;
        const std::vector<std::string> rest(words.begin() + 1, words.end());
        for (const std::string &word : rest)
            if (word == "--help" || word == "-h") {
                std::fputs(command->help, stdout);
                return delivered(kOk);
            }
        return delivered(command->run(rest));
    }
    return unusable("unknown command '" + words[0] + "'; flyballctl --help lists them");
}
