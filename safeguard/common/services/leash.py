"""Become another program, as another user if asked, that receives a signal when its parent dies.

Run as a script by ``processes.spawn``, never imported: a program of its own, because code between fork
and exec is unsafe in a process with threads. Outside Linux there is no such signal; the next start then
stops what was left over.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(command: list[str], parent: int, signal: int, uid: int, gid: int) -> None:
    """Replace this process by ``command``; uid -1 keeps the user. ``parent`` is who must be alive."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After setuid, which clears it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:  # it died before the signal was asked for
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  (the command comes from this package, not from outside)


if __name__ == "__main__":
    main(sys.argv[5:], *map(int, sys.argv[1:5]))
