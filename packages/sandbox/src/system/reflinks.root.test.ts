import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { afterFile } from '@harmont/test-kit/file'
import { expect, it } from 'vitest'
import { hasReflinks } from './reflinks.ts'

it('determines like cp whether copies share their content, and leaves no files', async () => {
  for (const parent of ['/var/tmp', '/dev/shm']) {
    const directory = mkdtempSync(`${parent}/harmont-reflinks-`)
    afterFile(() => rmSync(directory, { recursive: true, force: true }))
    const script =
      'echo x >"$0/a"; cp --reflink=always "$0/a" "$0/b" 2>/dev/null && echo true || echo false; rm -f "$0"/?'
    const shared = execFileSync('sh', ['-c', script, directory]).toString().trim()
    expect(String(await hasReflinks(directory))).toBe(shared)
    expect(readdirSync(directory)).toEqual([])
  }
})
