/**
 * A pipeline program as data, from which an interpreter in each language builds a pipeline with its
 * SDK. Option names are those of TypeScript.
 */
import type { VectorFile } from '../../packages/ir/vectors/context.ts'

export interface Program {
  readonly org: string
  readonly now: number
  /** Variables of the rendering process. */
  readonly env: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, VectorFile>>
  /** Options of `pipeline()`. */
  readonly options: Data
  readonly steps: readonly StepData[]
  readonly leaves: readonly LeafData[]
}

export type Data = Readonly<Record<string, unknown>>

/**
 * Indexes point at earlier steps. Those of `dependsOn` and `inputs` point at steps with a command,
 * and those of `afterAppended` at steps with `append`.
 */
export type StepData =
  | { readonly op: 'scratch'; readonly options: Data }
  | { readonly op: 'fork'; readonly parent: number; readonly options: Data }
  | { readonly op: 'timeout'; readonly of: number; readonly duration: string | number }
  | {
      readonly op: 'sh'
      readonly parent: number | null
      readonly command: string
      readonly options: Data
      readonly cache?: CacheData
      readonly dependsOn?: readonly number[]
      readonly afterAppended?: readonly number[]
      readonly inputs?: readonly {
        readonly from: number
        readonly path: string
        readonly into?: string
        readonly optional?: boolean
      }[]
    }

export type CacheData =
  | { readonly policy: 'none' }
  | { readonly policy: 'forever'; readonly envKeys: readonly string[] }
  | { readonly policy: 'ttl'; readonly duration: string | number; readonly envKeys: readonly string[] }
  | { readonly policy: 'onChange'; readonly paths: readonly string[] }
  | { readonly policy: 'compose'; readonly parts: readonly CacheData[] }

export type LeafData =
  | { readonly leaf: 'step'; readonly step: number }
  | { readonly leaf: 'wait'; readonly continueOnFailure: boolean }
  | { readonly leaf: 'list' | 'group'; readonly leaves: readonly LeafData[] }
  | {
      readonly leaf: 'matrix'
      readonly axes: Readonly<Record<string, readonly (string | number | boolean)[]>>
      readonly command: string
      readonly options: Data
      /** The command of a second step in each cell, which builds in the first. */
      readonly child: string | null
    }
  | {
      readonly leaf: 'split'
      readonly total: number
      readonly files: string
      readonly leaves: readonly Extract<LeafData, { readonly leaf: 'matrix' | 'tool' }>[]
    }
  | {
      readonly leaf: 'tool'
      readonly tool: string
      readonly options: Data
      readonly action: string
      readonly with: Data
    }

/** Result of a program: the IR as compact JSON, or the SDK's refusal. */
export type Outcome = { readonly definition: string } | { readonly error: string }
