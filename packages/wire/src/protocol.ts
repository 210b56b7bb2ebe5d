/**
 * The protocol between runners and servers (`wire.md`). Both ends import it. A change that an older
 * end would misread gets a new version; a new call, or a new optional member, does not.
 */
import type {
  CacheLookUp,
  Deal,
  Directive,
  FileSplit,
  HeldFork,
  LackingObject,
  LackingParts,
  LayerForm,
  LayerTraffic,
  LeaseRef,
  LocatedParts,
  LocatedPeers,
  ObjectPart,
  OpenServiceLog,
  Outcome,
  PartTarget,
  RunnerReport,
  ServiceState,
  SourceUnavailableCode,
  SplitFile,
  StepOutput,
  TravellingLayer,
  WantedParts,
  WantedSnapshot,
  WrittenPart,
} from '@harmont/engine'
import type { RegistryLogin } from '@harmont/sandbox'
import type {
  WireChunks,
  WireFork,
  WireForkEnd,
  WireIdTokens,
  WireJob,
  WirePhase,
  WireRender,
  WireSecrets,
  WireShellWork,
  WireSource,
  WireStatus,
} from './forms.ts'

/**
 * 1: a lease is identified by its job, its build and its fencing number. 2: its random id is added,
 * because a failover may repeat a number.
 */
export type WireVersion = 1 | 2

export const wireVersion: WireVersion = 2
/** The versions that a server of this release speaks: the current and the previous one. */
export const spokenVersions: readonly WireVersion[] = [1, wireVersion]

/** Every call is a POST to this path followed by the call's name. */
export const wirePath = '/runners/v1/'

export const wireHeaders = {
  /** Request: the version that the runner speaks. */
  version: 'harmont-wire',
  /** Request that must not overtake another: `SESSION:NUMBER`. */
  turn: 'harmont-turn',
  /** Response: the server's time, in Unix milliseconds. */
  now: 'harmont-now',
  /** Dial for a shell: the ticket that the runner received. */
  ticket: 'harmont-ticket',
  /** Dial for a shell: the features of the runner (`Calls.lease`), joined by commas. */
  features: 'harmont-features',
  /** Response: the time for which the server held the request, in milliseconds. */
  held: 'harmont-held',
} as const

/** Maximum wait of a poll, shorter than the time limits of proxies. */
export const longestPollMs = 25_000

