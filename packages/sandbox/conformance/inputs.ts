import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { InputMissing, type SnapshotId, type SourceTreeRef } from '../src/sandbox-driver.ts'
import { unpackSource } from '../src/source/index.ts'
import { aboveRuntime } from './above-runtime.ts'
import { type Bench, command, type DriverUnderTest, finish } from './bench.ts'

const list = 'find . -mindepth 1 -printf "%P %y %m %U:%G %l\\n" | sort'

export function inputTests(bench: () => Bench, subject: DriverUnderTest): void {
  const { without } = subject
  const above = aboveRuntime(subject)
  const rename = (from: string, to: string) =>
    without.has('rename') ? `mv ${from} ${to}` : `python3 -c 'import os; os.rename("${from}", "${to}")'`

  it('G65 a step has the files of another one: contents, modes, owners, links and empty folders, below a folder or where they were', async () => {
    const source = await bench().step(
      'mkdir -p dist/js dist/empty other; echo app >dist/js/app.js; echo run >dist/run; chmod 750 dist/run; chown 33:34 dist/run; chmod 700 dist/js; ln -s run dist/link; ln -s /etc/shadow dist/out; ln dist/run dist/same; echo no >other/x; mkfifo dist/pipe',
    )
    const inputs = [{ snapshot: source.id, path: 'dist/**' }]
    expect(
      await bench().print(`${list}; cat dist/js/app.js; ls -i dist/run dist/same | cut -d" " -f1 | uniq | wc -l`, {
        inputs,
      }),
    ).toBe(
      'dist d 755 0:0 \ndist/empty d 755 0:0 \ndist/js d 700 0:0 \ndist/js/app.js f 644 0:0 \ndist/link l 777 0:0 run\ndist/out l 777 0:0 /etc/shadow\ndist/run f 750 33:34 \ndist/same f 750 33:34 \napp\n1\n',
    )
    const narrow = [{ snapshot: source.id, path: 'dist/js/*.js', into: 'web/static' }]
    expect(await bench().print(list, { inputs: narrow })).toBe(
      'web d 755 0:0 \nweb/static d 755 0:0 \nweb/static/dist d 755 0:0 \nweb/static/dist/js d 755 0:0 \nweb/static/dist/js/app.js f 644 0:0 \n',
    )
  })

  it('G65 changes to input files affect neither the step that made them nor another step', async () => {
    const source = await bench().step(
      'mkdir d; for n in append truncate chmod chown utimes rename remove replace sed mmap hard attr; do printf original >d/$n; done; touch -d 2001-01-01 d/*; echo deep >d/deep',
    )
    const inputs = [{ snapshot: source.id, path: 'd' }]
    const attack = `cd d; echo more >>append; : >truncate; chmod 777 chmod; chown 5:6 chown; touch utimes; mv rename renamed; rm remove
      echo other >replace.new; mv replace.new replace; sed -i s/original/changed/ sed; ln hard harder; echo more >>harder
      python3 -c 'import mmap
with open("mmap", "r+b") as f: m = mmap.mmap(f.fileno(), 0); m[0:8] = b"CHANGED!"; m.flush()'
      rm -rf deep; mkdir deep; touch deep/x; cat append truncate sed mmap harder; cd ..; mv d e; ls e | wc -l`
    const look = 'cd d; for f in *; do stat -c "%n %s %a %u:%g %Y %h" $f; cat $f; done'
    const before = await bench().print(look, { from: source.id })
    const taken = await bench().step(`${attack} >&2; ls e >&2`, { inputs })
    const seen = await bench().print('cat e/append e/truncate e/sed e/mmap e/harder; ls d', { from: taken.id })
    expect(seen).toBe("originalmore\nchangedCHANGED!originalmore\nls: cannot access 'd': No such file or directory\n")
    const links = (text: string) => text.replace(/ \d+$/gm, '')
    expect(links(await bench().print(look, { from: source.id }))).toBe(links(before))
    expect(links(await bench().print(look, { inputs }))).toBe(links(before))
  })

  it('G65 files that a step removed, renamed or rewrote arrive in that state, from every lower layer', async () => {
    const first = await bench().step(
      'mkdir -p a/deep gone kept other; echo 1 >a/deep/f; echo 2 >gone/g; echo old >kept/old; echo same >kept/same; echo wrong >other/f; ln -s /etc kept/etc',
    )
    const second = await bench().step(
      `${rename('a', 'b')}; rm -r gone; mkdir gone; echo new >gone/h; echo more >>kept/old; chmod 600 kept/same; rm kept/etc; mkdir kept/etc; echo mine >kept/etc/passwd; rm -r other; ${rename('b/deep', 'other')}`,
      { from: first.id },
    )
    const look = 'find . -type f -printf "%P %m " -exec cat {} \\; | sort'
    expect(await bench().print(look, { inputs: [{ snapshot: second.id, path: '.' }] })).toBe(
      'gone/h 644 new\nkept/etc/passwd 644 mine\nkept/old 644 old\nkept/same 600 same\nmore\nother/f 644 1\n',
    )
  })

  above('files of a step are passed on as links, which take no space', async () => {
    const source = await bench().step('mkdir d; echo base >base; echo x >d/x')
    const last = await bench().step('echo y >d/y; echo more >>base', { from: source.id })
    const step = await bench().step('true', { inputs: [{ snapshot: last.id, path: '**' }] })
    const namesOf = (id: SnapshotId, path: string) =>
      statSync(`${bench().directory}/snapshots/${id}/layer/workspace/${path}`).nlink
    expect([namesOf(source.id, 'd/x'), namesOf(last.id, 'd/y'), namesOf(source.id, 'base')]).toEqual([2, 2, 1])
    expect(await bench().print('cat base d/x d/y', { from: step.id })).toBe('base\nmore\nx\ny\n')
  })

  it('G65 inputs replace the base’s files, and a later input replaces an earlier one', async () => {
    const base = await bench().step(
      'mkdir -p web/in dist; echo base >web/index; echo stays >web/stays; ln -s /etc link; echo file >clash; mkdir folder; echo x >folder/x',
    )
    const one = await bench().step(
      'mkdir link clash; echo one >link/passwd; echo one >clash/f; echo one >folder; mkdir web; echo one >web/index; echo one >web/one',
    )
    const two = await bench().step('mkdir web; echo two >web/index')
    const inputs = [
      { snapshot: one.id, path: '*' },
      { snapshot: two.id, path: 'web/*' },
    ]
    expect(
      await bench().print('cat link/passwd clash/f folder web/index web/one web/stays; ls', { from: base.id, inputs }),
    ).toBe('one\none\none\ntwo\none\nstays\nclash\ndist\nfolder\nlink\nweb\n')
    // The step's own snapshot has the input files, and its base does not.
    const step = await bench().step('echo mine >>web/index', { from: base.id, inputs })
    expect(await bench().print('cat web/index folder', { from: step.id })).toBe('two\nmine\none\n')
    expect(await bench().print('cat web/index; ls folder', { from: base.id })).toBe('base\nx\n')
    expect(step.parent).toBe(base.id)
  })

  above('G65 an input that matches nothing fails the step, and an optional one does not', async () => {
    const source = await bench().step('echo x >x')
    const missing = [
      { snapshot: source.id, path: 'x' },
      { snapshot: source.id, path: 'dist/**' },
    ]
    const failure = await bench()
      .create({ inputs: missing })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(InputMissing)
    expect(failure).toMatchObject({ index: 1 })
    expect(await bench().print('ls', { inputs: missing.map((input) => ({ ...input, optional: true })) })).toBe('x\n')
    expect(await bench().driver.list()).toEqual([])
  })

  above('a digest of files covers contents, modes, owners, kinds and names, and nothing else', async () => {
    const { snapshots } = bench().driver
    const digest = async (script: string, from?: SnapshotId) => {
      const { id } = await bench().step(script, from === undefined ? {} : { from })
      return snapshots.filesDigest(id, 'd/**')
    }
    const make = 'mkdir d; echo a >d/a; ln -s a d/l; echo other >x'
    const same = [await digest(make), await digest(`${make}; touch -d 2001-01-01 d/a; echo changed >x`)]
    expect(same[0]).toBe(same[1])
    const base = await bench().step(make)
    const others = [
      'echo b >d/a',
      'chmod 600 d/a',
      'chown 1:2 d/a',
      'mv d/a d/b',
      'ln -sf b d/l',
      'rm d/l; mkdir d/l',
      'mkdir d/e',
    ]
    const digests = await Promise.all(others.map((script) => digest(script, base.id)))
    expect(new Set([same[0], ...digests]).size).toBe(others.length + 1)
    expect(await digest('rm -r d', base.id)).toBeNull()
  })

  above('G65 the source does not change input files, in the step and in steps that build in it', async () => {
    const directory = await mkdtemp('/var/tmp/harmont-inputs-')
    try {
      const one = await tree(directory, { 'gen.js': 'source', 'lib.js': 'lib', gone: 'gone' })
      const two = await tree(directory, { 'gen.js': 'newer source', 'lib.js': 'new lib' })
      const made = await bench().step('echo input >gen.js; echo input >gone; echo own >own')
      const inputs = [{ snapshot: made.id, path: '*' }]
      const step = await synced(bench(), one, 'cat gen.js lib.js', { inputs })
      expect(step.output).toBe('input\nlib')
      const child = await synced(bench(), two, 'cat gen.js gone own lib.js', { from: step.id })
      expect(child.output).toBe('input\ninput\nown\nnew lib')
      const bare = await synced(bench(), one, 'true')
      const again = await synced(bench(), one, 'cat gen.js', { from: bare.id, inputs })
      expect(again.output).toBe('input\n')
      expect((await synced(bench(), two, 'cat gen.js lib.js', { from: again.id })).output).toBe('input\nnew lib')
    } finally {
      await rm(directory, { recursive: true })
    }
  })
}

async function tree(directory: string, files: Readonly<Record<string, string>>): Promise<SourceTreeRef> {
  const folder = await mkdtemp(join(directory, 'files-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const archive = execFileSync('tar', ['--create', '--mtime=2001-01-01', '--file=-', '.'], { cwd: folder })
  const sha256 = createHash('sha256').update(archive).digest('hex')
  return unpackSource({ archive: () => Readable.from([archive]), sha256, directory: join(directory, 'store') })
}

async function synced(
  bench: Bench,
  source: SourceTreeRef,
  script: string,
  options: Parameters<Bench['create']>[0] = {},
) {
  const sandbox = await bench.create(options)
  await sandbox.syncSource(source)
  const { stdout, stderr } = await finish(await sandbox.start(command(script)))
  const { id } = await sandbox.snapshot({ cache: null, origin: {} })
  await sandbox.destroy()
  return { output: stdout + stderr, id }
}
