import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterFile } from '@harmont/test-kit/file'

/** Creates a project with these files, which is removed at the end of the test file. */
export function newProject(files: Readonly<Record<string, string>>): string {
  const project = mkdtempSync(join(tmpdir(), 'hm-project-'))
  afterFile(() => {
    // Some projects contain read-only folders, which only root can remove unchanged.
    execFileSync('chmod', ['-R', 'u+w', project])
    rmSync(project, { recursive: true, force: true })
  })
  write(project, files)
  return project
}

export function write(project: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(project, dirname(path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
}