/** Requests and responses of the calls with JSON bodies. Instants are in the server's time. */
export interface Calls {
  lease: {
    request: {
      /** A repeated request with the same id returns the same grant. */
      readonly id: string
      readonly slots: number
      readonly waitMs: number
      /** Whether an earlier response may have been lost. */
      readonly again: boolean
      /** With `again`, the leases known to the runner. */
      readonly known: readonly FencedJob[]
      /** Absent if the runner takes no layers from elsewhere. */
      readonly traffic?: LayerTraffic
      /** The members of steps that the runner supports and that earlier releases ignore. */
      readonly features?: readonly string[]
    }
    answer: { readonly jobs: readonly WireJob[] }
  }
  reclaim: { request: { readonly features?: readonly string[] }; answer: { readonly jobs: readonly WireJob[] } }
  renew: {
    request: RunnerReport
    /**
     * `exports` are the snapshots wanted from the runner. `ticketKey` verifies tickets for a peer.
     */
    answer: {
      readonly leases: readonly WireStatus[]
      readonly exports?: readonly WantedSnapshot[]
      readonly ticketKey?: string
    }
  }
  /** The snapshots on the runner's machine that builds need; see `LiveSnapshots`. */
  'live-snapshots': {
    request: { readonly pinnedMs: number }
    answer: { readonly needed: readonly string[]; readonly pinned: readonly string[]; readonly left: readonly string[] }
  }
  directives: {
    /**
     * Directives, tickets of shells, and wanted snapshots that the runner has already received. The
     * last two are absent for a runner that opens no shells, or gives no snapshots.
     */
    request: {
      readonly waitMs: number
      readonly known: readonly Directive[]
      readonly shells?: readonly string[]
      readonly exports?: readonly string[]
    }
    /** `shells` are tickets with which the runner must dial `shellCall`. */
    answer: {
      readonly directives: readonly Directive[]
      readonly shells?: readonly string[]
      readonly exports?: readonly WantedSnapshot[]
    }
  }
  started: { request: Report & Phased; answer: { readonly lastsMs: number | null } }
  substituted: { request: Report & { readonly image: string }; answer: Held }
  'looked-up': { request: Report & { readonly lookUp: CacheLookUp }; answer: Held }
  services: { request: Report & { readonly services: readonly ServiceState[] }; answer: Held }
  'command-ended': { request: Report; answer: Held }
  finish: { request: Report & Phased & { readonly outcome: Outcome; readonly output: StepOutput }; answer: Held }
  rendered: { request: Report & { readonly result: WireRender }; answer: Held }
  'open-service-log': {
    request: { readonly lease: LeaseRef; readonly service: string; readonly isNew: boolean }
    answer: { readonly log: OpenServiceLog | null }
  }
  'lacking-parts': {
    request: { readonly lease: LeaseRef; readonly wanted: WantedParts }
    answer: { readonly lacking: LackingParts | null }
  }
  secrets: {
    request: { readonly lease: LeaseRef; readonly names: readonly string[] }
    answer: { readonly secrets: WireSecrets | null }
  }
  'id-tokens': {
    request: { readonly lease: LeaseRef }
    answer: { readonly idTokens: WireIdTokens | null }
  }
  /** `login` is null if the organization has none. */
  'registry-login': {
    request: { readonly lease: LeaseRef; readonly registry: string }
    answer: Held & { readonly login: RegistryLogin | null }
  }
  deal: {
    request: { readonly lease: LeaseRef; readonly split: FileSplit; readonly files: readonly SplitFile[] }
    answer: { readonly deal: Deal | null }
  }
  source: {
    request: { readonly buildId: string }
    answer:
      | { readonly offer: WireSource | null }
      | { readonly unavailable: { readonly code: SourceUnavailableCode; readonly message: string } }
  }
  /** `work` is null for a ticket with which the runner has not dialled. */
  'shell/work': { request: { readonly ticket: string }; answer: { readonly work: WireShellWork | null } }
  'shell/secrets': {
    request: { readonly ticket: string; readonly names: readonly string[] }
    answer: { readonly secrets: WireSecrets | null }
  }
  'shell/registry-login': {
    request: { readonly ticket: string; readonly registry: string }
    answer: { readonly login: RegistryLogin | null }
  }
  /** `features`: see `lease`. */
  'forks/take': {
    request: { readonly id: string; readonly features?: readonly string[] }
    answer: { readonly fork: WireFork | null }
  }
  'forks/end': { request: { readonly fork: HeldFork; readonly end: WireForkEnd }; answer: Held }
  'forks/release': { request: Record<never, never>; answer: Record<never, never> }
  'forks/secrets': {
    request: { readonly fork: HeldFork; readonly names: readonly string[] }
    answer: { readonly secrets: WireSecrets | null }
  }
  'forks/registry-login': {
    request: { readonly fork: HeldFork; readonly registry: string }
    answer: Held & { readonly login: RegistryLogin | null }
  }
  'forks/deal': {
    request: { readonly fork: HeldFork; readonly split: FileSplit; readonly files: readonly SplitFile[] }
    answer: { readonly deal: Deal | null }
  }
  'layers/offer': {
    request: WantedSnapshot & { readonly layers: readonly string[] }
    answer: { readonly lacking: readonly string[] }
  }
  'layers/have': {
    request: WantedSnapshot & { readonly layer: TravellingLayer }
    answer: { readonly lacking: readonly LackingObject[] }
  }
  'layers/refuse': {
    request: { readonly snapshot: string; readonly reason: string; readonly lease?: LeaseRef }
    answer: Record<never, never>
  }
  'layers/find': {
    request: { readonly lease: LeaseRef; readonly snapshot: string; readonly forms: readonly LayerForm[] }
    answer: { readonly layers: readonly TravellingLayer[] | null }
  }
  /** `located` is null if the runner must read the object through the server (`layerCall`). */
  'layers/locate': {
    request: LayerRequest
    answer: { readonly located: LocatedParts | null }
  }
  /** Returns the runners that have the object, and tickets for them. */
  'layers/peers': {
    request: Omit<LayerRequest, 'from'>
    answer: { readonly located: LocatedPeers | null }
  }
  /** Reports a runner whose bytes of the layer were rejected. */
  'layers/struck': {
    request: { readonly lease: LeaseRef; readonly snapshot: string; readonly layer: string; readonly runner: string }
    answer: Record<never, never>
  }
  /**
   * `target` is null if the part already exists, or must go through the server
   * (`framedCalls.putLayerPart`).
   */
  'layers/target': {
    request: WantedSnapshot & { readonly part: ObjectPart }
    answer: { readonly target: PartTarget | null }
  }
  'layers/arrived': {
    request: WantedSnapshot & { readonly part: ObjectPart; readonly written: WrittenPart }
    answer: Record<never, never>
  }
  'layers/placed': {
    /** `fromPeers` is the number of bytes that other runners sent. */
    request: { readonly lease: LeaseRef; readonly snapshot: string; readonly ms: number; readonly fromPeers?: number }
    answer: Record<never, never>
  }
}

