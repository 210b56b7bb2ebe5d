import { once } from 'node:events'
import { spawnAsOrdinaryUser } from '@harmont/outside/ordinary-user'
import { expect, it } from 'vitest'
import { hmProgram } from '../../test-support/run-hm.ts'

/** Prints each command line, then its output and exit code. */
const script = `
hm=$0
place=$(mktemp -d); cd "$place"
export HM_CACHE_DIR="$place/cache"
# That of the driver's suite: its base is there.
mkdir -p cache/local "$HOME/harmont-test-images"
ln -s "$HOME/harmont-test-images" cache/local/images
touch cache/local/trimmed
for name in compiled TypeScript; do mkdir -p "$HOME/harmont-test-compiled/$name"; ln -s "$HOME/harmont-test-compiled/$name" cache/; done
mkdir project; cd project
mkdir .hm src
cat >.hm/ci.ts <<'END'
import { onChange, pipeline, scratch } from '@harmont/hm'
const base = scratch().sh('mkdir /srv/base; echo from the parent >/srv/base/file; chown 33:33 /srv/base/file', { label: 'base' })
export default { slug: 'ci', pipeline: () => pipeline([
  base.sh('stat -c "%u %n" /srv/base/file; echo mine >/srv/base/left; cat src/word; git describe', { label: 'left' }),
  base.sh('ls /srv/base; grep -q good src/word', { label: 'right' }),
], { defaultImage: 'host' }) }
END
git init -q -b main; git add .; git -c user.name=a -c user.email=a@b commit -q -m first; git -c user.name=a -c user.email=a@b tag -a v1 -m one
run() { echo "== $*"; code=0; "$@" 2>&1 || code=$?; echo "exit $code"; }
echo bad >src/word; run "$hm" run
echo good >src/word; run "$hm" run
echo 'cat /srv/base/file; ls /srv/base; exit 7' >../input; run "$hm" shell base <../input
find ../cache ! -user harmont-test -printf '%u\\n' -quit
cd /; rm -rf "$place" 2>/dev/null || unshare --map-auto --map-root-user rm -rf "$place"
ls -d "$place" 2>&1
`

it.runIf(process.getuid?.() === 0)(
  'G56 an ordinary user runs a project red and green, with forks, and has a shell in what a step left',
  async () => {
    const child = spawnAsOrdinaryUser('bash', ['-c', script, hmProgram], '/')
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
    await once(child, 'close')
    const [, red = '', green = '', shell = ''] = output.split(/^== /m)
    expect(red).toMatch(/^\[right\] end exit=1 [\s\S]*^exit 1$/m)
    expect(red).toMatch(/^\[base\] Memory and CPU time of steps are not limited/m)
    expect(green).toMatch(/^\[left\] 33 \/srv\/base\/file$[\s\S]*^exit 0$/m)
    // The checkout's history is present although its owner is not root.
    expect(red).toMatch(/^\[left\] v1$/m)
    expect(green).toMatch(/^\[left\] v1$/m)
    // The sibling step's file is absent here.
    expect(green).toMatch(/^\[right\] file$/m)
    expect(green).not.toMatch(/^\[right\] left$/m)
    expect(shell).toMatch(/^from the parent\nfile\nexit 7$/m)
    // The user does not own files that steps created; docs/operating.md explains how to remove
    // them.
    expect(shell).toMatch(/^200\d{7}$/m)
    expect(shell).toMatch(/No such file or directory\n$/)
  },
  900_000,
)
