import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { isAbsent } from '../system/files.ts'
import { helperEnvironment } from '../system/machine.ts'
import { run } from '../system/processes.ts'

/**
 * The way in which this machine mounts an image: `file`, which needs no device and Linux 6.12; or
 * `loop`.
 */
export type MountKind = 'file' | 'loop'

/** The machine runs nothing from an image; sandboxes see it through their own mounts. */
const options = 'ro,nosuid,nodev,noexec'

/** mkfs.erofs's image of an empty directory, compressed by gzip. */
const emptyImage = [
  'H4sIAAAAAAACA2NgGAWjYBSMVPDo4dcH/28uvs8MZPMwqDAwYlGDLJaRWJSbn+de0pNYmVpEBftZgfitIwODNJT/Hw',
  'iQ7XuWz5sNotMWb1NmwqJfBUpLMDDB2ZJAtp6e3mjkjoJRMApGwSgYBaNgFIyCUYAGAIXEnNsAEAAA',
].join('')

/** Mounts images below a directory that it shares with launchers, which see each new mount. */
export class ImageMounts {
  readonly #directory: string
  readonly #endLaunchers: () => Promise<void>
  readonly kind: MountKind
  #sharingAgain: Promise<void> | undefined

  private constructor(directory: string, endLaunchers: () => Promise<void>, kind: MountKind) {
    this.#directory = directory
    this.#endLaunchers = endLaunchers
    this.kind = kind
  }

  /**
   * Shares the directory, before any launcher is started, and determines how this machine mounts
   * images. Returns undefined if it cannot.
   * @param endLaunchers ends the launchers that have no sandbox yet.
   * @param kinds to try, in order.
   */
  static async open(
    directory: string,
    endLaunchers: () => Promise<void>,
    kinds: readonly MountKind[] = ['file', 'loop'],
  ): Promise<ImageMounts | undefined> {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const own = mountsBelow(directory).find(({ target }) => target === directory)
    // A killed predecessor may have stopped between the two commands.
    if (own === undefined)
      await run('mount', ['--bind', '--make-private', directory, directory], { env: helperEnvironment })
    if (own?.isShared !== true) await share(directory)
    for (const kind of kinds) {
      const mounts = new ImageMounts(directory, endLaunchers, kind)
      if (await mounts.works()) return mounts
    }
    await new ImageMounts(directory, endLaunchers, 'file').close()
    return undefined
  }

  path(name: string): string {
    return join(this.#directory, name)
  }

  /**
   * Mounts an image, and shares the directory again if another program made its mounts private.
   * @param isNew whether the image was just written and is not on disk yet. Otherwise it is read
   * without the page cache of its file: the kernel would cache all data twice, for the file and for
   * the image.
   */
  async mount(image: string, name: string, isNew = false): Promise<void> {
    const target = this.path(name)
    mkdirSync(target, { recursive: true, mode: 0o700 })
    const kinds = { file: isNew ? [] : ['directio'], loop: ['loop'] }
    const how = [options, ...kinds[this.kind]].join()
    await run('mount', ['-t', 'erofs', '-o', how, image, target], { env: helperEnvironment })
    if (!this.#isShared())
      this.#sharingAgain ??= this.#shareAgain().finally(() => {
        this.#sharingAgain = undefined
      })
    await this.#sharingAgain
    if (this.kind === 'file' || isNew) return
    const device = mountsBelow(target)[0]?.source ?? ''
    await run('losetup', ['--direct-io=on', device], { env: helperEnvironment })
  }

  #isShared(): boolean {
    return mountsBelow(this.#directory).some(({ target, isShared }) => target === this.#directory && isShared)
  }

  /**
   * Sharing reaches only launchers that start later. An earlier one would see an empty directory in
   * place of the image.
   */
  async #shareAgain(): Promise<void> {
    await share(this.#directory)
    await this.#endLaunchers()
  }

  /** Unmounts an image. Current users keep it, but it is no longer visible to new ones. */
  async unmount(name: string): Promise<void> {
    const target = this.path(name)
    if (mountsBelow(target).length > 0) await run('umount', ['--lazy', target], { env: helperEnvironment })
    try {
      rmdirSync(target)
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }

  /** Returns the names of all mounted images. */
  names(): readonly string[] {
    const prefix = `${this.#directory}/`
    return mountsBelow(this.#directory).flatMap(({ target }) =>
      target.startsWith(prefix) ? [target.slice(prefix.length)] : [],
    )
  }

  /** Unmounts all other images, and removes mount points that a killed process left unused. */
  async unmountAllBut(names: ReadonlySet<string>): Promise<void> {
    for (const name of readdirSync(this.#directory)) if (!names.has(name)) await this.unmount(name)
  }

  /** Unmounts everything. */
  async close(): Promise<void> {
    await this.unmountAllBut(new Set())
    await run('umount', ['--lazy', this.#directory], { env: helperEnvironment })
  }

  private async works(): Promise<boolean> {
    const image = `${this.#directory}.probe`
    await writeFile(image, gunzipSync(Buffer.from(emptyImage, 'base64')))
    try {
      await this.mount(image, 'probe')
      const isLoop = mountsBelow(this.path('probe'))[0]?.source.startsWith('/dev/') === true
      return isLoop === (this.kind === 'loop')
    } catch {
      return false // The kernel or mount(8) does not support it; the next kind may work.
    } finally {
      await this.unmount('probe')
      await rm(image)
    }
  }
}

async function share(directory: string): Promise<void> {
  await run('mount', ['--make-shared', directory], { env: helperEnvironment })
}

interface Mounted {
  readonly target: string
  readonly source: string
  readonly isShared: boolean
}

/** Returns the mounts of this process at a directory and below it. */
function mountsBelow(directory: string): readonly Mounted[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const [, , , , target = '', , ...tags] = before.split(' ').map(unescaped)
      return {
        target,
        source: unescaped(after.split(' ')[1] ?? ''),
        isShared: tags.some((tag) => tag.startsWith('shared:')),
      }
    })
    .filter(({ target }) => target === directory || target.startsWith(`${directory}/`))
}

function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
