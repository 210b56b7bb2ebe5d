/**
 * Returns Python code that moves the first process of a sandbox into another root by tracing it,
 * which any step may do with its own processes. For x86_64.
 * @param root a path inside.
 */
export const jailInit = (root: string): string => `
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
def trace(request, data=None):
    if libc.ptrace(ctypes.c_long(request), 1, None, data) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
ATTACH, DETACH, GETREGS, SETREGS, CONT = 16, 17, 12, 13, 7
RAX, RDI, ORIG_RAX, RIP, RSP = 10, 14, 15, 16, 19
trace(ATTACH)
os.waitpid(1, 0x40000000)
known = ctypes.create_string_buffer(27 * 8)
trace(GETREGS, known)
registers = list(struct.unpack("27Q", known.raw))
memory = open("/proc/1/mem", "r+b", buffering=0)
def write(place, text):
    memory.seek(place)
    before = memory.read(len(text))
    memory.seek(place)
    memory.write(text)
    return before
path = registers[RSP] - 4096
write(path, b"${root}\\0")
code = write(registers[RIP], b"\\x0f\\x05\\xcc")
called = list(registers)
called[RAX], called[RDI], called[ORIG_RAX] = 161, path, 2 ** 64 - 1
trace(SETREGS, struct.pack("27Q", *called))
trace(CONT)
os.waitpid(1, 0x40000000)
after = ctypes.create_string_buffer(27 * 8)
trace(GETREGS, after)
assert struct.unpack("27Q", after.raw)[RAX] == 0
write(registers[RIP], code)
trace(SETREGS, known)
trace(DETACH)
assert os.path.samefile("/proc/1/root", "${root}")
`
