/** Folders that tests make once and use again for days. */
import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'

/** Makes the folder `kept` anew unless it is younger than `maxAgeMs`. The caller holds a claim on it. */
export function makeIfStale(kept: string, maxAgeMs: number, make: (folder: string) => void): void {
  if (existsSync(kept) && Date.now() - statSync(kept).mtimeMs < maxAgeMs) return
  console.log(`Making ${kept} for the tests …`)
  const folder = mkdtempSync(`${kept}-`)
  try {
    make(folder)
    rmSync(kept, { recursive: true, force: true })
    renameSync(folder, kept)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
