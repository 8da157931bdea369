"""Taking out of a JPEG picture what says where, when and by whom it was made, without touching the picture."""

import re

MARK, END, SCAN = 0xFF, 0xD9, 0xDA
COMMENT, APPLICATION = 0xFE, range(0xE0, 0xF0)
# Needed to show the colours as they were: JFIF, the colour profile, and Adobe's mark of how they are mixed.
KEPT = {0xE0, 0xE2, 0xEE}
# Inside a scan 0xFF is followed by 0 or by a restart; anything else ends it.
AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def without_details(data: bytes) -> bytes:
    """Return a JPEG picture without its EXIF, XMP, IPTC and comments, and without what follows its end.

    What is no JPEG picture, or ends too early, comes back from there on as it is.
    """
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == MARK:
        marker = data[at + 1]
        if marker == MARK:  # filling
            at += 1
            continue
        if marker == END:
            return b"".join(kept) + data[at : at + 2]
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == SCAN:
            found = AFTER_SCAN.search(data, end)
            end = found.start() if found else len(data)
        if marker in KEPT or (marker not in APPLICATION and marker != COMMENT):
            kept.append(data[at:end])
        at = end
    return b"".join(kept) + data[at:]
