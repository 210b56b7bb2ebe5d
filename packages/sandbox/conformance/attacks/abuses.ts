import { type Abuse, MiB } from './abuse.ts'
import { counted, littleDisk, outOfDisk, outOfMemory, outOfProcesses, small } from './abuse-ends.ts'
import { counterAbuses } from './counter-abuses.ts'
import { socketAbuses } from './socket-abuses.ts'

export const abuses: readonly Abuse[] = [
  {
    name: 'fork bomb',
    python: `wait, go = os.pipe()
def bomb():
  while True:
    try:
      if os.fork() == 0: continue
      os.waitpid(-1, os.WNOHANG)
    except OSError: pass
def fork():
  for _ in range(count):
    if os.fork() == 0:
      os.close(go)
      os.read(wait, 1)
      bomb()
try: fork()
except OSError as error:
  say(f"refused: {error}")
  os.close(go)
  bomb()
done()`,
    size: { count: 150 },
    ...outOfProcesses,
  },
  {
    name: 'thread bomb',
    python: `trying(lambda: [threading.Thread(target=pause, daemon=True).start() for _ in range(count)])
done()`,
    size: { count: 150 },
    ...outOfProcesses,
  },
  {
    name: 'zombies',
    python: `def fork():
  for _ in range(count):
    if os.fork() == 0: os._exit(0)
trying(fork)
done()`,
    size: { count: 150 },
    ...outOfProcesses,
  },
  {
    name: 'memory, its own',
    python: 'kept = [bytearray(b"x" * 1048576) for _ in range(mebibytes)]\ndone()',
    size: { mebibytes: 300 },
    ...outOfMemory,
  },
  {
    name: 'memory, in anonymous files (memfd)',
    python: 'f = os.memfd_create("x")\nfor _ in range(mebibytes): os.write(f, bytes(1048576))\ndone()',
    size: { mebibytes: 300 },
    ...outOfMemory,
  },
  {
    name: 'memory, in shared segments (System V)',
    python: `libc.shmat.restype = ctypes.c_void_p
for _ in range(mebibytes):
  ctypes.memset(libc.shmat(check(libc.shmget(0, 1048576, 0o1600)), None, 0), 1, 1048576)
done()`,
    size: { mebibytes: 300 },
    ...outOfMemory,
  },
  {
    name: 'memory, in /dev/shm',
    python: `def fill():
  with open("/dev/shm/x", "wb") as f:
    for _ in range(mebibytes): f.write(bytes(1048576))
trying(fill)
done()`,
    size: { mebibytes: 100 },
    end: 'refused',
    stoppedBy: 'size of /dev/shm',
    control: 'size of /dev/shm',
  },
  {
    name: 'memory, in its page cache',
    python: `with open("x", "wb") as f:
  for _ in range(mebibytes): f.write(bytes(1048576))
for _ in range(3):
  with open("x", "rb") as f:
    while f.read(1048576): pass
done()`,
    size: { mebibytes: 300 },
    limits: small,
    end: 'borne',
    stoppedBy: 'memory limit: its page cache is reclaimed',
  },
  ...socketAbuses,
  {
    name: 'the processor, by many threads',
    python: `for _ in range(2):
  if os.fork() == 0:
    for _ in range(threads): threading.Thread(target=lambda: [hashlib.sha256(bytes(1048576)) for _ in iter(int, 1)], daemon=True).start()
    pause()
done()`,
    size: { threads: 20 },
    fullSize: { threads: 100 },
    limits: { cpu: 0.02 },
    end: 'refused',
    stoppedBy: 'processor limit',
    control: { cpu: 2 },
  },
  {
    name: 'the disk, by one file',
    python: `with open("x", "wb") as f:
  for _ in range(mebibytes): f.write(bytes(1048576))
done()`,
    size: { mebibytes: 60 },
    fullSize: { mebibytes: 1_000 },
    ...outOfDisk,
  },
  {
    name: 'the disk, by fallocate',
    python: 'f = os.open("x", os.O_CREAT | os.O_RDWR)\nos.posix_fallocate(f, 0, mebibytes * 1048576)\ndone()',
    size: { mebibytes: 60 },
    fullSize: { mebibytes: 1_000 },
    ...outOfDisk,
  },
  {
    name: 'the disk, by small files',
    python: `for d in range(count // 1000):
  os.mkdir(str(d))
  for i in range(1000):
    with open(f"{d}/{i}", "wb") as f: f.write(b"x")
done()`,
    size: { count: 6_000 },
    fullSize: { count: 300_000 },
    ...outOfDisk,
  },
  {
    name: 'inodes, by empty files',
    python: `for d in range(count // 1000):
  os.mkdir(str(d))
  for i in range(1000): os.close(os.open(f"{d}/{i}", os.O_CREAT))
done()`,
    size: { count: 10_000 },
    fullSize: { count: 1_000_000 },
    ...outOfDisk,
  },
  {
    name: 'the disk, by its output',
    // Reading frees the space, so the test reads nothing after this line.
    python: 'say("done")\nfor _ in range(mebibytes): os.write(1, b"x" * 1048575 + b"\\n")\npause()',
    size: { mebibytes: 60 },
    fullSize: { mebibytes: 1_000 },
    limits: littleDisk,
    end: 'borne',
    stoppedBy: 'the spool: the job waits for its reader, and space is freed once read',
  },
  {
    name: 'a sparse file of 1 TiB',
    python: 'os.truncate(os.open("x", os.O_CREAT | os.O_RDWR), 1 << 40)\ndone()',
    size: {},
    end: 'borne',
    stoppedBy: 'nothing: it takes no space',
  },
  {
    name: 'deeply nested directories with names of 255 bytes',
    python: 'for _ in range(levels):\n  os.mkdir("d" * 255)\n  os.chdir("d" * 255)\ndone()',
    size: { levels: 500 },
    fullSize: { levels: 10_000 },
    end: 'borne',
    stoppedBy: 'nothing: they go with the sandbox',
  },
  ...(
    [
      ['open files', 'os.open("/etc/passwd", 0)'],
      ['sockets', 'socket.socket()'],
    ] as const
  ).map(
    ([name, open]): Abuse => ({
      name,
      python: `for _ in range(processes):
  if os.fork() == 0:
    try: kept = [${open} for _ in range(each)]
    except OSError as error: say(str(error))
    pause()
time.sleep(1)
done()`,
      size: { processes: 2, each: 5_000 },
      fullSize: { processes: 20, each: 15_000 },
      ...counted,
    }),
  ),
  {
    name: 'descriptors in flight between sockets',
    // Kept in a global, so that an error does not release them.
    python: `kept = []
def send():
  for _ in range(count // 100):
    a, b = socket.socketpair()
    kept.append((a, b))
    for _ in range(10): socket.send_fds(a, [b"x"], [0] * 10)
try: send()
except OSError as error: say(f"refused: {error}")
done()`,
    // More than any limit of open files.
    size: { count: 70_000 },
    end: 'refused',
    stoppedBy: 'limit of open files, counted per sandbox',
  },
  {
    name: 'inotify watches',
    python: `kept = [check(libc.inotify_init1(0)) for _ in range(count)]
for i in range(watches):
  os.mkdir(f"d{i}")
  check(libc.inotify_add_watch(kept[0], f"d{i}".encode(), 0x100))
done()`,
    size: { count: 1_000, watches: 1_000 },
    fullSize: { count: 10_000, watches: 50_000 },
    limits: { diskBytes: 4_096 * MiB },
    ...counted,
  },
  {
    name: 'file locks',
    python: `f = os.open("x", os.O_CREAT | os.O_RDWR)
for i in range(count): fcntl.lockf(f, fcntl.LOCK_EX, 1, 2 * i)
done()`,
    size: { count: 5_000 },
    fullSize: { count: 20_000 },
    ...counted,
  },
  {
    name: 'full pipes',
    python: `kept = []
for _ in range(count):
  r, w = os.pipe()
  os.set_blocking(w, False)
  kept.append((r, w))
  try: os.write(w, bytes(65536))
  except BlockingIOError: pass
done()`,
    size: { count: 1_000 },
    ...counted,
  },
  ...counterAbuses,
  {
    name: 'queues and semaphores (System V)',
    python: `for _ in range(count):
  check(libc.semget(0, 100, 0o1600))
  queue = check(libc.msgget(0, 0o1600))
  check(libc.msgsnd(queue, struct.pack("l", 1) + bytes(8000), 8000, 0))
done()`,
    size: { count: 200 },
    ...counted,
  },
  {
    name: 'lookups of names that do not exist',
    python: `for i in range(count):
  try: os.stat(f"/workspace/absent-{i}")
  except OSError: pass
done()`,
    size: { count: 100_000 },
    fullSize: { count: 1_000_000 },
    limits: small,
    ...counted,
  },
  {
    name: 'sync, over and over',
    python: `def storm():
  with open(f"x{os.getpid()}", "wb") as f: f.write(bytes(1048576))
  os.sync()
repeat(storm)`,
    size: {},
    end: 'borne',
    stoppedBy: 'system call filter: it does nothing',
  },
  {
    name: 'daemons of daemons that ignore SIGTERM',
    python: `signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(count):
  if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
    pause()
done()`,
    size: { count: 50 },
    end: 'borne',
    stoppedBy: 'nothing: they go with the sandbox',
  },
  {
    name: 'process names with escape codes and newlines',
    python: `libc.prctl(15, b"\\x1b[2J\\n) R 1\\n")
os.execvp("python3", ["\\x1b]0;x\\x07\\n0 0\\n", "-c", "import os, time; os.write(1, b'done\\\\n'); time.sleep(1000)"])`,
    size: {},
    end: 'borne',
    stoppedBy: 'nothing: nobody reads them',
  },
]
