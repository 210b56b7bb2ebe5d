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
  PeerAddress,
  RunnerRoom,
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
 * 1: a lease is named by its job, its build and its fencing number. 2: by its random id too,
 * because a failover may repeat a number.
 */
export type WireVersion = 1 | 2

export const wireVersion: WireVersion = 2
/** The versions that a server of this release speaks: this one and the one before. */
export const spokenVersions: readonly WireVersion[] = [1, wireVersion]

/** Every call is a POST to this path and its name. */
export const wirePath = '/runners/v1/'

export const wireHeaders = {
  /** In a request: the version that the runner speaks. */
  version: 'harmont-wire',
  /** In a request that must not overtake another: `SESSION:NUMBER`. */
  turn: 'harmont-turn',
  /** In an answer: the server's time, in Unix milliseconds. */
  now: 'harmont-now',
  /** In a dial for a shell: the ticket that the runner was asked with. */
  ticket: 'harmont-ticket',
  /** The same: the features of the runner (`Calls.lease`), joined by commas. */
  features: 'harmont-features',
  /** In an answer: how long the server has held the request, in milliseconds. */
  held: 'harmont-held',
} as const

/** The longest wait of a poll: shorter than what proxies allow. */
export const longestPollMs = 25_000

/** Requests and answers of the calls whose bodies are JSON. Instants are the server's. */
export interface Calls {
  lease: {
    request: {
      /** Repeated with it, the call returns the same grant. */
      readonly id: string
      readonly slots: number
      readonly waitMs: number
      /** An earlier answer may have been lost. */
      readonly again: boolean
      /** With `again`: the leases that the runner knows. */
      readonly known: readonly FencedJob[]
      /** Absent: the runner takes no layers from elsewhere. */
      readonly traffic?: LayerTraffic
      /** The members of steps that the runner carries out, and that one of an earlier release ignores. */
      readonly features?: readonly string[]
    }
    answer: { readonly jobs: readonly WireJob[] }
  }
  reclaim: { request: { readonly features?: readonly string[] }; answer: { readonly jobs: readonly WireJob[] } }
  renew: {
    /** `peer`: where other runners take layers from it. */
    request: { readonly traffic?: LayerTraffic; readonly room?: RunnerRoom; readonly peer?: PeerAddress }
    /** `exports`: the snapshots that are wanted of the runner. `ticketKey`: signs tickets for a peer. */
    answer: {
      readonly leases: readonly WireStatus[]
      readonly exports?: readonly WantedSnapshot[]
      readonly ticketKey?: string
    }
  }
  /** The snapshots on the runner's machine that builds need, as `LiveSnapshots` has them. */
  'live-snapshots': {
    request: { readonly pinnedMs: number }
    answer: { readonly needed: readonly string[]; readonly pinned: readonly string[]; readonly left: readonly string[] }
  }
  directives: {
    /**
     * Things that the runner has heard: directives, tickets of shells, and wanted snapshots. The
     * last two are absent for a runner that opens no shells, or gives no snapshots.
     */
    request: {
      readonly waitMs: number
      readonly known: readonly Directive[]
      readonly shells?: readonly string[]
      readonly exports?: readonly string[]
    }
    /** `shells`: tickets with which the runner is to dial `shellCall`. */
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
  /** `login` is null where the organization has none. */
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
  /** `work` is null for a ticket that the runner has not dialled with. */
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
  /** No `located`: the server reads the object for the runner (`layerCall`). */
  'layers/locate': {
    request: LayerRequest
    answer: { readonly located: LocatedParts | null }
  }
  /** The runners that have the object, and tickets for them. */
  'layers/peers': {
    request: Omit<LayerRequest, 'from'>
    answer: { readonly located: LocatedPeers | null }
  }
  /** A runner gave bytes of the layer that were refused. */
  'layers/struck': {
    request: { readonly lease: LeaseRef; readonly snapshot: string; readonly layer: string; readonly runner: string }
    answer: Record<never, never>
  }
  /** No `target`: the part is there, or goes by way of the server (`framedCalls.putLayerPart`). */
  'layers/target': {
    request: WantedSnapshot & { readonly part: ObjectPart }
    answer: { readonly target: PartTarget | null }
  }
  'layers/arrived': {
    request: WantedSnapshot & { readonly part: ObjectPart; readonly written: WrittenPart }
    answer: Record<never, never>
  }
  'layers/placed': {
    /** `fromPeers`: bytes that other runners gave. */
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

/** The phases that no report before told. An older end knows none, or tells those of traced jobs only. */
interface Phased {
  readonly phases?: readonly WirePhase[]
}

/** `held` is false when the lease is lost and nothing was recorded. */
interface Held {
  readonly held: boolean
}

/** The calls whose bodies are frames (`frames.ts`), and those whose answers are streams. */
export const framedCalls = { append: 'append', putPart: 'put-part', putLayerPart: 'layers/upload' } as const
export const archiveCall = 'source/archive'
export const layerCall = 'layers/fetch'

/** A GET of this name with a ticket becomes the WebSocket of a shell, where the runner is the host. */
export const shellCall = 'shell'

/** Heads the frame of one append; the frame's bytes are the contents of its chunks. */
export interface AppendHead {
  readonly lease: LeaseRef
  readonly service?: string
  readonly spoolPosition: string
  /** See `wireHeaders.turn`. */
  readonly turn: string
  readonly chunks: WireChunks
}

/** One for each frame: whether the lease was held, and null where the log could not be written. */
export interface AppendAnswer {
  readonly held: readonly (boolean | null)[]
}

/** Heads the frame of a part; the frame's bytes are the part. */
export interface PartHead {
  readonly lease: LeaseRef
  readonly digest: string
}

/** Heads the frame of a part of a layer's object; the frame's bytes are the part. */
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

/** The body of an answer that refuses. */
export interface Refusal {
  readonly code: string
  readonly message: string
}
