import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ImageProgram } from '../sandbox-driver.ts'
import { usualPath } from '../system/machine.ts'
import { runTool } from '../system/run-tool.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import { shiftOptions } from './shifted.ts'

export interface LayoutImage {
  /**
   * Digest of the image's configuration, which covers the content of its layers. It does not depend
   * on how layers are packed.
   */
  readonly digest: string
  readonly env: Readonly<Record<string, string>>
  readonly program: ImageProgram
}

/** Members of an image's configuration, all optional. */
interface ImageConfig {
  readonly Env?: readonly string[] | null
  readonly Entrypoint?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly User?: string
  readonly WorkingDir?: string
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null
  readonly StopSignal?: string
}

interface Manifest {
  readonly config?: { readonly digest: string }
  readonly layers?: readonly Layer[]
}

export interface Layer {
  readonly digest: string
  readonly mediaType: string
}

/** Reads the digest, environment and program of the only image in an OCI layout. */
export async function readLayout(layout: string): Promise<LayoutImage> {
  const digest = (await readManifest(layout)).config?.digest
  const { config = {} } = JSON.parse(await readBlob(layout, digest)) as { readonly config?: ImageConfig }
  const env = (config.Env ?? []).map((line) => {
    const equals = line.indexOf('=')
    return equals < 0 ? ([line, ''] as const) : ([line.slice(0, equals), line.slice(equals + 1)] as const)
  })
  return { digest: digest ?? '', env: { PATH: usualPath, ...Object.fromEntries(env) }, program: programOf(config) }
}

function programOf({ Entrypoint, Cmd, User, WorkingDir, ExposedPorts, StopSignal }: ImageConfig): ImageProgram {
  return {
    args: [...(Entrypoint ?? []), ...(Cmd ?? [])],
    user: User ?? '',
    workingDirectory: WorkingDir || '/',
    ports: Object.keys(ExposedPorts ?? {})
      .flatMap((port) => /^([0-9]{1,5})(?:\/tcp)?$/.exec(port)?.[1] ?? [])
      .map(Number),
    stopSignal: StopSignal || null,
  }
}

/** Returns the layers of the only image in an OCI layout, lowest first. */
export async function layersOf(layout: string): Promise<readonly Layer[]> {
  return (await readManifest(layout)).layers ?? []
}

/**
 * Unpacks `layout:image` into the new directory `rootfs` with owners, modes, extended attributes
 * and whiteouts.
 */
export async function unpackLayout(layout: string, rootfs: string, lockFd: number): Promise<void> {
  const owners = process.getuid?.() === 0 ? shiftOptions : ['--rootless']
  await runTool('umoci', ['raw', 'unpack', ...owners, '--image', `${layout}:image`, rootfs], { lockFd })
}

/** Typical folders at the top of a root file system. */
const TOP = ['bin', 'etc', 'usr']

/**
 * Returns skopeo's transport name for a tar file: an image, or the files of a root file system.
 * Newer Docker archives are in both image formats, and are read as Docker's.
 */
export async function archiveKind(file: string): Promise<'docker-archive' | 'oci-archive' | 'tarball'> {
  const listed = await runTool('tar', ['--list', '--file', file]).catch((error: unknown) => {
    if (!(error instanceof ToolFailed)) throw error
    const why = existsSync(file) ? 'is not a readable tar archive' : 'does not exist'
    throw new Error(`${file} ${why}`, { cause: error })
  })
  const names = listed
    .toString('utf8')
    .split('\n')
    .map((name) => name.replace(/^\.?\//, ''))
  const top = new Set(names)
  if (top.has('manifest.json')) return 'docker-archive'
  if (top.has('oci-layout') && top.has('index.json')) return 'oci-archive'
  if (names.some((name) => TOP.includes(name.split('/', 1)[0] ?? ''))) return 'tarball'
  throw new Error(
    `${file} holds no image (manifest.json, or oci-layout and index.json) and no file system (/bin, /etc or /usr)`,
  )
}

/** Returns the path of a blob. */
export function blobPath(layout: string, digest: string | undefined): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1]
  if (hex === undefined) throw new Error(`the image in ${layout} has an invalid digest: ${digest}`)
  return path.join(layout, 'blobs', 'sha256', hex)
}

async function readManifest(layout: string): Promise<Manifest> {
  const index = JSON.parse(await readFile(path.join(layout, 'index.json'), 'utf8')) as {
    readonly manifests: readonly { readonly digest: string }[]
  }
  return JSON.parse(await readBlob(layout, index.manifests[0]?.digest)) as Manifest
}

function readBlob(layout: string, digest: string | undefined): Promise<string> {
  return readFile(blobPath(layout, digest), 'utf8')
}
