# Runs attempts inside a sandbox, prints the result of each as a line of JSON, and holds their
# resources until the sandbox ends.
import ctypes, json, mmap, os, resource, signal, socket, struct, subprocess, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)

# System call numbers for x86_64 and aarch64.
numbers = {
    'add_key': (248, 217), 'bpf': (321, 280), 'clone': (56, 220), 'fsopen': (430, 430), 'init_module': (175, 105), 'io_uring_setup': (425, 425),
    'ioperm': (173, None), 'kexec_load': (246, 104), 'keyctl': (250, 219), 'open_by_handle_at': (304, 265), 'perf_event_open': (298, 241),
    'personality': (135, 92), 'reboot': (169, 142), 'swapon': (167, 224), 'syslog': (103, 116), 'userfaultfd': (323, 282), 'adjtimex': (159, 171),
    'quotactl': (179, 60), 'acct': (163, 89), 'socket': (41, 198),
}

def call(name, *arguments):
    """Makes a system call; raises its error."""
    number = numbers[name][os.uname().machine != 'x86_64']
    result = libc.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def socketcall(*arguments):
    """Makes a socket through the kernel's interface for i386, whose calls name memory below 4 GiB only."""
    page = mmap.mmap(-1, 4096, flags=0x62, prot=7)
    place = ctypes.addressof(ctypes.c_char.from_buffer(page))
    page[:17] = bytes.fromhex('53 89f8 89f3 4189c8 89d1 4489c2 cd80 5b c3')
    page[2048:2060] = struct.pack('3I', *arguments)
    result = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_uint] * 4)(place)(102, 1, place + 2048, 0)
    if result < 0:
        raise OSError(-result, os.strerror(-result))

def hold():
    """Reports that the attempt has succeeded, and keeps its resources."""
    print('HELD', flush=True)
    while True:
        time.sleep(1000)

def start(code, path):
    """Starts an attempt in its own process, with its output in a file."""
    pid = os.fork()
    if pid:
        return pid
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    if 'sh' in code:
        os.execvp('sh', ['sh', '-c', code['sh']])
    status = 1
    try:
        exec(code['python'], globals())
        status = 0
    except BaseException as error:
        print(repr(error))
    sys.stdout.flush()
    os._exit(status)

def attempt(index, code, seconds):
    path = f'/tmp/attempt-{index}'
    pid = start(code, path)
    end = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        text = open(path, 'rb').read(65536).decode('latin1') if os.path.exists(path) else ''
        if done:
            return {'succeeded': status == 0, 'output': text}
        if 'HELD\n' in text:
            return {'succeeded': True, 'output': text}
        if time.monotonic() > end:
            return {'succeeded': False, 'output': text + '\nstill at it'}
        time.sleep(0.01)

for index, code in enumerate(json.load(open('/dev/shm/attempts'))):
    print(json.dumps(attempt(index, code, 8)), flush=True)
print('null', flush=True)
time.sleep(1000)
