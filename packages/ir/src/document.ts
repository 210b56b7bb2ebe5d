/** The graph form of the v0 IR as written (`sdk-cli.md` 1.1–1.4), members in the order in which writers put them. */
export interface IrDocument {
  readonly version: '0'
  readonly timeout_seconds?: number
  readonly graph: IrGraph
}

export interface IrGraph {
  readonly nodes: readonly IrNode[]
  readonly node_holes: readonly []
  readonly edge_property: 'directed'
  readonly edges: readonly IrEdge[]
}

/** From prerequisite to dependent, as indexes of nodes. */
export type IrEdge = readonly [from: number, to: number, kind: 'builds_in' | 'depends_on']

export interface IrNode {
  readonly step: IrStep
  readonly env: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
}

export interface IrStep {
  readonly key: string
  readonly cmd: string
  readonly label?: string
  readonly cache?: IrCache
  readonly timeout_seconds?: number
  readonly image?: string
  readonly continue_on_failure?: true
  readonly retry?: IrRetry
  readonly soft_fail?: true | readonly number[]
  readonly if?: IrCondition
  readonly resources?: IrResources
}

export type IrCachePolicy =
  | { readonly policy: 'none' }
  | { readonly policy: 'forever'; readonly env_keys: readonly string[] }
  | { readonly policy: 'ttl'; readonly duration_seconds: number; readonly env_keys: readonly string[] }
  | { readonly policy: 'on_change'; readonly paths: readonly string[] }
  | { readonly policy: 'compose'; readonly sub_policies: readonly IrCachePolicy[] }

/** A policy, and its key once that is resolved. */
export type IrCache = IrCachePolicy & { readonly key?: string }

export interface IrRetry {
  readonly limit: number
  readonly delay_seconds?: number
  readonly exit_codes?: readonly number[] | '*'
  readonly signals?: readonly string[]
  readonly reasons?: readonly string[]
}

export interface IrResources {
  readonly cpu?: number
  readonly memory_gb?: number
  readonly disk_gb?: number
}

type TextOrList = string | readonly string[]

export interface IrCondition {
  readonly event?: TextOrList
  readonly branch?: TextOrList
  readonly base_branch?: TextOrList
  readonly tag?: TextOrList
  readonly changed?: TextOrList
  readonly env?: Readonly<Record<string, TextOrList>>
  readonly local?: boolean
  readonly any?: readonly IrCondition[]
  readonly all?: readonly IrCondition[]
  readonly not?: IrCondition
}
