import type { SnapshotId } from '../src/sandbox-driver.ts'
import type { Bench } from './bench.ts'

/**
 * Prints a line for each file below the named directories with all metadata that a program can see,
 * including hard links and times in ns.
 */
const look = `
import hashlib, os, stat, sys
first = {}
def attributes(path):
    return ' '.join(f'{name}={os.getxattr(path, name, follow_symlinks=False).hex()}' for name in sorted(os.listxattr(path, follow_symlinks=False)))
def content(path, s):
    if stat.S_ISREG(s.st_mode):
        with open(path, 'rb') as f: return hashlib.sha256(f.read()).hexdigest()
    if stat.S_ISLNK(s.st_mode): return os.readlink(path).hex()
    return str(s.st_rdev)
def show(path):
    s = os.lstat(path)
    one = '' if stat.S_ISDIR(s.st_mode) else first.setdefault((s.st_dev, s.st_ino), path).hex()
    kind = stat.S_IFMT(s.st_mode)
    print(repr(path), oct(s.st_mode), s.st_uid, s.st_gid, s.st_mtime_ns, '' if kind == stat.S_IFDIR else s.st_size, content(path, s), one, attributes(path))
    if stat.S_ISDIR(s.st_mode):
        for name in sorted(os.listdir(path)): show(path + b'/' + name)
for path in sys.argv[1:]:
    if os.path.lexists(path): show(os.fsencode(path))
    else: print(path, 'is absent')
`

/**
 * Returns the content of directories of a snapshot as a child sandbox sees it: a line for each
 * file.
 */
export async function treeOf(bench: Bench, from: SnapshotId, directories: readonly string[]): Promise<string> {
  const { exit, stdout, stderr, sandbox } = await bench.run(
    `cat >/dev/shm/look.py <<'END'\n${look}\nEND\npython3 /dev/shm/look.py ${directories.join(' ')}`,
    { from },
  )
  await sandbox.destroy()
  if (exit.code !== 0) throw new Error(`the tree could not be read: ${stderr}`)
  return stdout
}
