import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeFileBelow } from './write-file.ts'

test('a disk that becomes full within one write leaves no file', async () => {
  const root = mkdtempSync('/var/tmp/hm-full-')
  onTestFinished(() => {
    execFileSync('umount', [root])
    rmSync(root, { recursive: true })
  })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'hm-full', root])
  const content = Buffer.alloc(100_000, 'content ')
  const sha256 = createHash('sha256').update(content).digest('hex')
  const artifact = { path: 'report', bytes: content.length, sha256 }
  async function* bytes() {
    yield content
  }
  const source = async () => ({ start: 0, bytes: bytes() })
  const target = join(root, 'report')
  await expect(writeFileBelow(root, target, artifact, source, AbortSignal.timeout(60_000))).rejects.toThrow('ENOSPC')
  expect(existsSync(target)).toBe(false)
})
