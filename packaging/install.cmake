# SPDX-License-Identifier: GPL-3.0-or-later
# What `cmake --install` and `cpack -G DEB` put where. Included last, when all targets exist.
set(FLYBALL_PACKAGING ${CMAKE_SOURCE_DIR}/packaging)
set(FLYBALL_GENERATED ${CMAKE_BINARY_DIR}/packaging)
set(FLYBALL_DOC_DIR ${CMAKE_INSTALL_DATADIR}/doc/flyball)
find_program(FLYBALL_GZIP gzip REQUIRED)

# -n keeps name and time out of the archive, so that two builds are equal byte for byte.
function(flyball_install_gzipped template output_name destination)
    set(plain ${FLYBALL_GENERATED}/${output_name})
    configure_file(${template} ${plain} @ONLY)
    add_custom_command(OUTPUT ${plain}.gz
        COMMAND ${FLYBALL_GZIP} -9nkf ${plain}
        DEPENDS ${plain} VERBATIM)
    set_property(GLOBAL APPEND PROPERTY FLYBALL_GZIPPED ${plain}.gz)
    install(FILES ${plain}.gz DESTINATION ${destination})
endfunction()

foreach(program flyball flyballctl agentsim)
    if(TARGET ${program})
        install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
        flyball_install_gzipped(${FLYBALL_PACKAGING}/man/${program}.1 ${program}.1 ${CMAKE_INSTALL_MANDIR}/man1)
    endif()
endforeach()
flyball_install_gzipped(${FLYBALL_PACKAGING}/debian/changelog.in changelog.Debian ${FLYBALL_DOC_DIR})
flyball_install_gzipped(${CMAKE_SOURCE_DIR}/CHANGELOG.md changelog ${FLYBALL_DOC_DIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/resources/agents DESTINATION ${CMAKE_INSTALL_DATADIR}/flyball)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/resources/prometheus DESTINATION ${CMAKE_INSTALL_DATADIR}/flyball)
install(FILES ${FLYBALL_PACKAGING}/debian/copyright DESTINATION ${FLYBALL_DOC_DIR})

if(TARGET flyball)
    install(FILES ${FLYBALL_PACKAGING}/flyball.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES ${FLYBALL_PACKAGING}/io.github.flyball.Flyball.metainfo.xml
        DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
    install(FILES ${FLYBALL_PACKAGING}/icons/flyball.svg
        DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
    foreach(size 16 24 32 48 64 128 256 512)
        set(icon ${CMAKE_SOURCE_DIR}/resources/icons/app/flyball-${size}.png)
        if(EXISTS ${icon})
            install(FILES ${icon} RENAME flyball.png
                DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/${size}x${size}/apps)
        endif()
    endforeach()
endif()

get_property(gzipped GLOBAL PROPERTY FLYBALL_GZIPPED)
add_custom_target(flyball_documents ALL DEPENDS ${gzipped})

# --- the Debian package ---------------------------------------------------------------------------------
# QML modules and libsecret are found by name at run time: no shared library names them, so they are listed, from the
# same list that run.sh installs.
execute_process(
    COMMAND bash ${FLYBALL_PACKAGING}/deps.sh --list run
    OUTPUT_VARIABLE qml_modules OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${FLYBALL_PACKAGING}/deps.sh)
string(REPLACE "\n" ", " qml_modules "${qml_modules}")

set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME flyball)
set(CPACK_PACKAGE_VENDOR "The Flyball developers")
set(CPACK_PACKAGE_CONTACT "The Flyball developers <flyball@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "watch what LLM agents spend")
set(CPACK_PACKAGE_DESCRIPTION
"Flyball reads the traces that LLM agents write, prices every model call with
dated price lists and shows spend live by workflow, run, model and step.
.
It reads Claude Code transcripts and OpenTelemetry spans in OTLP/JSON files.
Money is kept in exact integers. A call without a known price or without
token counts is never counted as zero: the total then reads as a lower bound.
.
The package holds the desktop app (flyball), the same core for the command
line (flyballctl) and a deterministic fleet of simulated agents (agentsim).")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
if(TARGET flyball)
    set(CPACK_DEBIAN_PACKAGE_DEPENDS "${qml_modules}, fonts-dejavu-core | fonts-noto-core")
    set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "qt6-wayland")
endif()
include(CPack)