export type CallName = keyof Calls
export type FencedJob = Omit<LeaseRef, 'buildId'>

interface Report {
  readonly lease: LeaseRef
  readonly at: number
}

/**
 * Phases that no earlier report contained. Earlier releases send none, or only those of traced
 * jobs.
 */
interface Phased {
  readonly phases?: readonly WirePhase[]
}

/** `held` is false if the lease is lost and nothing was recorded. */
interface Held {
  readonly held: boolean
}

/** The calls whose bodies are frames (`frames.ts`), and those with streams as responses. */
export const framedCalls = { append: 'append', putPart: 'put-part', putLayerPart: 'layers/upload' } as const
export const archiveCall = 'source/archive'
export const layerCall = 'layers/fetch'

/** A GET of this name with a ticket becomes the WebSocket of a shell, with the runner as host. */
export const shellCall = 'shell'

/** The head of an append's frame; the frame's bytes are the contents of its chunks. */
export interface AppendHead {
  readonly lease: LeaseRef
  readonly service?: string
  readonly spoolPosition: string
  /** See `wireHeaders.turn`. */
  readonly turn: string
  readonly chunks: WireChunks
}

/**
 * One entry for each frame: whether the lease was held, `gap` if the log lacks earlier chunks
 * (`LogGap`), or null if the log could not be written.
 */
export interface AppendAnswer {
  readonly held: readonly (boolean | 'gap' | null)[]
}

/** The head of a part's frame; the frame's bytes are the part. */
export interface PartHead {
  readonly lease: LeaseRef
  readonly digest: string
}

/** The head of a frame with a part of a layer's object; the frame's bytes are the part. */
export interface LayerPartHead extends WantedSnapshot {
  readonly digest: string
  readonly index: number
}

export interface LayerRequest {
  readonly lease: LeaseRef
  readonly snapshot: string
  readonly digest: string
  /** Number of bytes that the runner has. */
  readonly from: number
}

export interface ArchiveRequest {
  readonly buildId: string
  readonly sha256: string
  /** Number of bytes that the runner has. */
  readonly from: number
}

/** The body of a refusal. */
export interface Refusal {
  readonly code: string
  readonly message: string
}
