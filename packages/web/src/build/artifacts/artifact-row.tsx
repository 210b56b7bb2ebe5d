import { ChevronDown, ChevronRight, Copy, Download } from 'lucide-react'
import type { CSSProperties } from 'react'
import { useAppearance } from '../../browser/appearance.ts'
import { copyText } from '../../browser/clipboard.ts'
import { formatInstant } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { toast } from '../../interaction/toasts.tsx'
import { formatBytes } from '../../text/bytes.ts'
import { counted } from '../../text/count.ts'
import { showInvisible } from '../../text/escape.ts'
import type { BuildPlace } from '../data/queries.ts'
import type { TreeRow } from './artifact-tree.ts'
import { type Artifact, artifactUrl, zipUrl } from './queries.ts'

const target =
  'inline-flex h-7 w-7 shrink-0 items-center justify-center rounded-small hover:bg-inset pointer-coarse:h-11 pointer-coarse:w-11'
const depthOf = (depth: number) => ({ '--depth': Math.min(depth, 8) }) as CSSProperties
const indent = 'pl-[calc(12px+var(--depth)*16px)] max-md:pl-[calc(12px+var(--depth)*10px)]'
/** As wide as a chevron and its gap, so that files and directories align. */
const fileIndent = 'pl-[calc(34px+var(--depth)*16px)] max-md:pl-[calc(16px+var(--depth)*10px)]'

interface DirectoryRowProps {
  readonly place: BuildPlace
  readonly row: Extract<TreeRow, { kind: 'directory' }>
  readonly onToggle: (path: string) => void
}

/** Shows a directory, which opens and closes, with a download of all files below it. */
export function DirectoryRow({ place, row, onToggle }: DirectoryRowProps) {
  const { path, name, depth, files, bytes, isOpen } = row
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <div className="flex h-full items-center pr-3 hover:bg-sunk">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => onToggle(path)}
        className={`flex h-full min-w-0 flex-1 items-center gap-1.5 text-left ${indent}`}
        style={depthOf(depth)}
      >
        <Chevron size={16} aria-hidden="true" className="shrink-0" />
        <span className="min-w-0 truncate font-semibold" title={showInvisible(path)}>
          <IsolatedText text={name} />/
        </span>
        <span className="ml-auto shrink-0 pl-2 text-13 whitespace-nowrap text-muted tabular">
          {counted(files, 'file')}, {formatBytes(bytes)}
        </span>
      </button>
      <a
        href={zipUrl(place, path)}
        download
        aria-label={`Download ${showInvisible(path)} as a zip`}
        className={`${target} ml-2`}
      >
        <Download size={16} aria-hidden="true" />
      </a>
    </div>
  )
}

interface FileRowProps {
  readonly place: BuildPlace
  readonly row: Extract<TreeRow, { kind: 'file' }>
}

/** Shows an artifact: name, step, size, expiry, SHA-256, download (web B13). */
export function FileRow({ place, row: { artifact, name, depth, isOld } }: FileRowProps) {
  const { path, step_key, attempt, bytes, expired_at } = artifact
  const isExpired = expired_at !== null
  return (
    <div
      className={`flex h-full items-center gap-x-3 pr-3 hover:bg-sunk max-md:gap-x-1 ${fileIndent}`}
      style={depthOf(depth)}
    >
      <div className="flex min-w-0 flex-1 flex-col md:flex-row md:items-center md:gap-3">
        <span
          className={`min-w-0 truncate md:flex-1 ${isExpired ? 'text-muted line-through' : ''}`}
          title={showInvisible(path)}
        >
          {isExpired ? (
            <IsolatedText text={name} />
          ) : (
            <a
              href={artifactUrl(place, artifact.id)}
              download
              className="inline-block max-w-full truncate align-bottom leading-6 underline decoration-edge underline-offset-3"
            >
              <IsolatedText text={name} />
            </a>
          )}
        </span>
        <span className="flex min-w-0 gap-2 text-13 text-muted md:w-84 md:shrink-0">
          <span className="shrink-0 tabular md:hidden">{formatBytes(bytes)}</span>
          <span className="min-w-0 truncate md:flex-1">
            <IsolatedText text={step_key} />
            {isOld && `, attempt ${attempt}`}
          </span>
          <span className="shrink-0 tabular md:w-40">
            <Expiry artifact={artifact} />
          </span>
        </span>
      </div>
      <span className="w-17 shrink-0 text-right text-13 whitespace-nowrap text-muted tabular max-md:hidden">
        {formatBytes(bytes)}
      </span>
      <Digest artifact={artifact} />
      {isExpired ? (
        <span className={`${target} invisible`} />
      ) : (
        <a
          href={artifactUrl(place, artifact.id)}
          download
          aria-label={`Download ${showInvisible(path)}`}
          className={target}
        >
          <Download size={16} aria-hidden="true" />
        </a>
      )}
    </div>
  )
}

function Expiry({ artifact: { expires_at, expired_at } }: { readonly artifact: Artifact }) {
  const { zone } = useAppearance()
  const dayOf = (at: string) => formatInstant(at, zone).slice(0, 10)
  if (expired_at !== null) return `expired ${dayOf(expired_at)}`
  if (expires_at === null || Number.isNaN(Date.parse(expires_at))) return 'kept'
  return (
    <time dateTime={expires_at} title={formatInstant(expires_at, zone)}>
      until {dayOf(expires_at)}
    </time>
  )
}

function Digest({ artifact: { path, sha256 } }: { readonly artifact: Artifact }) {
  const copy = async () => {
    // If the clipboard refuses, the person can select the digest.
    toast((await copyText(sha256)) ? 'Copied the SHA-256.' : sha256)
  }
  return (
    <button
      type="button"
      onClick={copy}
      title={`SHA-256 ${sha256}`}
      className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-small px-1.5 font-mono text-12 text-muted hover:bg-inset pointer-coarse:h-11 max-md:w-7 max-md:justify-center pointer-coarse:max-md:w-11"
    >
      <span className="sr-only">Copy the SHA-256 of {showInvisible(path)}: </span>
      <span className="max-md:hidden">{sha256.slice(0, 12)}</span>
      <Copy size={14} aria-hidden="true" />
    </button>
  )
}
