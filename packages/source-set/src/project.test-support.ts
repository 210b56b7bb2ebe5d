import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterFile } from '@harmont/test-kit/file'

/** A project of a test, which is removed at the end of its file. */
export class Project {
  readonly path = mkdtempSync(join(tmpdir(), 'hm-source-'))

  constructor(files: Readonly<Record<string, string>> = {}) {
    afterFile(() => rmSync(this.path, { recursive: true, force: true }))
    this.write(files)
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(this.path, dirname(path)), { recursive: true })
      writeFileSync(join(this.path, path), text)
    }
  }

  link(path: string, target: string): void {
    mkdirSync(join(this.path, dirname(path)), { recursive: true })
    symlinkSync(target, join(this.path, path))
  }

  remove(path: string): void {
    rmSync(join(this.path, path), { recursive: true })
  }

  /** Runs git in the project without the settings of this machine. */
  git(...args: readonly string[]): string {
    const identity = ['-c', 'user.name=T', '-c', 'user.email=t@example.com', '-c', 'protocol.file.allow=always']
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
    return execFileSync('git', [...identity, ...args], { cwd: this.path, encoding: 'utf8', stdio: 'pipe', env })
  }

  commit(message = 'all'): void {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '-m', message)
  }
}
