"""Test only: runs a command on its own terminal and performs acts on it.

Arguments: a JSON list of acts, then the command. An act is {"see": TEXT}, {"type": TEXT}, {"resize": [ROWS, COLUMNS]} or {"signal": NUMBER}.
Prints JSON: the output, the exit code, and whether the terminal settings are restored.
"""
import fcntl, json, os, select, struct, subprocess, sys, termios, time

acts, command = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = os.openpty()


def resize(rows, columns):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


resize(30, 100)
before = termios.tcgetattr(slave)


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
shown = b""


def read(seconds):
    """Reads output that arrives within this time."""
    global shown
    if select.select([master], [], [], seconds)[0]:
        shown += os.read(master, 65536)


seen, problem = 0, None
until = time.monotonic() + 150
for act in acts:
    if "see" in act:
        wanted = act["see"].encode()
        while wanted not in shown[seen:] and time.monotonic() < until:
            read(0.05)
        if wanted not in shown[seen:]:
            problem = "it did not show " + act["see"]
            break
        seen = shown.index(wanted, seen) + len(wanted)
    elif "type" in act:
        os.write(master, act["type"].encode())
    elif "resize" in act:
        resize(*act["resize"])
    elif "signal" in act:
        child.send_signal(act["signal"])
if problem is not None:
    child.kill()
while child.poll() is None and time.monotonic() < until:
    read(0.05)
if child.poll() is None:
    problem = problem or "it did not end"
    child.kill()
read(0)
print(
    json.dumps(
        {
            "shown": shown.decode(errors="replace"),
            "code": child.wait(),
            "restored": termios.tcgetattr(slave) == before,
            "problem": problem,
        }
    )
)
