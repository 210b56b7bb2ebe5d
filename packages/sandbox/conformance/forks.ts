import { expect, it } from 'vitest'
import { aboveRuntime } from './above-runtime.ts'
import type { Bench, DriverUnderTest } from './bench.ts'

export function forkTests(bench: () => Bench, subject: DriverUnderTest): void {
  const { sizes, without } = subject
  const { chain, siblings: count } = sizes
  const above = aboveRuntime(subject)

  above('G04 a child sees exactly what its parent left, and no writes of siblings', async () => {
    const parent = await bench().step(
      'echo parent >/workspace/a; mkdir /srv/d; echo deep >/srv/d/e; chmod 640 /srv/d/e; chown 33:34 /srv/d/e',
    )
    const look = 'cat /workspace/a; stat -c "%a %u %g" /srv/d/e; ls /workspace'
    const [one, two] = await Promise.all([
      bench().step(`echo one >>/workspace/a; touch /workspace/one; ${look}`, { from: parent.id }),
      bench().step(`echo two >>/workspace/a; touch /workspace/two; ${look}`, { from: parent.id }),
    ])
    expect(await bench().print(look, { from: one.id })).toBe('parent\none\n640 33 34\na\none\n')
    expect(await bench().print(look, { from: two.id })).toBe('parent\ntwo\n640 33 34\na\ntwo\n')
    expect(await bench().print(look, { from: parent.id })).toBe('parent\n640 33 34\na\n')
    expect(one).toMatchObject({ parent: parent.id, imageDigest: bench().image.digest })
    expect(await bench().print('ls -A /workspace /srv/d')).toContain("cannot access '/srv/d'")
  })

  it('G04 deletions, renames and replacements of a child hold for its children and do not change its parent’s snapshot', async () => {
    const parent = await bench().step(
      'mkdir -p old/deep gone; echo 1 >old/deep/f; echo 2 >gone/g; ln -s old link; echo was-file >kind; rm /usr/share/doc/coreutils/copyright',
    )
    const child = await bench().step(
      `${without.has('rename') ? 'mv old new' : `python3 -c 'import os; os.rename("old", "new")'`}; rm -r gone; rm link; ln -s new link; rm kind; mkdir kind; echo in >kind/in; mkdir gone; echo fresh >gone/h; mv /usr/share/doc/coreutils /usr/share/doc/moved`,
      { from: parent.id },
    )
    const look =
      'find . -mindepth 1 | sort; cat link/deep/f; ls -d /usr/share/doc/coreutils /usr/share/doc/moved; ls /usr/share/doc/moved/copyright'
    const seen = await bench().print(look, { from: child.id })
    expect(seen).toContain(
      './gone\n./gone/h\n./kind\n./kind/in\n./link\n./new\n./new/deep\n./new/deep/f\n1\n/usr/share/doc/moved\n',
    )
    expect(seen).toContain("cannot access '/usr/share/doc/coreutils'")
    expect(seen).toContain("cannot access '/usr/share/doc/moved/copyright'")
    expect(await bench().print('find . -mindepth 1 | sort; cat kind', { from: parent.id })).toBe(
      './gone\n./gone/g\n./kind\n./link\n./old\n./old/deep\n./old/deep/f\nwas-file\n',
    )
  })

  it('lets root inside own files, give them away and change ids, as apt and dpkg do', async () => {
    const seen = await bench().print(`set -e
      useradd -m worker; su worker -c 'id -un; touch ~/mine; cd ~; mkdir d; mv d e'
      chown -R 1234:5678 /home/worker; stat -c '%u %g' /home/worker/mine
      install -o root -g root -m 4755 /bin/true /usr/local/bin/setuid-true; stat -c '%a %u' /usr/local/bin/setuid-true
      mkdir -p p/DEBIAN p/usr/share/probe; echo content >p/usr/share/probe/f
      printf 'Package: probe\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: probe\\n' >p/DEBIAN/control
      dpkg-deb -b p >/dev/null; dpkg -i p.deb >/dev/null; cat /usr/share/probe/f; mv /usr/share/probe /usr/share/probed; dpkg -r probe >/dev/null 2>&1; ls /usr/share/probed`)
    expect(seen).toBe('worker\n1234 5678\n4755 0\ncontent\nf\n')
  })

  above(
    `forks ${count} siblings and a chain of ${chain} steps whose file systems stay intact`,
    async () => {
      let last = await bench().step(
        'echo 0 >n; mkdir tree; touch tree/removed /usr/share/keep; rm /usr/share/doc/coreutils/copyright',
      )
      const siblings = await Promise.all(
        Array.from({ length: count }, (_, i) => bench().print(`cat n; echo ${i}`, { from: last.id })),
      )
      expect(siblings).toEqual(Array.from({ length: count }, (_, i) => `0\n${i}\n`))
      for (let n = 1; n <= chain; n++)
        last = await bench().step(
          `test "$(cat n)" = ${n - 1} || exit 9; echo ${n} >n; echo ${n} >tree/f${n}; ${n === chain >> 1 ? 'rm tree/removed; mv tree/f3 tree/g3; chown 7:8 tree/f4' : ''}`,
          {
            from: last.id,
          },
        )
      expect(
        await bench().print(
          'cat n; ls tree | wc -l; cat tree/g3; stat -c "%u:%g" tree/f4; ls tree/removed /usr/share/doc/coreutils/copyright; ls /usr/share/keep',
          { from: last.id },
        ),
      ).toBe(
        `${chain}\n${chain}\n3\n7:8\n/usr/share/keep\nls: cannot access 'tree/removed': No such file or directory\nls: cannot access '/usr/share/doc/coreutils/copyright': No such file or directory\n`,
      )
    },
    120_000,
  )
}
