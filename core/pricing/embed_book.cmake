# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DINPUT=x.json -DOUTPUT=y.cpp -P embed_book.cmake: one raw string literal, text kept readable in the binary.
file(READ "${INPUT}" book)
if(book MATCHES "\\)flyball\"")
    message(FATAL_ERROR "${INPUT} contains the raw string delimiter")
endif()
file(WRITE "${OUTPUT}" "// Generated from pricebook.json; edit that.\n#include <string_view>\n\nnamespace flyball {\nextern const std::string_view kBuiltInBookJson;\nconst std::string_view kBuiltInBookJson = R\"flyball(")
file(APPEND "${OUTPUT}" "${book}")
file(APPEND "${OUTPUT}" ")flyball\";\n} // namespace flyball\n")
