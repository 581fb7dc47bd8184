#!/usr/bin/python3
"""Runs a command on a system that lacks something: without.py WHAT COMMAND [ARGUMENT...]

  huge_pages  no transparent huge pages
  madvise     the system call is refused
"""
import ctypes
import os
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
PR_SET_THP_DISABLE = 41
SECCOMP_MODE_FILTER = 2
MADVISE = {"x86_64": 28, "aarch64": 233}
REFUSE = 0x00050000 | 1  # SECCOMP_RET_ERRNO with EPERM
ALLOW = 0x7FFF0000


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def prctl(*arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*arguments) != 0:
        sys.exit(f"without.py: prctl: {os.strerror(ctypes.get_errno())}")


def refuse(number):
    instructions = [
        (0x20, 0, 0, 0),  # load the number of the call
        (0x15, 0, 1, number),  # jump over the next instruction where it is another
        (0x06, 0, 0, REFUSE),
        (0x06, 0, 0, ALLOW),
    ]
    code = b"".join(struct.pack("HBBI", *one) for one in instructions)
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    program = Program(len(instructions), code)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


what, *command = sys.argv[1:]
if what == "huge_pages":
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)
else:
    refuse(MADVISE[platform.machine()])
os.execvp(command[0], command)
