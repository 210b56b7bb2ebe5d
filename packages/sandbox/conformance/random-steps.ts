/**
 * A program of random file operations, the same for the same seed and files. It is in Python, which
 * every image of these suites has.
 */
const program = `
import os, random, shutil, sys
roll = random.Random(int(sys.argv[1]))
names = [b'a', b'b', b'c', b'd e', b'\\xff\\n', b'n' * 255, b'.hidden', b'-f']
roots = [b'/workspace', b'/srv', b'/usr/share/doc/' + roll.choice(sorted(os.listdir(b'/usr/share/doc')))]
def place():
    path = roll.choice(roots)
    while os.path.isdir(path) and not os.path.islink(path):
        inside = sorted(os.listdir(path))
        path += b'/' + (roll.choice(inside) if inside and roll.random() < 0.7 else roll.choice(names))
        if roll.random() < 0.3: break
    return path
def remove(path):
    if os.path.isdir(path) and not os.path.islink(path): shutil.rmtree(path)
    else: os.unlink(path)
def refuse_pipe(path):
    # Nobody is at the other end of it.
    if os.path.exists(path) and not os.path.isfile(path): raise OSError
def write(path):
    refuse_pipe(path)
    with open(path, roll.choice(['wb', 'ab'])) as f: f.write(roll.randbytes(roll.choice([0, 1, 100, 70000])))
def link(path):
    # An archive has no second name for a pipe.
    refuse_pipe(path)
    os.link(path, place(), follow_symlinks=False)
def sparse(path):
    refuse_pipe(path)
    with open(path, 'wb') as f:
        f.truncate(roll.randrange(3_000_000)); f.seek(roll.randrange(3_000_000)); f.write(b'x')
def anew(path): remove(path); os.mkdir(path)
def turn(path):
    was = os.path.isdir(path); remove(path)
    write(path) if was else os.mkdir(path)
def many(path):
    os.mkdir(path)
    for n in range(roll.randrange(40)): write(path + b'/%d' % n)
def exchange(path):
    other = place(); os.rename(path, path + b'~'); os.rename(other, path); os.rename(path + b'~', other)
operations = [
    write, write, write, os.mkdir, os.mkdir, remove, remove, anew, turn, many, sparse, exchange, os.mkfifo,
    lambda path: os.rename(path, place()), lambda path: os.rename(path, place()), link, link, lambda path: os.symlink(roll.choice([b'a', b'../b', b'/', b'c/d', path]), path),
    lambda path: os.chmod(path, roll.choice([0o700, 0o644, 0o4755, 0o2755, 0o1777, 0]), follow_symlinks=True) if not os.path.islink(path) else None,
    lambda path: os.chown(path, roll.choice([0, 1, 1000, 65000]), 7, follow_symlinks=False),
    lambda path: os.utime(path, ns=(0, roll.randrange(2 * 10**18)), follow_symlinks=False),
    lambda path: os.setxattr(path, 'user.note', roll.randbytes(roll.randrange(20))),
    lambda path: os.setxattr(path, 'security.capability', bytes.fromhex('0100000200200000000000000000000000000000')),
    lambda path: os.truncate(path, roll.randrange(1000)),
]
done = 0
for _ in range(120):
    try: roll.choice(operations)(place()); done += 1
    except (OSError, shutil.Error): pass
if done < 40: sys.exit(f'only {done} operations were possible')
`

/** Returns scripts that each continue from the previous one. */
export function randomSteps(seed: number, count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, n) => `cat >/dev/shm/go.py <<'END'\n${program}\nEND\npython3 /dev/shm/go.py ${seed * 100 + n}`,
  )
}
