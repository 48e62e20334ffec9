// SPDX-License-Identifier: GPL-3.0-or-later
import QtQml

// Shows an item of a layout once the event that made it wanted is over: Qt 6.4 leaves an item that turns
// visible while its layout is arranging out of it, so that it lies under its neighbours.
Binding {
    property: "visible"
    delayed: true
    restoreMode: Binding.RestoreNone
}
