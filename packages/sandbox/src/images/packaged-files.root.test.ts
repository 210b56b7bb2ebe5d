import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { unchangedPackagedEtc } from './packaged-files.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

it('includes a package’s unchanged settings, and excludes changed, added and private ones', async () => {
  const machine = await mkdtemp('/var/tmp/harmont-packaged-')
  try {
    await mkdir(path.join(machine, 'var/lib/dpkg/info'), { recursive: true })
    await mkdir(path.join(machine, 'etc/tool'), { recursive: true })
    const put = (name: string, text: string, mode = 0o644) =>
      writeFile(path.join(machine, 'etc/tool', name), text, { mode })
    await put('same', 'as packaged')
    await put('changed', 'as packaged, and a password')
    await put('closed', 'as packaged', 0o600)
    await put('added', 'by hand')
    await put('generated', 'by a maintainer script')
    await symlink('same', path.join(machine, 'etc/tool/link'))
    const names = ['same', 'changed', 'closed', 'generated', 'link', 'absent']
    const listed = ['/.', '/etc', '/etc/tool', ...names.map((name) => `/etc/tool/${name}`), '/usr/bin/tool']
    await writeFile(path.join(machine, 'var/lib/dpkg/info/tool.list'), `${listed.join('\n')}\n`)
    const conffiles = ['same', 'changed', 'closed'].map((name) => ` /etc/tool/${name} ${md5('as packaged')}`)
    const status = ['Package: tool', 'Conffiles:', ...conffiles, 'Description: a tool', ''].join('\n')
    await writeFile(path.join(machine, 'var/lib/dpkg/status'), status)
    expect(await unchangedPackagedEtc(machine)).toEqual(['/etc/tool', '/etc/tool/link', '/etc/tool/same'])
    expect(await unchangedPackagedEtc(path.join(machine, 'etc'))).toEqual([])
  } finally {
    await rm(machine, { recursive: true })
  }
})
