// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

SegmentedControl {
    accessibleName: qsTr("Time range")
}
